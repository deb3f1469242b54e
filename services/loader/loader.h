/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the parts of the loader service. */
#ifndef LOADER_LOADER_H
#define LOADER_LOADER_H

#include <tee_internal_api.h>
#include "services/loader/header.h"

/* An image in REE memory: it can change at any time, so each byte is read once. */
struct ree_image {
	const volatile uint8_t *bytes;
	size_t size;
	size_t mapped;
	uint32_t handle;
};

/* fetch.c: asks the REE for a TA. On success ree_image_free() must follow. */
TEE_Result ree_image_fetch(const uint8_t uuid[16], struct ree_image *img);
void ree_image_free(struct ree_image *img);
/* The only way to read it. [offset, +len) must lie in the image. */
void ree_image_copy(void *to, const struct ree_image *img, size_t offset, size_t len);

/* verify.c */
TEE_Result verify_init(void);
/* Checks hash and signature over private copies. */
TEE_Result verify_image(const uint8_t *prefix, const struct ta_image *im, const uint8_t *elf);

/* The key (made by sdk/build.mk). */
extern const unsigned char ta_pubkey_modulus[];
extern const unsigned int ta_pubkey_modulus_len, ta_pubkey_exponent;

#endif
