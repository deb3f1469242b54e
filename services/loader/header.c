/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "services/loader/header.h"

static const char *check_first(const struct shdr *h)
{
	if (h->magic != SHDR_MAGIC)
		return "no signed header (bad magic)";
	if (h->img_type != SHDR_BOOTSTRAP_TA)
		return "image type is not a bootstrap TA";
	if (h->algo != SHDR_ALGO_RSASSA_PSS_SHA256)
		return "signature algorithm is not RSA-PSS with SHA-256";
	if (h->hash_size != TA_HASH_SIZE)
		return "hash size is not that of SHA-256";
	if (h->sig_size < TA_SIG_MIN || h->sig_size > TA_SIG_MAX)
		return "signature size out of range";
	if (!h->img_size || h->img_size > TA_ELF_MAX)
		return "ELF size out of range";
	return NULL;
}

const char *ta_image_parse(const uint8_t *prefix, size_t prefix_size, size_t size,
			   struct ta_image *im)
{
	struct shdr_bootstrap_ta boot;
	const char *bad;
	struct shdr h;

	if (size < sizeof(h) || prefix_size < sizeof(h))
		return "too short for a signed header";
	memcpy(&h, prefix, sizeof(h));
	bad = check_first(&h);
	if (bad)
		return bad;
	/* None of these sums can wrap: every term was bounded above. */
	im->hash = sizeof(h);
	im->sig = im->hash + h.hash_size;
	im->sig_size = h.sig_size;
	im->boot = im->sig + im->sig_size;
	im->elf = im->boot + sizeof(boot);
	im->elf_size = h.img_size;
	if (im->elf > prefix_size || size < im->elf || size - im->elf < im->elf_size)
		return "truncated";
	if (size - im->elf > im->elf_size)
		return "bytes after the end of the ELF";
	memcpy(&boot, prefix + im->boot, sizeof(boot));
	memcpy(im->uuid, boot.uuid, sizeof(im->uuid));
	im->version = boot.ta_version;
	return NULL;
}
