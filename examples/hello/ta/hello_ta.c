// SPDX-License-Identifier: BSD-2-Clause
/* A Trusted Application as small as can be: five entry points, two commands. */
#include <ctype.h>

#include <tee_internal_api.h>

#include <hello_ta.h>

TEE_Result TA_CreateEntryPoint(void)
{
	DMSG("a new instance");
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS],
				    void **session)
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	IMSG("hello, client");
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	IMSG("goodbye");
}

static TEE_Result increment(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	params[0].value.a++;
	return TEE_SUCCESS;
}

static TEE_Result capitals(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	const char *from;
	size_t n, size;
	char *to;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	from = params[0].memref.buffer;
	to = params[1].memref.buffer;
	size = params[0].memref.size;
	if (params[1].memref.size < size) {
		params[1].memref.size = size;
		return TEE_ERROR_SHORT_BUFFER;
	}
	/* The client can change its memory while we read: each byte is read once. */
	for (n = 0; n < size; n++)
		to[n] = toupper((unsigned char)from[n]);
	params[1].memref.size = size;
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command, uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case HELLO_CMD_INCREMENT:
		return increment(types, params);
	case HELLO_CMD_CAPITALS:
		return capitals(types, params);
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
