// SPDX-License-Identifier: BSD-2-Clause
/* Parameters: what goes in and what comes out. */
#include <string.h>

#include <commands.h>

TEE_Result test_values(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	p[1].value.a = p[0].value.b;
	p[1].value.b = p[0].value.a;
	p[2].value.a += p[0].value.a;
	p[2].value.b ^= p[0].value.b;
	return TEE_SUCCESS;
}

TEE_Result test_copy(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	size_t size = p[0].memref.size;

	if (p[1].memref.size < size) {
		p[1].memref.size = size;
		return TEE_ERROR_SHORT_BUFFER;
	}
	if (size)
		memcpy(p[1].memref.buffer, p[0].memref.buffer, size);
	p[1].memref.size = size;
	return TEE_SUCCESS;
}

TEE_Result test_xor(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint8_t *b = p[0].memref.buffer;

	for (size_t n = 0; n < p[0].memref.size; n++)
		b[n] ^= 0x5a;
	return TEE_SUCCESS;
}

static bool is_memref(uint32_t type)
{
	return type >= TEE_PARAM_TYPE_MEMREF_INPUT && type <= TEE_PARAM_TYPE_MEMREF_INOUT;
}

TEE_Result test_describe(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t mask = 0;

	if (TEE_PARAM_TYPE_GET(types, 3) != TEE_PARAM_TYPE_VALUE_OUTPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	for (unsigned int n = 0; n < 3; n++) {
		if (is_memref(TEE_PARAM_TYPE_GET(types, n)) && p[n].memref.buffer)
			mask |= 1u << n;
	}
	p[3].value.a = types;
	p[3].value.b = mask;
	return TEE_SUCCESS;
}

TEE_Result test_size(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t type = TEE_PARAM_TYPE_GET(types, 0);

	if ((type != TEE_PARAM_TYPE_MEMREF_OUTPUT && type != TEE_PARAM_TYPE_MEMREF_INOUT) ||
	    TEE_PARAM_TYPE_GET(types, 1) != TEE_PARAM_TYPE_VALUE_INPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	p[0].memref.size = p[1].value.a;
	return p[1].value.b;
}

TEE_Result test_result(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	return p[0].value.a;
}

static uint32_t right(uint32_t bit, uint32_t flags, void *buffer, size_t size)
{
	return TEE_CheckMemoryAccessRights(flags, buffer, size) ? 0 : bit;
}

TEE_Result test_rights(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t any = TEE_MEMORY_ACCESS_ANY_OWNER, local = 0;

	p[2].value.a =
		right(1, TEE_MEMORY_ACCESS_READ | any, p[0].memref.buffer, p[0].memref.size) |
		right(2, TEE_MEMORY_ACCESS_WRITE | any, p[0].memref.buffer, p[0].memref.size) |
		right(4, TEE_MEMORY_ACCESS_WRITE | any, p[1].memref.buffer, p[1].memref.size) |
		right(8, TEE_MEMORY_ACCESS_READ, p[0].memref.buffer, p[0].memref.size) |
		right(16, TEE_MEMORY_ACCESS_READ | TEE_MEMORY_ACCESS_WRITE, &local, sizeof(local));
	p[2].value.b = 0;
	return TEE_SUCCESS;
}
