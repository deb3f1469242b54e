/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a signed TA: what the parser accepts lies inside the image. */
#include <stdlib.h>
#include <string.h>
#include "services/loader/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < TA_PREFIX_MAX ? size : TA_PREFIX_MAX;
	uint8_t *prefix = malloc(n ? n : 1); /* exactly what the parser may read */
	struct ta_image im;

	memcpy(prefix, data, n);
	if (!ta_image_parse(prefix, n, size, &im) &&
	    (im.hash > im.sig || im.sig > im.boot || im.boot > im.elf || im.elf > n ||
	     (size_t)im.elf + im.elf_size != size))
		abort();
	free(prefix);
	return 0;
}
