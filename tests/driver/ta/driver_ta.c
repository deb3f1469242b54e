// SPDX-License-Identifier: BSD-2-Clause
#include <tee_internal_api.h>

#include <driver_ta.h>

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS],
				    void **session)
{
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
}

static void spin(void)
{
	for (volatile unsigned int i = 0;; i++)
		;
}

static TEE_Result wait(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	if (TEE_PARAM_TYPE_GET(types, 0) != TEE_PARAM_TYPE_VALUE_INPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	if (params[0].value.b)
		TEE_UnmaskCancellation();
	return TEE_Wait(params[0].value.a);
}

static TEE_Result add(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	unsigned char *p = params[0].memref.buffer;

	if (TEE_PARAM_TYPE_GET(types, 0) != TEE_PARAM_TYPE_MEMREF_INOUT)
		return TEE_ERROR_BAD_PARAMETERS;
	for (size_t i = 0; i < params[0].memref.size; i++)
		p[i]++;
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command, uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case DRIVER_CMD_NULL:
		return TEE_SUCCESS;
	case DRIVER_CMD_SPIN:
		spin();
		return TEE_SUCCESS;
	case DRIVER_CMD_WAIT:
		return wait(types, params);
	case DRIVER_CMD_PANIC:
		TEE_Panic(1);
		return TEE_SUCCESS;
	case DRIVER_CMD_ADD:
		return add(types, params);
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
