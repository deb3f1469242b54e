/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/crt/runtime.h"

void TEE_Panic(TEE_Result panicCode)
{
	rt_log(LOG_ERR, "TEE_Panic(%#x)", panicCode);
	sys_panic(panicCode);
}

void rt_panic_in(const char *func, const char *why)
{
	rt_log(LOG_ERR, "%s: %s", func, why);
	sys_panic(TEE_ERROR_BAD_PARAMETERS);
}

TEE_Result rt_result(long err)
{
	switch (-err) {
	case MERLON_EPERM:
	case MERLON_EACCES:
		return TEE_ERROR_ACCESS_DENIED;
	case MERLON_ENOENT:
		return TEE_ERROR_ITEM_NOT_FOUND;
	case MERLON_E2BIG:
	case MERLON_ENOMEM:
	case MERLON_ENOSPC:
		return TEE_ERROR_OUT_OF_MEMORY;
	case MERLON_EBUSY:
	case MERLON_EAGAIN:
		return TEE_ERROR_BUSY;
	case MERLON_EIO:
		return TEE_ERROR_COMMUNICATION;
	case MERLON_ETIMEDOUT:
		return TEE_ERROR_TIMEOUT;
	case MERLON_ECANCELED:
		return TEE_ERROR_CANCEL;
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
