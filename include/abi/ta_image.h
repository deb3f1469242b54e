/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A signed TA image, in OP-TEE's layout so that its signing flows carry over:
 *   struct shdr | hash (SHA-256) | signature of that hash | struct shdr_bootstrap_ta | ELF
 * All integers little endian. hash = SHA-256(struct shdr, struct shdr_bootstrap_ta, ELF);
 * img_size = bytes of the ELF. The UUID in the second header must be the one asked for.
 */
#ifndef ABI_TA_IMAGE_H
#define ABI_TA_IMAGE_H

#include <stdint.h>

#define SHDR_MAGIC	  0x4f545348u
#define SHDR_TA		  0u /* old form without the second header: refused */
#define SHDR_BOOTSTRAP_TA 1u

#define SHDR_ALGO_RSASSA_PSS_SHA256 0x70414930u /* TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256 */

struct shdr {
	uint32_t magic;
	uint32_t img_type;
	uint32_t img_size;
	uint32_t algo;
	uint16_t hash_size;
	uint16_t sig_size;
	/* uint8_t hash[hash_size], sig[sig_size] */
};

struct shdr_bootstrap_ta {
	uint8_t uuid[16]; /* big endian octets */
	uint32_t ta_version;
};

/* In the ELF, symbol "ta_head", as OP-TEE's TA dev kit defines it. */
#define TA_FLAG_SINGLE_INSTANCE	    (1u << 2)
#define TA_FLAG_MULTI_SESSION	    (1u << 3)
#define TA_FLAG_INSTANCE_KEEP_ALIVE (1u << 4)

_Static_assert(sizeof(struct shdr) == 20, "ABI");
_Static_assert(sizeof(struct shdr_bootstrap_ta) == 20, "ABI");

#endif
