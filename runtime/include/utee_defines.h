/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes and fields of algorithm identifiers, for TAs that take them apart (GP table 6-11). */
#ifndef UTEE_DEFINES_H
#define UTEE_DEFINES_H

#include <tee_api_defines.h>

#define TEE_ALG_GET_CLASS(algo)		(((algo) >> 28) & 0xF)
#define TEE_ALG_GET_MAIN_ALG(algo)	((algo)&0xFF)
#define TEE_ALG_GET_CHAIN_MODE(algo)	(((algo) >> 8) & 0xF)
#define TEE_ALG_GET_DIGEST_HASH(algo)	(((algo) >> 12) & 0xF)
#define TEE_ALG_GET_INTERNAL_HASH(algo) (((algo) >> 20) & 0x7)

#define TEE_AES_BLOCK_SIZE   16
#define TEE_DES_BLOCK_SIZE   8
#define TEE_AES_MAX_KEY_SIZE 32
#define TEE_MD5_HASH_SIZE    16
#define TEE_SHA1_HASH_SIZE   20
#define TEE_SHA224_HASH_SIZE 28
#define TEE_SHA256_HASH_SIZE 32
#define TEE_SHA384_HASH_SIZE 48
#define TEE_SHA512_HASH_SIZE 64
#define TEE_MAX_HASH_SIZE    64

#endif
