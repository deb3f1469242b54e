// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "sign.h"

/* The loader's limits. */
#define BITS_MIN 2048
#define BITS_MAX 4096

/* struct key is OpenSSL's EVP_PKEY, so that nobody else needs its headers. */
static EVP_PKEY *pkey(const struct key *key)
{
	return (EVP_PKEY *)key;
}

static void explain(const char *path, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	fprintf(stderr, "merlon-sign: %s: %s%s%s\n", path, what, why ? ": " : "", why ? why : "");
	ERR_clear_error();
}

struct key *key_load(const char *path)
{
	BIO *f = BIO_new_file(path, "r");
	EVP_PKEY *k;

	if (!f) {
		explain(path, "cannot read the key");
		return NULL;
	}
	k = PEM_read_bio_PrivateKey(f, NULL, NULL, NULL);
	if (!k && BIO_seek(f, 0) >= 0) {
		ERR_clear_error();
		k = PEM_read_bio_PUBKEY(f, NULL, NULL, NULL);
	}
	BIO_free(f);
	if (!k) {
		explain(path, "not a key in PEM form");
		return NULL;
	}
	if (EVP_PKEY_get_base_id(k) != EVP_PKEY_RSA || EVP_PKEY_get_bits(k) < BITS_MIN ||
	    EVP_PKEY_get_bits(k) > BITS_MAX) {
		explain(path, "not an RSA key of 2048 to 4096 bits");
		EVP_PKEY_free(k);
		return NULL;
	}
	return (struct key *)k;
}

void key_free(struct key *key)
{
	EVP_PKEY_free(pkey(key));
}

size_t key_bytes(const struct key *key)
{
	return EVP_PKEY_get_size(pkey(key));
}

static bool set_pss(EVP_PKEY_CTX *c)
{
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha256()) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, HASH_SIZE) > 0;
}

bool key_sign(const struct key *key, const uint8_t hash[HASH_SIZE], uint8_t *sig, size_t size)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(pkey(key), NULL);
	size_t len = size;
	bool ok = c && EVP_PKEY_sign_init(c) > 0 && set_pss(c) &&
		  EVP_PKEY_sign(c, sig, &len, hash, HASH_SIZE) > 0 && len == size;

	EVP_PKEY_CTX_free(c);
	if (!ok)
		explain("signing", "failed; is this the private key?");
	return ok;
}

bool key_verify(const struct key *key, const uint8_t hash[HASH_SIZE], const uint8_t *sig,
		size_t size)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(pkey(key), NULL);
	bool ok = c && EVP_PKEY_verify_init(c) > 0 && set_pss(c) &&
		  EVP_PKEY_verify(c, sig, size, hash, HASH_SIZE) > 0;

	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return ok;
}

size_t key_public(const struct key *key, uint8_t *modulus, size_t room, uint32_t *exponent)
{
	BIGNUM *n = NULL, *e = NULL;
	size_t len = 0;

	if (EVP_PKEY_get_bn_param(pkey(key), OSSL_PKEY_PARAM_RSA_N, &n) &&
	    EVP_PKEY_get_bn_param(pkey(key), OSSL_PKEY_PARAM_RSA_E, &e) &&
	    (size_t)BN_num_bytes(n) <= room && BN_num_bits(e) <= 32) {
		*exponent = BN_get_word(e);
		len = BN_bn2bin(n, modulus);
	}
	BN_free(n);
	BN_free(e);
	return len;
}
