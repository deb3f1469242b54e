// SPDX-License-Identifier: BSD-2-Clause
/* Shared memory that lives longer than one call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

void *shm_map_new(int fd, size_t size, int *id, size_t *mapped)
{
	struct tee_ioctl_shm_alloc_data d;
	void *addr;
	int shm, err;

	if (size > SIZE_MAX - PAGE_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	if (!size)
		size = 1;
	memset(&d, 0, sizeof(d));
	d.size = (size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	shm = ioctl(fd, TEE_IOC_SHM_ALLOC, &d);
	if (shm < 0)
		return NULL;
	addr = mmap(NULL, d.size, PROT_READ | PROT_WRITE, MAP_SHARED, shm, 0);
	err = errno;
	/* The mapping keeps the memory: no descriptor is held for it. */
	close(shm);
	if (addr == MAP_FAILED) {
		errno = err;
		return NULL;
	}
	*id = d.id;
	*mapped = d.size;
	return addr;
}

int shm_register(int fd, void *buffer, size_t size, int *id)
{
	struct tee_ioctl_shm_register_data d;
	int shm;

	memset(&d, 0, sizeof(d));
	d.addr = (uintptr_t)buffer;
	d.length = size;
	shm = ioctl(fd, TEE_IOC_SHM_REGISTER, &d);
	if (shm >= 0)
		*id = d.id;
	return shm;
}

static bool valid(const TEEC_Context *context, const TEEC_SharedMemory *shm)
{
	return context && context->imp.ctx && shm && shm->flags &&
	       !(shm->flags & ~(TEEC_MEM_INPUT | TEEC_MEM_OUTPUT));
}

static void imp_clear(TEEC_SharedMemory *shm)
{
	memset(&shm->imp, 0, sizeof(shm->imp));
	shm->imp.id = -1;
	shm->imp.fd = -1;
}

TEEC_Result TEEC_RegisterSharedMemory(TEEC_Context *context, TEEC_SharedMemory *shm)
{
	struct teec_ctx *ctx;

	if (!valid(context, shm) || !shm->buffer)
		return TEEC_ERROR_BAD_PARAMETERS;
	ctx = context->imp.ctx;
	imp_clear(shm);
	if (shm->size && (ctx->gen_caps & TEE_GEN_CAP_REG_MEM)) {
		shm->imp.fd = shm_register(ctx->fd, shm->buffer, shm->size, &shm->imp.id);
		if (shm->imp.fd >= 0)
			return TEEC_SUCCESS;
	}
	/* Empty, read only, or memory of a device: the TEE gets a copy. */
	shm->imp.shadow = shm_map_new(ctx->fd, shm->size, &shm->imp.id, &shm->imp.mapped);
	return shm->imp.shadow ? TEEC_SUCCESS : result_of_errno(errno);
}

TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *shm)
{
	if (!valid(context, shm))
		return TEEC_ERROR_BAD_PARAMETERS;
	imp_clear(shm);
	shm->buffer = shm_map_new(context->imp.ctx->fd, shm->size, &shm->imp.id, &shm->imp.mapped);
	return shm->buffer ? TEEC_SUCCESS : result_of_errno(errno);
}

void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *shm)
{
	if (!shm || shm->imp.id < 0)
		return;
	if (shm->imp.fd >= 0)
		close(shm->imp.fd);
	else if (shm->imp.shadow)
		munmap(shm->imp.shadow, shm->imp.mapped);
	else
		munmap(shm->buffer, shm->imp.mapped);
	if (shm->imp.fd < 0 && !shm->imp.shadow) {
		shm->buffer = NULL;
		shm->size = 0;
	}
	imp_clear(shm);
}
