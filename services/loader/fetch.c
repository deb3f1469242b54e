/* SPDX-License-Identifier: BSD-2-Clause */
/* Getting an image from the REE. */
#include <string.h>
#include "abi/optee_msg.h"
#include "runtime/crt/syscall.h"
#include "services/loader/loader.h"

#define PAGE 4096ul

/* One LOAD_TA request; *size in: of the buffer, out: as the REE says. */
static TEE_Result load_ta(const uint8_t uuid[16], uint32_t handle, size_t *size)
{
	struct merlon_rpc rpc = {.cmd = OPTEE_RPC_CMD_LOAD_TA, .nparams = 2};
	long ret;

	rpc.params[0].type = PARAM_VALUE_INPUT;
	memcpy(&rpc.params[0].u.value, uuid, 16);
	rpc.params[1].type = PARAM_MEMREF_OUTPUT;
	rpc.params[1].handle = handle;
	rpc.params[1].u.mem.size = *size;
	ret = sys_rpc(&rpc);
	if (ret < 0 || rpc.result)
		return ret < 0 ? TEE_ERROR_COMMUNICATION : rpc.result;
	*size = rpc.params[1].u.mem.size;
	return TEE_SUCCESS;
}

TEE_Result ree_image_fetch(const uint8_t uuid[16], struct ree_image *img)
{
	size_t size = 0, got;
	uint64_t addr;
	TEE_Result res;
	long handle;

	res = load_ta(uuid, RPC_NO_BUFFER, &size);
	if (res)
		return res;
	if (!size || size > TA_IMAGE_MAX) {
		EMSG_RAW("TA refused: the REE says that it has %zu bytes", size);
		return TEE_ERROR_SECURITY;
	}
	handle = sys_shm_alloc(size, OPTEE_RPC_SHM_TYPE_APPL, &addr);
	if (handle < 0)
		return TEE_ERROR_OUT_OF_MEMORY;
	*img = (struct ree_image){
		.bytes = (const volatile uint8_t *)addr,
		.size = size,
		.mapped = size,
		.handle = handle,
	};
	got = size;
	res = load_ta(uuid, img->handle, &got);
	if (!res && got > size) {
		EMSG_RAW("TA refused: it grew while it was fetched");
		res = TEE_ERROR_SECURITY;
	}
	if (res)
		ree_image_free(img);
	else
		img->size = got;
	return res;
}

void ree_image_free(struct ree_image *img)
{
	sys_unmap((uintptr_t)img->bytes, (img->mapped + PAGE - 1) & -PAGE);
	sys_close(img->handle);
}

void ree_image_copy(void *to, const struct ree_image *img, size_t offset, size_t len)
{
	/* memcpy reads each byte once, and nothing here looks at the source again. */
	memcpy(to, (const uint8_t *)img->bytes + offset, len);
}
