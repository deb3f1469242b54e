/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader service. A new process asks for its program; the loader fetches the signed image
 * from the REE, copies it, checks the copy, seals it and grants it to the process.
 * Several processes may ask at the same time.
 */
#include <string.h>
#include <user_ta_header.h>
#include "runtime/crt/loader.h"
#include "runtime/crt/service.h"
#include "runtime/crt/syscall.h"
#include "services/loader/loader.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT const struct ta_head ta_head = {
	.uuid = {0x6d65726c, 0x6f6e, 0x4c44, {0x80, 0, 0, 0, 0, 0, 0, 1}},
	.stack_size = 8 << 10,
	.flags = TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION | TA_FLAG_INSTANCE_KEEP_ALIVE,
	.depr_entry = UINT64_MAX,
};

EXPORT TEE_Result TA_CreateEntryPoint(void)
{
	if (TA_KEY_IS_DEVELOPMENT)
		EMSG_RAW("warning: TAs are checked with this build's development key");
	return verify_init();
}

EXPORT void TA_DestroyEntryPoint(void)
{
}

EXPORT TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[4], void **ctx)
{
	/* Only processes of the TEE have a program to ask for. */
	if (svc_call()->client.login != LOGIN_TRUSTED_APP) {
		EMSG_RAW("refused a client that is no process of the TEE");
		return TEE_ERROR_ACCESS_DENIED;
	}
	return TEE_SUCCESS;
}

EXPORT void TA_CloseSessionEntryPoint(void *ctx)
{
}

/* Copies the ELF into `to` and checks the image. */
static TEE_Result copy_and_check(const struct ree_image *img, const uint8_t *prefix,
				 const struct ta_image *im, const uint8_t uuid[16], uint8_t *to)
{
	if (memcmp(im->uuid, uuid, sizeof(im->uuid))) {
		EMSG_RAW("TA refused: image is of another TA (UUID)");
		return TEE_ERROR_SECURITY;
	}
	ree_image_copy(to, img, im->elf, im->elf_size);
	return verify_image(prefix, im, to);
}

/* A sealed memory object with the checked ELF; its handle in *memobj. */
static TEE_Result make_memobj(const struct ree_image *img, const uint8_t uuid[16], uint32_t *memobj,
			      uint32_t *elf_size)
{
	uint8_t prefix[TA_PREFIX_MAX];
	size_t n = img->size < sizeof(prefix) ? img->size : sizeof(prefix);
	TEE_Result res = TEE_ERROR_OUT_OF_MEMORY;
	struct ta_image im;
	const char *bad;
	long addr, handle;

	ree_image_copy(prefix, img, 0, n);
	bad = ta_image_parse(prefix, n, img->size, &im);
	if (bad) {
		EMSG_RAW("TA refused: %s", bad);
		return TEE_ERROR_SECURITY;
	}
	handle = sys_memobj_create(im.elf_size);
	if (handle < 0)
		return TEE_ERROR_OUT_OF_MEMORY;
	addr = sys_memobj_map(handle, 0, im.elf_size, PROT_READ | PROT_WRITE, 0);
	if (addr >= 0) {
		res = copy_and_check(img, prefix, &im, uuid, (uint8_t *)addr);
		sys_unmap(addr, im.elf_size);
	}
	if (!res && sys_memobj_seal(handle) < 0)
		res = TEE_ERROR_GENERIC;
	if (res) {
		sys_close(handle);
		return res;
	}
	*memobj = handle;
	*elf_size = im.elf_size;
	return TEE_SUCCESS;
}

static TEE_Result fetch(TEE_Param *out)
{
	const struct merlon_call *call = svc_call();
	uint32_t memobj, elf_size;
	struct ree_image img;
	TEE_Result res;
	long granted;

	res = ree_image_fetch(call->client.uuid, &img);
	if (res)
		return res;
	res = make_memobj(&img, call->client.uuid, &memobj, &elf_size);
	ree_image_free(&img);
	if (res)
		return res;
	granted = sys_memobj_grant(memobj, call->session);
	sys_close(memobj);
	if (granted < 0)
		return TEE_ERROR_OUT_OF_MEMORY;
	out->value.a = (uint32_t)granted;
	out->value.b = elf_size;
	return TEE_SUCCESS;
}

EXPORT TEE_Result TA_InvokeCommandEntryPoint(void *ctx, uint32_t cmd, uint32_t types,
					     TEE_Param params[4])
{
	if (cmd != LOADER_CMD_FETCH)
		return TEE_ERROR_NOT_SUPPORTED;
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_OUTPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	return fetch(&params[0]);
}
