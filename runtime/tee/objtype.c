/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, tables 5-9 and 6-16: sizes and attributes of each object type. */
#include "runtime/tee/object.h"

#define SECRET(type, min, max)                                     \
	{                                                          \
		type, min, max, 8,                                 \
		{                                                  \
			{                                          \
				TEE_ATTR_SECRET_VALUE, NEED_ALWAYS \
			}                                          \
		}                                                  \
	}

#define ECC_PUBLIC                                                                     \
	{TEE_ATTR_ECC_CURVE, NEED_ALWAYS}, {TEE_ATTR_ECC_PUBLIC_VALUE_X, NEED_ALWAYS}, \
	{                                                                              \
		TEE_ATTR_ECC_PUBLIC_VALUE_Y, NEED_ALWAYS                               \
	}

#define RSA_PUBLIC                                        \
	{TEE_ATTR_RSA_MODULUS, NEED_ALWAYS},              \
	{                                                 \
		TEE_ATTR_RSA_PUBLIC_EXPONENT, NEED_ALWAYS \
	}

static const struct obj_type types[] = {
	SECRET(TEE_TYPE_GENERIC_SECRET, 8, 4096),
	SECRET(TEE_TYPE_HKDF, 8, 4096),
	SECRET(TEE_TYPE_HMAC_MD5, 64, 512),
	SECRET(TEE_TYPE_HMAC_SHA1, 80, 512),
	SECRET(TEE_TYPE_HMAC_SHA224, 112, 512),
	SECRET(TEE_TYPE_HMAC_SHA256, 192, 1024),
	SECRET(TEE_TYPE_HMAC_SHA384, 256, 1024),
	SECRET(TEE_TYPE_HMAC_SHA512, 256, 1024),
	SECRET(TEE_TYPE_HMAC_SHA3_224, 192, 1024),
	SECRET(TEE_TYPE_HMAC_SHA3_256, 256, 1024),
	SECRET(TEE_TYPE_HMAC_SHA3_384, 256, 1024),
	SECRET(TEE_TYPE_HMAC_SHA3_512, 256, 1024),
	{TEE_TYPE_AES, 128, 256, 64, {{TEE_ATTR_SECRET_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_DES, 64, 64, 0, {{TEE_ATTR_SECRET_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_DES3, 128, 192, 0, {{TEE_ATTR_SECRET_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_RSA_PUBLIC_KEY, 256, 4096, 8, {RSA_PUBLIC}},
	{TEE_TYPE_RSA_KEYPAIR,
	 256,
	 4096,
	 8,
	 {RSA_PUBLIC,
	  {TEE_ATTR_RSA_PRIVATE_EXPONENT, NEED_ALWAYS},
	  {TEE_ATTR_RSA_PRIME1, NEED_GROUP},
	  {TEE_ATTR_RSA_PRIME2, NEED_GROUP},
	  {TEE_ATTR_RSA_EXPONENT1, NEED_GROUP},
	  {TEE_ATTR_RSA_EXPONENT2, NEED_GROUP},
	  {TEE_ATTR_RSA_COEFFICIENT, NEED_GROUP}}},
	{TEE_TYPE_DH_KEYPAIR,
	 256,
	 4096,
	 8,
	 {{TEE_ATTR_DH_PRIME, NEED_ALWAYS},
	  {TEE_ATTR_DH_BASE, NEED_ALWAYS},
	  {TEE_ATTR_DH_PUBLIC_VALUE, NEED_ALWAYS},
	  {TEE_ATTR_DH_PRIVATE_VALUE, NEED_ALWAYS},
	  {TEE_ATTR_DH_SUBPRIME, NEED_NONE},
	  {TEE_ATTR_DH_X_BITS, NEED_NONE}}},
	{TEE_TYPE_ECDSA_PUBLIC_KEY, 192, 521, 1, {ECC_PUBLIC}},
	{TEE_TYPE_ECDH_PUBLIC_KEY, 192, 521, 1, {ECC_PUBLIC}},
	{TEE_TYPE_ECDSA_KEYPAIR,
	 192,
	 521,
	 1,
	 {ECC_PUBLIC, {TEE_ATTR_ECC_PRIVATE_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_ECDH_KEYPAIR,
	 192,
	 521,
	 1,
	 {ECC_PUBLIC, {TEE_ATTR_ECC_PRIVATE_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_X25519_PUBLIC_KEY, 256, 256, 0, {{TEE_ATTR_X25519_PUBLIC_VALUE, NEED_ALWAYS}}},
	{TEE_TYPE_X25519_KEYPAIR,
	 256,
	 256,
	 0,
	 {{TEE_ATTR_X25519_PUBLIC_VALUE, NEED_ALWAYS},
	  {TEE_ATTR_X25519_PRIVATE_VALUE, NEED_ALWAYS}}},
};

const struct obj_type *obj_type_find(uint32_t type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type)
			return &types[i];
	}
	return NULL;
}

static bool is_ecc(uint32_t type)
{
	return type == TEE_TYPE_ECDSA_PUBLIC_KEY || type == TEE_TYPE_ECDSA_KEYPAIR ||
	       type == TEE_TYPE_ECDH_PUBLIC_KEY || type == TEE_TYPE_ECDH_KEYPAIR;
}

bool obj_size_ok(const struct obj_type *t, uint32_t bits)
{
	if (is_ecc(t->type))
		return bits == 192 || bits == 224 || bits == 256 || bits == 384 || bits == 521;
	if (!t->step)
		return bits == t->min || bits == t->max;
	return bits >= t->min && bits <= t->max && (bits - t->min) % t->step == 0;
}

uint32_t obj_bits(const struct obj_type *t, uint32_t bits)
{
	if (t->type != TEE_TYPE_DES && t->type != TEE_TYPE_DES3)
		return bits;
	return bits % 56 ? bits : bits / 56 * 64;
}
