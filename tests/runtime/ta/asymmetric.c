/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects, RSA, ECC, key derivation. Vectors: RFC 6979, RFC 5869. */
#include "tests/runtime/ta/crypto.h"

TEE_Result check_objects(void)
{
	uint8_t key[32] = {1, 2, 3}, out[32];
	TEE_ObjectHandle o, p;
	TEE_ObjectInfo info;
	size_t n = 8;

	EXPECT(TEE_AllocateTransientObject(TEE_TYPE_AES, 100, &o) == TEE_ERROR_NOT_SUPPORTED);
	EXPECT(TEE_AllocateTransientObject(0xa0000099, 128, &o) == TEE_ERROR_NOT_SUPPORTED);
	o = secret(TEE_TYPE_AES, key, 32);
	EXPECT(!TEE_GetObjectInfo1(o, &info) && info.objectSize == 256 &&
	       info.handleFlags == TEE_HANDLE_FLAG_INITIALIZED);
	EXPECT(TEE_GetObjectBufferAttribute(o, TEE_ATTR_SECRET_VALUE, out, &n) ==
		       TEE_ERROR_SHORT_BUFFER &&
	       n == 32);
	EXPECT(!TEE_GetObjectBufferAttribute(o, TEE_ATTR_SECRET_VALUE, out, &n));
	EXPECT(!memcmp(out, key, 32));
	EXPECT(!TEE_RestrictObjectUsage1(o, TEE_USAGE_ENCRYPT));
	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_AES, 256, &p));
	EXPECT(!TEE_CopyObjectAttributes1(p, o) && !TEE_GetObjectInfo1(p, &info));
	EXPECT(info.objectUsage == TEE_USAGE_ENCRYPT && info.objectSize == 256);
	TEE_ResetTransientObject(p);
	EXPECT(!TEE_GenerateKey(p, 192, NULL, 0) && !TEE_GetObjectInfo1(p, &info));
	EXPECT(info.objectSize == 192);
	TEE_FreeTransientObject(o);
	TEE_CloseObject(p);
	return TEE_SUCCESS;
}

static TEE_Result sign_and_verify(TEE_ObjectHandle pair, TEE_ObjectHandle public, uint32_t alg,
				  uint32_t bits, size_t digest_len)
{
	TEE_OperationHandle sign = operation(alg, TEE_MODE_SIGN, bits, pair);
	TEE_OperationHandle verify = operation(alg, TEE_MODE_VERIFY, bits, public);
	uint8_t digest[64], sig[256];
	size_t n = sizeof(sig);

	TEE_GenerateRandom(digest, sizeof(digest));
	EXPECT(!TEE_AsymmetricSignDigest(sign, NULL, 0, digest, digest_len, sig, &n));
	EXPECT(!TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, digest_len, sig, n));
	sig[9] ^= 4;
	EXPECT(TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, digest_len, sig, n) ==
	       TEE_ERROR_SIGNATURE_INVALID);
	TEE_FreeOperation(sign);
	TEE_FreeOperation(verify);
	return TEE_SUCCESS;
}

static TEE_Result encrypt_and_decrypt(TEE_ObjectHandle pair, TEE_ObjectHandle public, uint32_t alg)
{
	TEE_OperationHandle enc = operation(alg, TEE_MODE_ENCRYPT, 1024, public);
	TEE_OperationHandle dec = operation(alg, TEE_MODE_DECRYPT, 1024, pair);
	uint8_t in[128] = "something short", coded[128], out[128];
	size_t len = alg == TEE_ALG_RSA_NOPAD ? 128 : 15, n = sizeof(coded), m = sizeof(out);

	in[0] &= 0x7f;
	EXPECT(!TEE_AsymmetricEncrypt(enc, NULL, 0, in, len, coded, &n) && n == 128);
	EXPECT(!TEE_AsymmetricDecrypt(dec, NULL, 0, coded, n, out, &m) && m == len);
	EXPECT(!memcmp(in, out, len));
	TEE_FreeOperation(enc);
	TEE_FreeOperation(dec);
	return TEE_SUCCESS;
}

TEE_Result check_rsa(void)
{
	TEE_ObjectHandle pair, public;
	uint8_t e[4];
	size_t n = sizeof(e);

	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_RSA_KEYPAIR, 1024, &pair));
	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_RSA_PUBLIC_KEY, 1024, &public));
	EXPECT(!TEE_GenerateKey(pair, 1024, NULL, 0));
	EXPECT(!TEE_CopyObjectAttributes1(public, pair));
	EXPECT(!TEE_GetObjectBufferAttribute(public, TEE_ATTR_RSA_PUBLIC_EXPONENT, e, &n));
	EXPECT(is_hex(e, n, "010001"));
	EXPECT(!sign_and_verify(pair, public, TEE_ALG_RSASSA_PKCS1_V1_5_SHA1, 1024, 20));
	EXPECT(!sign_and_verify(pair, public, TEE_ALG_RSASSA_PKCS1_V1_5_SHA512, 1024, 64));
	EXPECT(!sign_and_verify(pair, public, TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256, 1024, 32));
	EXPECT(!encrypt_and_decrypt(pair, public, TEE_ALG_RSAES_PKCS1_V1_5));
	EXPECT(!encrypt_and_decrypt(pair, public, TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1));
	EXPECT(!encrypt_and_decrypt(pair, public, TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA256));
	EXPECT(!encrypt_and_decrypt(pair, public, TEE_ALG_RSA_NOPAD));
	TEE_FreeTransientObject(pair);
	TEE_FreeTransientObject(public);
	return TEE_SUCCESS;
}

static TEE_Result rfc6979(void)
{
	uint8_t x[32], y[32], sig[64], hash[32];
	TEE_OperationHandle sha, op;
	TEE_Attribute a[3];
	TEE_ObjectHandle o;
	size_t n = 32;

	unhex(x, "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
	unhex(y, "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
	unhex(sig, "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
		   "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
	TEE_InitValueAttribute(&a[0], TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P256, 0);
	TEE_InitRefAttribute(&a[1], TEE_ATTR_ECC_PUBLIC_VALUE_X, x, 32);
	TEE_InitRefAttribute(&a[2], TEE_ATTR_ECC_PUBLIC_VALUE_Y, y, 32);
	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_ECDSA_PUBLIC_KEY, 256, &o));
	EXPECT(!TEE_PopulateTransientObject(o, a, 3));
	sha = operation(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, NULL);
	EXPECT(!TEE_DigestDoFinal(sha, "sample", 6, hash, &n));
	op = operation(TEE_ALG_ECDSA_SHA256, TEE_MODE_VERIFY, 256, o);
	EXPECT(!TEE_AsymmetricVerifyDigest(op, NULL, 0, hash, 32, sig, 64));
	hash[0] ^= 1;
	EXPECT(TEE_AsymmetricVerifyDigest(op, NULL, 0, hash, 32, sig, 64) ==
	       TEE_ERROR_SIGNATURE_INVALID);
	TEE_FreeOperation(op);
	TEE_FreeOperation(sha);
	TEE_FreeTransientObject(o);
	return TEE_SUCCESS;
}

TEE_Result check_ecc(void)
{
	static const uint32_t bits[] = {192, 224, 256, 384, 521};
	TEE_ObjectHandle pair, public;
	TEE_Attribute curve;

	EXPECT(!rfc6979());
	for (uint32_t i = 0; i < 5; i++) {
		TEE_InitValueAttribute(&curve, TEE_ATTR_ECC_CURVE, i + 1, 0);
		EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_ECDSA_KEYPAIR, bits[i], &pair));
		EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_ECDSA_PUBLIC_KEY, bits[i], &public));
		EXPECT(!TEE_GenerateKey(pair, bits[i], &curve, 1));
		EXPECT(!TEE_CopyObjectAttributes1(public, pair));
		EXPECT(!sign_and_verify(pair, public, TEE_ALG_ECDSA_SHA256, bits[i], 32));
		TEE_FreeTransientObject(pair);
		TEE_FreeTransientObject(public);
	}
	return TEE_SUCCESS;
}

/* The secret that `mine` and the public attributes of `theirs` give. */
static TEE_Result shared(uint32_t alg, uint32_t bits, TEE_ObjectHandle mine,
			 TEE_ObjectHandle theirs, const uint32_t *ids, uint8_t *out, size_t *len)
{
	TEE_OperationHandle op = operation(alg, TEE_MODE_DERIVE, bits, mine);
	uint8_t value[2][256];
	TEE_Attribute a[2];
	TEE_ObjectHandle o;
	uint32_t n = 0;

	for (; n < 2 && ids[n]; n++) {
		size_t size = sizeof(value[n]);

		EXPECT(!TEE_GetObjectBufferAttribute(theirs, ids[n], value[n], &size));
		TEE_InitRefAttribute(&a[n], ids[n], value[n], size);
	}
	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 2048, &o));
	TEE_DeriveKey(op, a, n, o);
	EXPECT(!TEE_GetObjectBufferAttribute(o, TEE_ATTR_SECRET_VALUE, out, len));
	TEE_FreeTransientObject(o);
	TEE_FreeOperation(op);
	return TEE_SUCCESS;
}

static TEE_Result agree(uint32_t alg, uint32_t type, uint32_t bits, const TEE_Attribute *params,
			uint32_t count, const uint32_t *ids)
{
	uint8_t ab[256], ba[256];
	size_t n = sizeof(ab), m = sizeof(ba);
	TEE_ObjectHandle a, b;

	EXPECT(!TEE_AllocateTransientObject(type, bits, &a));
	EXPECT(!TEE_AllocateTransientObject(type, bits, &b));
	EXPECT(!TEE_GenerateKey(a, bits, params, count));
	EXPECT(!TEE_GenerateKey(b, bits, params, count));
	EXPECT(!shared(alg, bits, a, b, ids, ab, &n));
	EXPECT(!shared(alg, bits, b, a, ids, ba, &m));
	EXPECT(n == m && n && !memcmp(ab, ba, n));
	TEE_FreeTransientObject(a);
	TEE_FreeTransientObject(b);
	return TEE_SUCCESS;
}

static TEE_Result rfc5869(void)
{
	uint8_t ikm[22], salt[13], info[10], okm[64];
	TEE_ObjectHandle key, o;
	TEE_OperationHandle op;
	TEE_Attribute a[4];
	size_t n = sizeof(okm);

	memset(ikm, 0x0b, sizeof(ikm));
	for (unsigned int i = 0; i < 13; i++) {
		salt[i] = (uint8_t)i;
		info[i % 10] = (uint8_t)(0xf0 + i % 10);
	}
	key = secret(TEE_TYPE_HKDF, ikm, sizeof(ikm));
	op = operation(TEE_ALG_HKDF, TEE_MODE_DERIVE, sizeof(ikm) * 8, key);
	TEE_InitRefAttribute(&a[0], TEE_ATTR_HKDF_SALT, salt, 13);
	TEE_InitRefAttribute(&a[1], TEE_ATTR_HKDF_INFO, info, 10);
	TEE_InitValueAttribute(&a[2], TEE_ATTR_HKDF_HASH_ALGORITHM, TEE_ALG_SHA256, 0);
	TEE_InitValueAttribute(&a[3], TEE_ATTR_KDF_KEY_SIZE, 42, 0);
	EXPECT(!TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 1024, &o));
	TEE_DeriveKey(op, a, 4, o);
	EXPECT(!TEE_GetObjectBufferAttribute(o, TEE_ATTR_SECRET_VALUE, okm, &n));
	EXPECT(is_hex(okm, n,
		      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
		      "34007208d5b887185865"));
	TEE_FreeTransientObject(key);
	TEE_FreeTransientObject(o);
	TEE_FreeOperation(op);
	return TEE_SUCCESS;
}

TEE_Result check_derive(void)
{
	static const uint32_t ecdh[] = {TEE_ATTR_ECC_PUBLIC_VALUE_X, TEE_ATTR_ECC_PUBLIC_VALUE_Y};
	static const uint32_t x25519[] = {TEE_ATTR_X25519_PUBLIC_VALUE, 0};
	static const uint32_t dh[] = {TEE_ATTR_DH_PUBLIC_VALUE, 0};
	uint8_t prime[96], two = 2;
	TEE_Attribute a[2];

	EXPECT(!rfc5869());
	TEE_InitValueAttribute(&a[0], TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P384, 0);
	EXPECT(!agree(TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_TYPE_ECDH_KEYPAIR, 384, a, 1, ecdh));
	EXPECT(!agree(TEE_ALG_X25519, TEE_TYPE_X25519_KEYPAIR, 256, NULL, 0, x25519));
	/* The first group of RFC 2409: small, but quick to compute with. */
	unhex(prime, "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
		     "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
		     "4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff");
	TEE_InitRefAttribute(&a[0], TEE_ATTR_DH_PRIME, prime, 96);
	TEE_InitRefAttribute(&a[1], TEE_ATTR_DH_BASE, &two, 1);
	EXPECT(!agree(TEE_ALG_DH_DERIVE_SHARED_SECRET, TEE_TYPE_DH_KEYPAIR, 768, a, 2, dh));
	return TEE_SUCCESS;
}
