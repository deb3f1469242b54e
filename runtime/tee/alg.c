/* SPDX-License-Identifier: BSD-2-Clause */
/* The algorithms that exist here. */
#include "runtime/tee/operation.h"

#define DIGEST(name, size)                                                \
	{                                                                 \
		TEE_ALG_##name, 0, ALG_DIGEST, MBEDTLS_MD_##name, size, 0 \
	}
#define HMAC(name, size)                                                                        \
	{                                                                                       \
		TEE_ALG_HMAC_##name, TEE_TYPE_HMAC_##name, ALG_HMAC, MBEDTLS_MD_##name, size, 0 \
	}
#define AES(name, kind)                                          \
	{                                                        \
		TEE_ALG_AES_##name, TEE_TYPE_AES, kind, 0, 0, 16 \
	}
#define AES_MAC(name, kind)                                       \
	{                                                         \
		TEE_ALG_AES_##name, TEE_TYPE_AES, kind, 0, 16, 16 \
	}
#define DES(name, kind, digest)                                      \
	{                                                            \
		TEE_ALG_DES_##name, TEE_TYPE_DES, kind, 0, digest, 8 \
	}
#define DES3(name, kind, digest)                                       \
	{                                                              \
		TEE_ALG_DES3_##name, TEE_TYPE_DES3, kind, 0, digest, 8 \
	}
#define RSA(name, kind, md, digest)                                          \
	{                                                                    \
		TEE_ALG_##name, TEE_TYPE_RSA_PUBLIC_KEY, kind, md, digest, 0 \
	}
#define RSA_HASHED(md, size)                                                         \
	RSA(RSASSA_PKCS1_V1_5_##md, ALG_RSA_V15, MBEDTLS_MD_##md, size),             \
		RSA(RSASSA_PKCS1_PSS_MGF1_##md, ALG_RSA_PSS, MBEDTLS_MD_##md, size), \
		RSA(RSAES_PKCS1_OAEP_MGF1_##md, ALG_RSA_OAEP, MBEDTLS_MD_##md, size)
#define ECDSA(md, size)                                                                            \
	{                                                                                          \
		TEE_ALG_ECDSA_##md, TEE_TYPE_ECDSA_PUBLIC_KEY, ALG_ECDSA, MBEDTLS_MD_##md, size, 0 \
	}

static const struct alg algs[] = {
	DIGEST(MD5, 16),
	DIGEST(SHA1, 20),
	DIGEST(SHA224, 28),
	DIGEST(SHA256, 32),
	DIGEST(SHA384, 48),
	DIGEST(SHA512, 64),
	DIGEST(SHA3_224, 28),
	DIGEST(SHA3_256, 32),
	DIGEST(SHA3_384, 48),
	DIGEST(SHA3_512, 64),
	HMAC(MD5, 16),
	HMAC(SHA1, 20),
	HMAC(SHA224, 28),
	HMAC(SHA256, 32),
	HMAC(SHA384, 48),
	HMAC(SHA512, 64),
	HMAC(SHA3_224, 28),
	HMAC(SHA3_256, 32),
	HMAC(SHA3_384, 48),
	HMAC(SHA3_512, 64),
	AES(ECB_NOPAD, ALG_ECB),
	AES(CBC_NOPAD, ALG_CBC),
	AES(CTR, ALG_CTR),
	AES(CTS, ALG_CTS),
	AES(XTS, ALG_XTS),
	AES(GCM, ALG_GCM),
	AES(CCM, ALG_CCM),
	AES_MAC(CMAC, ALG_CMAC),
	AES_MAC(CBC_MAC_NOPAD, ALG_CBC_MAC),
	AES_MAC(CBC_MAC_PKCS5, ALG_CBC_MAC_PKCS5),
	DES(ECB_NOPAD, ALG_ECB, 0),
	DES(CBC_NOPAD, ALG_CBC, 0),
	DES(CBC_MAC_NOPAD, ALG_CBC_MAC, 8),
	DES(CBC_MAC_PKCS5, ALG_CBC_MAC_PKCS5, 8),
	DES3(ECB_NOPAD, ALG_ECB, 0),
	DES3(CBC_NOPAD, ALG_CBC, 0),
	DES3(CMAC, ALG_CMAC, 8),
	DES3(CBC_MAC_NOPAD, ALG_CBC_MAC, 8),
	DES3(CBC_MAC_PKCS5, ALG_CBC_MAC_PKCS5, 8),
	RSA(RSA_NOPAD, ALG_RSA_NOPAD, 0, 0),
	RSA(RSAES_PKCS1_V1_5, ALG_RSA_V15, 0, 0),
	RSA(RSASSA_PKCS1_V1_5_MD5, ALG_RSA_V15, MBEDTLS_MD_MD5, 16),
	RSA_HASHED(SHA1, 20),
	RSA_HASHED(SHA224, 28),
	RSA_HASHED(SHA256, 32),
	RSA_HASHED(SHA384, 48),
	RSA_HASHED(SHA512, 64),
	ECDSA(SHA1, 20),
	ECDSA(SHA224, 28),
	ECDSA(SHA256, 32),
	ECDSA(SHA384, 48),
	ECDSA(SHA512, 64),
	{TEE_ALG_DH_DERIVE_SHARED_SECRET, TEE_TYPE_DH_KEYPAIR, ALG_DH, 0, 0, 0},
	{TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_TYPE_ECDH_PUBLIC_KEY, ALG_ECDH, 0, 0, 0},
	{TEE_ALG_X25519, TEE_TYPE_X25519_PUBLIC_KEY, ALG_X25519, 0, 0, 0},
	{TEE_ALG_HKDF, TEE_TYPE_HKDF, ALG_HKDF, 0, 0, 0},
};

const struct alg *alg_find(uint32_t id)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		if (algs[i].id == id)
			return &algs[i];
	}
	return NULL;
}

uint32_t alg_class(uint32_t id)
{
	return id >> 28;
}

mbedtls_md_type_t alg_md(uint32_t digest_alg)
{
	const struct alg *a = alg_find(digest_alg);

	return a && a->kind == ALG_DIGEST ? (mbedtls_md_type_t)a->md : MBEDTLS_MD_NONE;
}

TEE_Result TEE_IsAlgorithmSupported(uint32_t algId, uint32_t element)
{
	const struct alg *a = alg_find(algId);
	bool curve = element >= TEE_ECC_CURVE_NIST_P192 && element <= TEE_ECC_CURVE_NIST_P521;

	if (!a)
		return TEE_ERROR_NOT_SUPPORTED;
	switch (a->kind) {
	case ALG_ECDSA:
	case ALG_ECDH:
		return curve ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED;
	case ALG_X25519:
		return element == TEE_ECC_CURVE_25519 || element == TEE_CRYPTO_ELEMENT_NONE
			       ? TEE_SUCCESS
			       : TEE_ERROR_NOT_SUPPORTED;
	default:
		return element == TEE_CRYPTO_ELEMENT_NONE ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED;
	}
}
