/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mbed TLS as the runtime uses it: low-level cryptography only. No TLS, X.509, PSA, file
 * system, clock or entropy module: randomness comes from the kernel (runtime/crypto/rng.c).
 */
#ifndef MERLON_MBEDTLS_CONFIG_H
#define MERLON_MBEDTLS_CONFIG_H

#define MBEDTLS_HAVE_ASM
#define MBEDTLS_HAVE_SSE2
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_DEPRECATED_REMOVED

#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_PROCESS_ALT /* runtime/crypto/sha256.c */
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA3_C

#define MBEDTLS_AES_C
#define MBEDTLS_AESNI_C
#define MBEDTLS_AES_ROM_TABLES /* shared by all processes, not made in each */
#define MBEDTLS_DES_C
#define MBEDTLS_CCM_C
#define MBEDTLS_GCM_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_HKDF_C

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_GENPRIME
#define MBEDTLS_OID_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21

#define MBEDTLS_ECP_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP192R1_ENABLED
#define MBEDTLS_ECP_DP_SECP224R1_ENABLED
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED

/*
 * The precomputed tables for fixed points are thousands of pointers; each would be relocated
 * in a page of its own for every process.
 */
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0

#define MBEDTLS_RSA_GEN_KEY_MIN_BITS 256 /* TAs may ask for it */
#define MBEDTLS_MPI_MAX_SIZE	     1024 /* octets: RSA and DH up to 8192 bits in intermediate values */

#endif
