/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, sections 4.9 and 4.10: a TA as a client; cancellation. */
#include <string.h>
#include "runtime/crt/runtime.h"

/* A handle is the kernel's number plus one, so that none is TEE_HANDLE_NULL. */
static TEE_TASessionHandle to_handle(uint32_t number)
{
	return (TEE_TASessionHandle)((uintptr_t)number + 1);
}

static uint32_t from_handle(TEE_TASessionHandle handle)
{
	return (uint32_t)((uintptr_t)handle - 1);
}

static void check_types(uint32_t types)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t t = TEE_PARAM_TYPE_GET(types, i);

		if (t > TEE_PARAM_TYPE_MEMREF_INOUT || t == 4)
			rt_panic("bad parameter type");
	}
	if (types >> 16)
		rt_panic("more than four parameter types");
}

static bool is_output(uint32_t type)
{
	return type == TEE_PARAM_TYPE_VALUE_OUTPUT || type == TEE_PARAM_TYPE_VALUE_INOUT ||
	       type == TEE_PARAM_TYPE_MEMREF_OUTPUT || type == TEE_PARAM_TYPE_MEMREF_INOUT;
}

static void params_in(struct merlon_call *call, uint32_t types, const TEE_Param *params)
{
	check_types(types);
	call->types = types;
	if (params)
		memcpy(call->params, params, sizeof(call->params));
	else if (types)
		rt_panic("no parameters where types name some");
}

static void params_out(const struct merlon_call *call, TEE_Param *params)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t t = TEE_PARAM_TYPE_GET(call->types, i);

		if (!is_output(t))
			continue;
		if (t & 4)
			params[i].memref.size = call->params[i].mem.size;
		else
			memcpy(&params[i].value, &call->params[i].value, sizeof(params[i].value));
	}
}

/* Result and origin of SYS_OPEN or SYS_INVOKE. */
static TEE_Result outcome(long ret, const struct merlon_call *call, uint32_t *origin)
{
	if (ret == -MERLON_EFAULT || ret == -MERLON_EBADF)
		rt_panic("bad session handle, or a buffer that this TA may not use");
	if (origin)
		*origin = ret < 0 ? TEE_ORIGIN_TEE : call->origin;
	return ret < 0 ? rt_result(ret) : call->result;
}

TEE_Result TEE_OpenTASession(const TEE_UUID *destination, uint32_t cancellationRequestTimeout,
			     uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS],
			     TEE_TASessionHandle *session, uint32_t *returnOrigin)
{
	struct merlon_call call = {.timeout_ms = cancellationRequestTimeout};
	TEE_Result res;
	long ret;

	if (!destination || !session)
		rt_panic("NULL argument");
	*session = TEE_HANDLE_NULL;
	rt_uuid_to_octets(call.uuid, destination);
	params_in(&call, paramTypes, params);
	ret = sys_open(&call);
	res = outcome(ret, &call, returnOrigin);
	if (ret >= 0)
		params_out(&call, params);
	if (!res)
		*session = to_handle((uint32_t)ret);
	return res;
}

void TEE_CloseTASession(TEE_TASessionHandle session)
{
	if (session != TEE_HANDLE_NULL && sys_close_session(from_handle(session)) < 0)
		rt_panic("bad session handle");
}

TEE_Result TEE_InvokeTACommand(TEE_TASessionHandle session, uint32_t cancellationRequestTimeout,
			       uint32_t commandID, uint32_t paramTypes,
			       TEE_Param params[TEE_NUM_PARAMS], uint32_t *returnOrigin)
{
	struct merlon_call call = {
		.session = from_handle(session),
		.cmd = commandID,
		.timeout_ms = cancellationRequestTimeout,
	};
	long ret;

	if (session == TEE_HANDLE_NULL)
		rt_panic("NULL session handle");
	params_in(&call, paramTypes, params);
	ret = sys_invoke(&call);
	if (ret >= 0)
		params_out(&call, params);
	return outcome(ret, &call, returnOrigin);
}

bool TEE_GetCancellationFlag(void)
{
	return sys_cancel(CANCEL_GET) > 0;
}

bool TEE_UnmaskCancellation(void)
{
	return sys_cancel(CANCEL_UNMASK) > 0;
}

bool TEE_MaskCancellation(void)
{
	return sys_cancel(CANCEL_MASK) > 0;
}
