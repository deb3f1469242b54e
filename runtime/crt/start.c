/* SPDX-License-Identifier: BSD-2-Clause */
/* UPCALL_START: from an empty process to a loaded program. */
#include <string.h>
#include "runtime/crt/loader.h"
#include "runtime/crt/runtime.h"
#include "runtime/crt/tcb.h"

/* The program's functions run on its own stack; so does the GP API, cryptography included. */
#define STACK_FOR_RUNTIME (24u << 10)
#define STACK_MAX	  (1u << 20)

struct tcb rt_tcbs[MERLON_MAX_SLOTS];
struct rt_program rt_program;

TEE_Result rt_process_start(const struct merlon_proc_start *start);
void rt_upcall(void);

/* Asks the loader service for this process's program. */
static TEE_Result ask_loader(uint32_t *memobj, uint64_t *size)
{
	static const uint8_t loader[16] = LOADER_UUID;
	struct merlon_call call = {.timeout_ms = TEE_TIMEOUT_INFINITE};
	uint32_t session;
	long ret;

	memcpy(call.uuid, loader, sizeof(loader));
	ret = sys_open(&call);
	if (ret < 0 || call.result)
		return ret < 0 ? rt_result(ret) : call.result;
	session = ret;
	call.session = session;
	call.cmd = LOADER_CMD_FETCH;
	call.types = PARAM_VALUE_OUTPUT;
	ret = sys_invoke(&call);
	sys_close_session(session);
	if (ret < 0 || call.result)
		return ret < 0 ? rt_result(ret) : call.result;
	*memobj = call.params[0].value.a;
	*size = call.params[0].value.b;
	return TEE_SUCCESS;
}

static TEE_Result check_head(const struct merlon_proc_start *start, const struct ta_head *head)
{
	uint8_t octets[16];

	rt_uuid_to_octets(octets, &head->uuid);
	if (memcmp(octets, start->uuid, sizeof(octets))) {
		rt_log(LOG_ERR, "TA refused: its ta_head has another UUID than its signed image");
		return TEE_ERROR_SECURITY;
	}
	if (head->stack_size > STACK_MAX) {
		rt_log(LOG_ERR, "TA refused: wants %u bytes of stack", head->stack_size);
		return TEE_ERROR_BAD_FORMAT;
	}
	return TEE_SUCCESS;
}

static TEE_Result tell_kernel(const struct rt_program *prog)
{
	uint32_t stack = (prog->head->stack_size + STACK_FOR_RUNTIME + RT_PAGE - 1) & -RT_PAGE;
	struct merlon_ready ready = {
		.entry = (uintptr_t)rt_upcall,
		.image_base = prog->base,
		.image_size = prog->size,
		.flags = prog->head->flags,
		.stack_size = stack < STACK_MAX ? stack : STACK_MAX,
	};
	long ret = sys_ready(&ready);

	return ret < 0 ? rt_result(ret) : TEE_SUCCESS;
}

TEE_Result rt_process_start(const struct merlon_proc_start *start)
{
	uint32_t memobj = start->elf;
	uint64_t size = start->elf_size;
	TEE_Result res;

	rt_relocate_self();
	rt_program.start = start;
	if (memobj == PROC_NO_ELF) {
		res = ask_loader(&memobj, &size);
		if (res)
			return res;
	}
	res = rt_load(memobj, size, &rt_program);
	sys_close(memobj);
	if (!res)
		res = check_head(start, rt_program.head);
	if (!res)
		res = tell_kernel(&rt_program);
	if (res)
		return res;
	for (size_t i = 0; i < rt_program.ninit; i++)
		((void (*)(void))rt_program.init[i])();
	return TEE_SUCCESS;
}
