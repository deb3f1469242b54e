/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <user_ta_header.h>
#include "tests/runtime/ta/check.h"

const struct ta_head ta_head = {
	.uuid = PROBE_UUID,
	.stack_size = 8192,
	.flags = TA_FLAG_MULTI_SESSION,
	.depr_entry = UINT64_MAX,
};

const struct user_ta_property ta_props[] = {
	{TA_PROP_STR_MULTI_SESSION, USER_TA_PROP_TYPE_BOOL, &(const bool){true}},
	{TA_PROP_STR_STACK_SIZE, USER_TA_PROP_TYPE_U32, &(const uint32_t){8192}},
	{TA_PROP_STR_VERSION, USER_TA_PROP_TYPE_STRING, "1.2"},
	{"test.blob", USER_TA_PROP_TYPE_BINARY_BLOCK, "AQIDBA=="},
	{"test.big", USER_TA_PROP_TYPE_U64, &(const uint64_t){1ull << 40}},
};
const size_t ta_num_props = sizeof(ta_props) / sizeof(ta_props[0]);

static TEE_Result (*const checks[])(void) = {
#define X(name) [CHECK_##name] = check_##name,
	PROBE_CHECKS(X)
#undef X
};

static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = 42;
}

TEE_Result TA_CreateEntryPoint(void)
{
	return constructed == 42 ? TEE_SUCCESS : TEE_ERROR_GENERIC;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[4], void **ctx)
{
	*ctx = malloc(16);
	return *ctx ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

void TA_CloseSessionEntryPoint(void *ctx)
{
	free(ctx);
}

static TEE_Result echo(TEE_Param params[4])
{
	const char *in = params[0].memref.buffer;
	char *out = params[1].memref.buffer;
	size_t n = params[0].memref.size, room = params[1].memref.size;

	params[1].memref.size = n;
	if (room < n)
		return TEE_ERROR_SHORT_BUFFER;
	for (size_t i = 0; i < n; i++)
		out[i] = toupper(in[i]);
	return TEE_SUCCESS;
}

__attribute__((noinline)) static void overrun(volatile char *p, size_t n)
{
	memset((char *)p, 'x', n);
}

static TEE_Result panic(uint32_t which)
{
	char small[16];
	void *p;

	switch (which) {
	case PANIC_EXPLICIT:
		TEE_Panic(0x1234);
	case PANIC_DOUBLE_FREE:
		p = malloc(100);
		free(p);
		free(p);
		break;
	case PANIC_OVERRUN:
		overrun(small, 64);
		break;
	case PANIC_ABORT:
		abort();
	default:
		break;
	}
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *ctx, uint32_t cmd, uint32_t types, TEE_Param params[4])
{
	switch (cmd) {
	case PROBE_CHECK:
		return checks[params[0].value.a]();
	case PROBE_ECHO:
		return echo(params);
	case PROBE_PANIC:
		return panic(params[0].value.a);
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
