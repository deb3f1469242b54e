/* SPDX-License-Identifier: BSD-2-Clause */
/* AES and DES, one block at a time: what cipher modes and MACs are made of. */
#include <string.h>
#include "runtime/tee/operation.h"

#define DES_KEY 8

static bool set_des(struct block_cipher *c, const struct obj_attr *key, bool encrypt)
{
	uint8_t k[3 * DES_KEY];
	int err;

	/* One key is K,K,K; two keys are K1,K2,K1. */
	if (key->len != DES_KEY && key->len != 2 * DES_KEY && key->len != 3 * DES_KEY)
		return false;
	for (unsigned int i = 0; i < 3; i++)
		memcpy(k + i * DES_KEY, key->bytes + i * DES_KEY % key->len, DES_KEY);
	mbedtls_des3_init(&c->des3);
	err = encrypt ? mbedtls_des3_set3key_enc(&c->des3, k)
		      : mbedtls_des3_set3key_dec(&c->des3, k);
	TEE_MemFill(k, 0, sizeof(k));
	return !err;
}

bool block_set_key(struct block_cipher *c, const struct __TEE_ObjectHandle *key, bool des,
		   bool encrypt)
{
	const struct obj_attr *secret = obj_get(key, TEE_ATTR_SECRET_VALUE);

	c->des = des;
	if (des)
		return set_des(c, secret, encrypt);
	mbedtls_aes_init(&c->aes);
	return !(encrypt ? mbedtls_aes_setkey_enc(&c->aes, secret->bytes, secret->len * 8)
			 : mbedtls_aes_setkey_dec(&c->aes, secret->bytes, secret->len * 8));
}

void block_crypt(struct block_cipher *c, bool encrypt, const uint8_t *in, uint8_t *out)
{
	int err;

	if (c->des)
		err = mbedtls_des3_crypt_ecb(&c->des3, in, out);
	else
		err = mbedtls_aes_crypt_ecb(
			&c->aes, encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, in, out);
	if (err)
		rt_panic("block cipher failed");
}
