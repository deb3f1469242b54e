/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 4.11: memory. */
#include <stdlib.h>
#include <string.h>
#include <tee_internal_api_extensions.h>
#include "runtime/crt/runtime.h"

#define HINTS_KNOWN (TEE_MALLOC_NO_FILL | TEE_MALLOC_NO_SHARE | TEE_USER_MEM_HINT_NO_FILL_ZERO)

static const void *instance_data;

static uint32_t needed_prot(uint32_t flags)
{
	return (flags & TEE_MEMORY_ACCESS_READ ? PROT_READ : 0) |
	       (flags & TEE_MEMORY_ACCESS_WRITE ? PROT_WRITE : 0);
}

TEE_Result TEE_CheckMemoryAccessRights(uint32_t accessFlags, void *buffer, size_t size)
{
	uintptr_t at = (uintptr_t)buffer, end;
	uint32_t prot = needed_prot(accessFlags);
	struct merlon_query q = {0};

	if (!size)
		return TEE_SUCCESS;
	if (__builtin_add_overflow(at, size, &end))
		return TEE_ERROR_ACCESS_DENIED;
	while (at < end) {
		if (sys_query((const void *)at, &q) < 0 || (q.prot & prot) != prot)
			return TEE_ERROR_ACCESS_DENIED;
		if ((q.flags & QUERY_PARAM) && !(accessFlags & TEE_MEMORY_ACCESS_ANY_OWNER))
			return TEE_ERROR_ACCESS_DENIED;
		if (q.base + q.size <= at)
			return TEE_ERROR_ACCESS_DENIED;
		at = q.base + q.size;
	}
	return TEE_SUCCESS;
}

void TEE_SetInstanceData(const void *instanceData)
{
	instance_data = instanceData;
}

const void *TEE_GetInstanceData(void)
{
	return instance_data;
}

/* Memory of no size: not NULL, and nothing is ever mapped there. */
#define NO_SIZE ((void *)16)

void *TEE_Malloc(size_t size, uint32_t hint)
{
	if (hint & ~HINTS_KNOWN)
		return NULL;
	if (!size)
		return NO_SIZE;
	if (hint & (TEE_MALLOC_NO_FILL | TEE_USER_MEM_HINT_NO_FILL_ZERO))
		return malloc(size);
	return calloc(1, size);
}

void *TEE_Realloc(void *buffer, size_t newSize)
{
	if (!newSize) {
		TEE_Free(buffer);
		return NO_SIZE;
	}
	return realloc(buffer == NO_SIZE ? NULL : buffer, newSize);
}

void TEE_Free(void *buffer)
{
	if (buffer != NO_SIZE)
		free(buffer);
}

void TEE_MemMove(void *dest, const void *src, size_t size)
{
	memmove(dest, src, size);
}

/* Constant time: it is what TAs compare secrets with. The sign is that of the first difference. */
int32_t TEE_MemCompare(const void *buffer1, const void *buffer2, size_t size)
{
	const volatile uint8_t *a = buffer1, *b = buffer2;
	int32_t result = 0;

	for (size_t i = size; i; i--) {
		int32_t diff = (int32_t)a[i - 1] - b[i - 1];
		int32_t keep = (int32_t)((uint32_t)(diff | -diff) >> 31) - 1; /* -1 when equal */

		result = (result & keep) | diff;
	}
	return result;
}

void TEE_MemFill(void *buffer, uint32_t x, size_t size)
{
	memset(buffer, (int)(x & 0xff), size);
}
