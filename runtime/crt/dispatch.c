/* SPDX-License-Identifier: BSD-2-Clause */
/* Every upcall after the first: to the program's entry points. */
#include "runtime/crt/runtime.h"
#include "runtime/crt/service.h"
#include "runtime/crt/tcb.h"

/* A TA works on the call frame itself: a parameter looks the same on both sides. */
_Static_assert(sizeof(TEE_Param) == sizeof(union merlon_param), "ABI");
_Static_assert(offsetof(TEE_Param, memref.buffer) == offsetof(union merlon_param, mem.addr), "ABI");
_Static_assert(offsetof(TEE_Param, memref.size) == offsetof(union merlon_param, mem.size), "ABI");
_Static_assert(offsetof(TEE_Param, value.b) == offsetof(union merlon_param, value.b), "ABI");

TEE_Result rt_dispatch(struct merlon_call *call);

struct merlon_call *svc_call(void)
{
	return rt_tcb()->call;
}

static TEE_Result dispatch_open(struct merlon_call *call)
{
	void *ctx = NULL;
	TEE_Result res = rt_program.open(call->types, (TEE_Param *)call->params, &ctx);

	call->ctx = (uintptr_t)ctx;
	return res;
}

static void dispatch_destroy(void)
{
	rt_program.destroy();
	for (size_t i = rt_program.nfini; i; i--)
		((void (*)(void))rt_program.fini[i - 1])();
}

TEE_Result rt_dispatch(struct merlon_call *call)
{
	switch (call->upcall) {
	case UPCALL_CREATE:
		return rt_program.create();
	case UPCALL_OPEN:
		return dispatch_open(call);
	case UPCALL_INVOKE:
		return rt_program.invoke((void *)call->ctx, call->cmd, call->types,
					 (TEE_Param *)call->params);
	case UPCALL_CLOSE:
		rt_program.close((void *)call->ctx);
		return TEE_SUCCESS;
	case UPCALL_DESTROY:
		dispatch_destroy();
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_NOT_IMPLEMENTED;
	}
}
