/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of a signed TA image (abi/ta_image.h), as the REE sent it: hostile. */
#ifndef LOADER_HEADER_H
#define LOADER_HEADER_H

#include <stddef.h>
#include <stdint.h>
#include "abi/ta_image.h"

#define TA_HASH_SIZE 32
#define TA_SIG_MIN   256 /* RSA-2048 */
#define TA_SIG_MAX   512 /* RSA-4096 */
#define TA_ELF_MAX   (16u << 20)

/* Longest header; what an image may be with it. */
#define TA_PREFIX_MAX \
	(sizeof(struct shdr) + TA_HASH_SIZE + TA_SIG_MAX + sizeof(struct shdr_bootstrap_ta))
#define TA_IMAGE_MAX (TA_PREFIX_MAX + TA_ELF_MAX)

/* Where things are, as offsets from the start of the image. */
struct ta_image {
	uint32_t hash, sig, sig_size, boot, elf, elf_size;
	uint8_t uuid[16];
	uint32_t version;
};

/*
 * A pure function: prefix = private copy of the first bytes of an image of `size` bytes, at
 * least the smaller of size and TA_PREFIX_MAX of them. Returns NULL and *im, or what is wrong:
 * text for the log.
 */
const char *ta_image_parse(const uint8_t *prefix, size_t prefix_size, size_t size,
			   struct ta_image *im);

#endif
