// SPDX-License-Identifier: BSD-2-Clause
/* Entry points of the test TAs, and the table of their commands. */
#include <tee_internal_api.h>

#include <commands.h>

#define TYPES(a, b, c, d)                                                           \
	TEE_PARAM_TYPES(TEE_PARAM_TYPE_##a, TEE_PARAM_TYPE_##b, TEE_PARAM_TYPE_##c, \
			TEE_PARAM_TYPE_##d)
#define ANY UINT32_MAX

static uint32_t count;

static TEE_Result test_nop(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	return TEE_SUCCESS;
}

static TEE_Result test_count(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	p[0].value.a = ++count;
	p[0].value.b = ++s->count;
	return TEE_SUCCESS;
}

static const struct {
	TEE_Result (*run)(struct test_session *s, TEE_Param p[4], uint32_t types);
	uint32_t types;
} commands[] = {
	[TEST_NOP] = {test_nop, ANY},
	[TEST_VALUES] = {test_values, TYPES(VALUE_INPUT, VALUE_OUTPUT, VALUE_INOUT, NONE)},
	[TEST_COPY] = {test_copy, TYPES(MEMREF_INPUT, MEMREF_OUTPUT, NONE, NONE)},
	[TEST_XOR] = {test_xor, TYPES(MEMREF_INOUT, NONE, NONE, NONE)},
	[TEST_DESCRIBE] = {test_describe, ANY},
	[TEST_SIZE] = {test_size, ANY},
	[TEST_RESULT] = {test_result, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_PANIC] = {test_panic, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_FAULT] = {test_fault, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_LOOP] = {test_loop, TYPES(NONE, NONE, NONE, NONE)},
	[TEST_WAIT] = {test_wait, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_WAIT_MASKED] = {test_wait_masked, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_SPIN] = {test_spin, TYPES(NONE, NONE, NONE, NONE)},
	[TEST_COUNT] = {test_count, TYPES(VALUE_OUTPUT, NONE, NONE, NONE)},
	[TEST_REGS_FILL] = {test_regs_fill, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_REGS_FIND] = {test_regs_find, TYPES(VALUE_INOUT, NONE, NONE, NONE)},
	[TEST_CALL] = {test_call, TYPES(MEMREF_INPUT, VALUE_INPUT, VALUE_INOUT, VALUE_OUTPUT)},
	[TEST_TIME] = {test_time, TYPES(VALUE_OUTPUT, VALUE_OUTPUT, NONE, NONE)},
	[TEST_HEAP] = {test_heap, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_LOG] = {test_log, TYPES(MEMREF_INPUT, NONE, NONE, NONE)},
	[TEST_IDENTITY] = {test_identity, TYPES(VALUE_OUTPUT, MEMREF_OUTPUT, NONE, NONE)},
	[TEST_WORK] = {test_work, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_RIGHTS] = {test_rights, TYPES(MEMREF_INPUT, MEMREF_OUTPUT, VALUE_OUTPUT, NONE)},
	[TEST_STACK] = {test_stack, TYPES(VALUE_INPUT, NONE, NONE, NONE)},
	[TEST_TICK] = {test_tick, TYPES(VALUE_INPUT, MEMREF_INOUT, NONE, NONE)},
};

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param p[4], void **session)
{
	struct test_session *s;

	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_INPUT && p[0].value.a)
		return p[0].value.a;
	if (TEE_PARAM_TYPE_GET(types, 1) == TEE_PARAM_TYPE_VALUE_INOUT)
		p[1].value.a++;
	s = TEE_Malloc(sizeof(*s), TEE_MALLOC_FILL_ZERO);
	if (!s)
		return TEE_ERROR_OUT_OF_MEMORY;
	*session = s;
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	TEE_Free(session);
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t cmd, uint32_t types, TEE_Param p[4])
{
	if (cmd >= sizeof(commands) / sizeof(commands[0]))
		return TEE_ERROR_NOT_SUPPORTED;
	if (commands[cmd].types != ANY && commands[cmd].types != types)
		return TEE_ERROR_BAD_PARAMETERS;
	return commands[cmd].run(session, p, types);
}
