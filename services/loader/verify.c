/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash and signature of an image. */
#include <string.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>
#include "services/loader/loader.h"

#define KEY_MAX 512 /* octets: RSA-4096 */

/*
 * Read only after verify_init(), so that calls may verify at the same time: the first use of a
 * key stores what it computed of the modulus in the context.
 */
static mbedtls_rsa_context key;

TEE_Result verify_init(void)
{
	uint8_t e[4], one[KEY_MAX] = {0}, out[KEY_MAX];
	int bad;

	if (ta_pubkey_modulus_len < TA_SIG_MIN || ta_pubkey_modulus_len > KEY_MAX)
		return TEE_ERROR_BAD_FORMAT;
	for (int i = 0; i < 4; i++)
		e[i] = (uint8_t)(ta_pubkey_exponent >> (24 - 8 * i));
	one[ta_pubkey_modulus_len - 1] = 1;
	mbedtls_rsa_init(&key);
	bad = mbedtls_rsa_import_raw(&key, ta_pubkey_modulus, ta_pubkey_modulus_len, NULL, 0, NULL,
				     0, NULL, 0, e, sizeof(e));
	if (!bad)
		bad = mbedtls_rsa_complete(&key);
	if (!bad)
		bad = mbedtls_rsa_set_padding(&key, MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256);
	if (!bad)
		bad = mbedtls_rsa_public(&key, one, out);
	return bad ? TEE_ERROR_BAD_FORMAT : TEE_SUCCESS;
}

/* hash = SHA-256(first header, second header, ELF). */
static bool hash_matches(const uint8_t *prefix, const struct ta_image *im, const uint8_t *elf)
{
	uint8_t hash[TA_HASH_SIZE];
	mbedtls_sha256_context c;
	int bad;

	mbedtls_sha256_init(&c);
	bad = mbedtls_sha256_starts(&c, 0);
	if (!bad)
		bad = mbedtls_sha256_update(&c, prefix, sizeof(struct shdr));
	if (!bad)
		bad = mbedtls_sha256_update(&c, prefix + im->boot,
					    sizeof(struct shdr_bootstrap_ta));
	if (!bad)
		bad = mbedtls_sha256_update(&c, elf, im->elf_size);
	if (!bad)
		bad = mbedtls_sha256_finish(&c, hash);
	mbedtls_sha256_free(&c);
	return !bad && !memcmp(hash, prefix + im->hash, sizeof(hash));
}

TEE_Result verify_image(const uint8_t *prefix, const struct ta_image *im, const uint8_t *elf)
{
	if (im->sig_size != ta_pubkey_modulus_len) {
		EMSG_RAW("TA refused: signature size is not that of the key");
		return TEE_ERROR_SECURITY;
	}
	/* The signature first: what nobody signed is not worth hashing. */
	if (mbedtls_rsa_rsassa_pss_verify_ext(&key, MBEDTLS_MD_SHA256, TA_HASH_SIZE,
					      prefix + im->hash, MBEDTLS_MD_SHA256, TA_HASH_SIZE,
					      prefix + im->sig)) {
		EMSG_RAW("TA refused: bad signature");
		return TEE_ERROR_SECURITY;
	}
	if (!hash_matches(prefix, im, elf)) {
		EMSG_RAW("TA refused: hash does not match");
		return TEE_ERROR_SECURITY;
	}
	return TEE_SUCCESS;
}
