/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests, MACs, ciphers. Vectors: FIPS 180, FIPS 202, RFC 1321, RFC 2202, RFC 4493, SP 800-38A;
 * those with key 00 01 02.., data 01 04 07.., IV a0 a1 a2.. were made with OpenSSL.
 */
#include "tests/runtime/ta/crypto.h"

size_t unhex(uint8_t *to, const char *hex)
{
	char digits[3] = {0};
	size_t n = 0;

	for (; hex[2 * n]; n++) {
		memcpy(digits, hex + 2 * n, 2);
		to[n] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return n;
}

bool is_hex(const uint8_t *bytes, size_t n, const char *hex)
{
	uint8_t want[128];

	return unhex(want, hex) == n && !memcmp(bytes, want, n);
}

TEE_ObjectHandle secret(uint32_t type, const uint8_t *key, size_t len)
{
	TEE_ObjectHandle o;
	TEE_Attribute a;

	TEE_InitRefAttribute(&a, TEE_ATTR_SECRET_VALUE, key, len);
	if (TEE_AllocateTransientObject(type, (uint32_t)len * 8, &o) ||
	    TEE_PopulateTransientObject(o, &a, 1))
		TEE_Panic(1);
	return o;
}

TEE_OperationHandle operation(uint32_t alg, uint32_t mode, uint32_t bits, TEE_ObjectHandle key)
{
	TEE_OperationHandle op;

	if (TEE_AllocateOperation(&op, alg, mode, bits) || (key && TEE_SetOperationKey(op, key)))
		TEE_Panic(2);
	return op;
}

TEE_Result check_digest(void)
{
	static const struct {
		uint32_t alg;
		const char *abc;
	} digests[] = {
		{TEE_ALG_MD5, "900150983cd24fb0d6963f7d28e17f72"},
		{TEE_ALG_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{TEE_ALG_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
		{TEE_ALG_SHA256,
		 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{TEE_ALG_SHA512,
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
		{TEE_ALG_SHA3_256,
		 "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	};

	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		TEE_OperationHandle op = operation(digests[i].alg, TEE_MODE_DIGEST, 0, NULL);
		uint8_t hash[64];
		size_t n = 1;

		EXPECT(TEE_DigestDoFinal(op, "abc", 3, hash, &n) == TEE_ERROR_SHORT_BUFFER);
		for (unsigned int twice = 0; twice < 2; twice++) {
			TEE_DigestUpdate(op, "a", 1);
			n = sizeof(hash);
			EXPECT(!TEE_DigestDoFinal(op, "bc", 2, hash, &n));
			EXPECT(is_hex(hash, n, digests[i].abc));
			TEE_DigestUpdate(op, "abc", 3);
			n = 5;
			EXPECT(!TEE_DigestExtract(op, hash, &n) && n == 5);
			n = sizeof(hash) - 5;
			EXPECT(!TEE_DigestDoFinal(op, NULL, 0, hash + 5, &n));
			EXPECT(is_hex(hash, n + 5, digests[i].abc));
		}
		TEE_FreeOperation(op);
	}
	EXPECT(TEE_IsAlgorithmSupported(TEE_ALG_SHA384, TEE_CRYPTO_ELEMENT_NONE) == TEE_SUCCESS);
	EXPECT(TEE_IsAlgorithmSupported(0x50000099, 0) == TEE_ERROR_NOT_SUPPORTED);
	return TEE_SUCCESS;
}

static TEE_Result one_mac(uint32_t alg, uint32_t type, const char *key, const char *data,
			  const char *want)
{
	uint8_t k[64], in[128], mac[64];
	size_t len = unhex(in, data), klen = unhex(k, key), n = sizeof(mac);
	TEE_ObjectHandle o = secret(type, k, klen);
	TEE_OperationHandle op = operation(alg, TEE_MODE_MAC, (uint32_t)klen * 8, o);

	TEE_MACInit(op, NULL, 0);
	for (size_t i = 0; i < len; i++)
		TEE_MACUpdate(op, in + i, 1);
	EXPECT(!TEE_MACComputeFinal(op, NULL, 0, mac, &n) && is_hex(mac, n, want));
	TEE_MACInit(op, NULL, 0);
	EXPECT(!TEE_MACCompareFinal(op, in, len, mac, n));
	TEE_MACInit(op, NULL, 0);
	mac[0] ^= 1;
	EXPECT(TEE_MACCompareFinal(op, in, len, mac, n) == TEE_ERROR_MAC_INVALID);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(o);
	return TEE_SUCCESS;
}

#define CMAC_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define CMAC_40                                                              \
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130" \
	"c81c46a35ce411"

TEE_Result check_mac(void)
{
	EXPECT(!one_mac(TEE_ALG_HMAC_SHA1, TEE_TYPE_HMAC_SHA1,
			"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
			"b617318655057264e28bc0b6fb378c8ef146be00"));
	EXPECT(!one_mac(TEE_ALG_AES_CMAC, TEE_TYPE_AES, CMAC_KEY, "",
			"bb1d6929e95937287fa37d129b756746"));
	EXPECT(!one_mac(TEE_ALG_AES_CMAC, TEE_TYPE_AES, CMAC_KEY,
			"6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c"));
	EXPECT(!one_mac(TEE_ALG_AES_CMAC, TEE_TYPE_AES, CMAC_KEY, CMAC_40,
			"dfa66747de9ae63030ca32611497c827"));
	EXPECT(!one_mac(TEE_ALG_AES_CBC_MAC_NOPAD, TEE_TYPE_AES, CMAC_KEY,
			"6bc1bee22e409f96e93d7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97"));
	return TEE_SUCCESS;
}

/* Data in pieces of every size, both ways, also in place. */
static TEE_Result in_pieces(TEE_OperationHandle op, const uint8_t *iv, size_t ivlen,
			    const uint8_t *in, size_t len, const uint8_t *want)
{
	for (size_t piece = 1; piece <= len; piece++) {
		uint8_t out[64];
		size_t at = 0, n;

		memcpy(out, in, len);
		TEE_CipherInit(op, iv, ivlen);
		for (size_t i = 0; i + piece < len; i += piece) {
			n = sizeof(out) - at;
			EXPECT(!TEE_CipherUpdate(op, in + i, piece, out + at, &n));
			at += n;
		}
		n = sizeof(out) - at;
		EXPECT(!TEE_CipherDoFinal(op, in + (len - 1) / piece * piece,
					  len - (len - 1) / piece * piece, out + at, &n));
		EXPECT(at + n == len && !memcmp(out, want, len));
		memcpy(out, in, len);
		TEE_CipherInit(op, iv, ivlen);
		n = len;
		EXPECT(!TEE_CipherUpdate(op, out, piece, out, &n));
		at = n;
		n = len - at;
		EXPECT(!TEE_CipherDoFinal(op, out + piece, len - piece, out + at, &n));
		EXPECT(!memcmp(out, want, len));
	}
	return TEE_SUCCESS;
}

static TEE_Result one_cipher(uint32_t alg, size_t klen, size_t ivlen, const char *want)
{
	uint8_t key[64], iv[16], plain[64], coded[64];
	uint32_t type = (alg & 0xff) == 0x13 ? TEE_TYPE_DES3 : TEE_TYPE_AES;
	size_t len = unhex(coded, want);
	TEE_ObjectHandle k1, k2;

	for (unsigned int i = 0; i < 64; i++) {
		key[i] = (uint8_t)i;
		plain[i] = (uint8_t)(3 * i + 1);
		iv[i % 16] = (uint8_t)(0xa0 + i % 16);
	}
	k1 = secret(type, key, klen);
	k2 = secret(type, key + klen, klen);
	for (uint32_t mode = TEE_MODE_ENCRYPT; mode <= TEE_MODE_DECRYPT; mode++) {
		bool xts = alg == TEE_ALG_AES_XTS;
		TEE_OperationHandle op =
			operation(alg, mode, (uint32_t)klen * (xts ? 16 : 8), xts ? NULL : k1);

		if (xts)
			EXPECT(!TEE_SetOperationKey2(op, k1, k2));
		EXPECT(!in_pieces(op, iv, ivlen, mode == TEE_MODE_ENCRYPT ? plain : coded, len,
				  mode == TEE_MODE_ENCRYPT ? coded : plain));
		TEE_FreeOperation(op);
	}
	TEE_FreeTransientObject(k1);
	TEE_FreeTransientObject(k2);
	return TEE_SUCCESS;
}

TEE_Result check_cipher(void)
{
	uint8_t key[16], in[32], out[32];
	TEE_OperationHandle op;
	TEE_ObjectHandle k;
	size_t n = 8;

	EXPECT(!one_cipher(TEE_ALG_AES_XTS, 16, 16,
			   "ca696756b6e6ba42fdde6cb6adfda28aedd3595f0cc2ccb49f677ce8027bfe56"
			   "465a778822"));
	EXPECT(!one_cipher(TEE_ALG_AES_XTS, 16, 16,
			   "ca696756b6e6ba42fdde6cb6adfda28a465a7788225a55e40e85b9bd123752b5"
			   "b63dfd0add564548b36a33b704beccc9"));
	EXPECT(!one_cipher(TEE_ALG_AES_CTS, 16, 16,
			   "c1f739a3e6dc5d0be06de6f590329594fb55da889772184063cb6f1eb784696c"
			   "e045dceb97"));
	EXPECT(!one_cipher(TEE_ALG_AES_CTS, 16, 16,
			   "c1f739a3e6dc5d0be06de6f5903295948ba3cad8217b9b62d6a43d37843d698c"
			   "e045dceb97b692498687573e5dce9e8c"));
	EXPECT(!one_cipher(TEE_ALG_AES_CTR, 16, 16,
			   "5f1cd6f4fb0d1b68d9bf21f5118fbaa12bf688e6aab53ad718adf7e160b47185"
			   "c520002117"));
	EXPECT(!one_cipher(TEE_ALG_DES3_CBC_NOPAD, 24, 8,
			   "2aaa9a5ceb0e0da85d2e6997c508213cb86b8eeacfd1b480"));
	unhex(key, CMAC_KEY);
	unhex(in, "6bc1bee22e409f96e93d7e117393172a");
	k = secret(TEE_TYPE_AES, key, 16);
	op = operation(TEE_ALG_AES_ECB_NOPAD, TEE_MODE_ENCRYPT, 128, k);
	TEE_CipherInit(op, NULL, 0);
	EXPECT(TEE_CipherDoFinal(op, in, 16, out, &n) == TEE_ERROR_SHORT_BUFFER && n == 16);
	EXPECT(!TEE_CipherDoFinal(op, in, 16, out, &n));
	EXPECT(is_hex(out, n, "3ad77bb40d7a3660a89ecaf32466ef97"));
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(k);
	return TEE_SUCCESS;
}

static TEE_Result one_ae(uint32_t alg, const char *want, const char *want_tag)
{
	uint8_t key[16], iv[12], plain[64], out[64], back[64], tag[16];
	TEE_OperationHandle op;
	TEE_ObjectHandle k;
	size_t n, m, at;

	for (unsigned int i = 0; i < 64; i++) {
		key[i % 16] = (uint8_t)(i % 16);
		plain[i] = (uint8_t)(3 * i + 1);
		iv[i % 12] = (uint8_t)(0xa0 + i % 12);
	}
	k = secret(TEE_TYPE_AES, key, 16);
	op = operation(alg, TEE_MODE_ENCRYPT, 128, k);
	EXPECT(!TEE_AEInit(op, iv, 12, 128, 20, 37));
	TEE_AEUpdateAAD(op, plain, 7);
	TEE_AEUpdateAAD(op, plain + 7, 13);
	n = 21;
	EXPECT(!TEE_AEUpdate(op, plain, 21, out, &n) && n == (alg == TEE_ALG_AES_GCM ? 21 : 16));
	at = n;
	n = 37 - at;
	m = 16;
	EXPECT(!TEE_AEEncryptFinal(op, plain + 21, 16, out + at, &n, tag, &m));
	EXPECT(at + n == 37 && m == 16);
	EXPECT(is_hex(out, 37, want) && is_hex(tag, 16, want_tag));
	TEE_FreeOperation(op);
	op = operation(alg, TEE_MODE_DECRYPT, 128, k);
	for (unsigned int bad = 0; bad < 2; bad++) {
		tag[3] ^= bad;
		EXPECT(!TEE_AEInit(op, iv, 12, 128, 20, 37));
		TEE_AEUpdateAAD(op, plain, 20);
		n = sizeof(back);
		EXPECT(TEE_AEDecryptFinal(op, out, 37, back, &n, tag, 16) ==
		       (bad ? TEE_ERROR_MAC_INVALID : TEE_SUCCESS));
		EXPECT(n == 37 && !memcmp(back, plain, 37) == !bad);
	}
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(k);
	return TEE_SUCCESS;
}

TEE_Result check_ae(void)
{
	EXPECT(!one_ae(TEE_ALG_AES_GCM,
		       "ab823fb17399201c9364aa22633a9b4e62da1432be577ee96c5c3ec917d5d4f6"
		       "fbc7225b62",
		       "812c0e48238b9a9f06225e4125132d30"));
	EXPECT(!one_ae(TEE_ALG_AES_CCM,
		       "afb76fdba82fd997cbda1fdfbf18f2cd7ac318f38ccb9946c69b7f5ef074b39b"
		       "4d8b0f5bc8",
		       "2918ce7f448b922307ca3504070707e9"));
	return TEE_SUCCESS;
}

/* What is fed to a copy does not reach the original. */
static TEE_Result one_copy(uint32_t alg, uint32_t mode, TEE_ObjectHandle key)
{
	uint32_t bits = key ? 256 : 0;
	TEE_OperationHandle a = operation(alg, mode, bits, key);
	TEE_OperationHandle b = operation(alg, mode, bits, key);
	uint8_t x[64], y[64];
	size_t n = sizeof(x), m = sizeof(y);

	if (mode == TEE_MODE_MAC) {
		TEE_MACInit(a, NULL, 0);
		TEE_MACUpdate(a, "one", 3);
		TEE_CopyOperation(b, a);
		TEE_MACUpdate(b, "x", 1);
		EXPECT(!TEE_MACComputeFinal(b, NULL, 0, y, &m));
		EXPECT(!TEE_MACComputeFinal(a, "x", 1, x, &n));
	} else {
		TEE_DigestUpdate(a, "one", 3);
		TEE_CopyOperation(b, a);
		TEE_DigestUpdate(b, "x", 1);
		EXPECT(!TEE_DigestDoFinal(b, NULL, 0, y, &m));
		EXPECT(!TEE_DigestDoFinal(a, "x", 1, x, &n));
	}
	EXPECT(n == m && !memcmp(x, y, n));
	TEE_FreeOperation(a);
	TEE_FreeOperation(b);
	return TEE_SUCCESS;
}

TEE_Result check_copy(void)
{
	uint8_t bytes[32] = {7};
	TEE_ObjectHandle aes = secret(TEE_TYPE_AES, bytes, 32);
	TEE_ObjectHandle hmac = secret(TEE_TYPE_HMAC_SHA256, bytes, 32);

	EXPECT(!one_copy(TEE_ALG_SHA512, TEE_MODE_DIGEST, NULL));
	EXPECT(!one_copy(TEE_ALG_AES_CMAC, TEE_MODE_MAC, aes));
	EXPECT(!one_copy(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, hmac));
	TEE_FreeTransientObject(aes);
	TEE_FreeTransientObject(hmac);
	return TEE_SUCCESS;
}
