/* SPDX-License-Identifier: BSD-2-Clause */
/* Cryptographic operations: GP Internal Core API 1.3.1, section 6. */
#ifndef RUNTIME_OPERATION_H
#define RUNTIME_OPERATION_H

#include <mbedtls/aes.h>
#include <mbedtls/ccm.h>
#include <mbedtls/des.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include "runtime/tee/object.h"

enum alg_kind {
	ALG_DIGEST,
	ALG_HMAC,
	ALG_CMAC,
	ALG_CBC_MAC,
	ALG_CBC_MAC_PKCS5,
	ALG_ECB,
	ALG_CBC,
	ALG_CTR,
	ALG_CTS,
	ALG_XTS,
	ALG_GCM,
	ALG_CCM,
	ALG_RSA_NOPAD,
	ALG_RSA_V15,
	ALG_RSA_OAEP,
	ALG_RSA_PSS,
	ALG_ECDSA,
	ALG_DH,
	ALG_ECDH,
	ALG_X25519,
	ALG_HKDF,
};

struct alg {
	uint32_t id;
	uint32_t key_type; /* of the object; for key pairs, of the public key. 0: no key */
	uint8_t kind; /* enum alg_kind */
	uint8_t md; /* mbedtls_md_type_t, or MBEDTLS_MD_NONE */
	uint8_t digest; /* octets of digest or MAC */
	uint8_t block; /* octets of a block; 0: none */
};

#define BLOCK_MAX 16

/* A block cipher with its key, in one direction. */
struct block_cipher {
	bool des;
	union {
		mbedtls_aes_context aes;
		mbedtls_des3_context des3; /* single DES: the same key three times */
	};
};

struct cipher_state {
	struct block_cipher key, tweak_key;
	uint8_t iv[BLOCK_MAX]; /* CBC: last ciphertext; CTR: counter; XTS: tweak */
	uint8_t stream[BLOCK_MAX]; /* CTR: key stream of the current block */
	uint8_t held[2 * BLOCK_MAX]; /* input that is not processed yet */
	size_t nheld, stream_used;
};

struct mac_state {
	struct block_cipher key;
	uint8_t x[BLOCK_MAX]; /* chaining value */
	uint8_t held[BLOCK_MAX];
	size_t nheld;
};

struct ae_state {
	bool open; /* one of the contexts is set up */
	bool payload; /* the associated data is complete */
	size_t tag_len, aad_left, payload_left;
	uint8_t held[BLOCK_MAX]; /* CCM: payload short of a block */
	size_t nheld;
	union {
		mbedtls_gcm_context gcm;
		mbedtls_ccm_context ccm;
	};
};

struct __TEE_OperationHandle {
	TEE_OperationInfo info;
	uint32_t state; /* TEE_OPERATION_STATE_* */
	const struct alg *alg;
	struct __TEE_ObjectHandle *key[2]; /* copies */
	uint8_t digest[MBEDTLS_MD_MAX_SIZE]; /* DIGEST, while it is extracted */
	size_t extracted; /* octets of it that went out */
	union {
		mbedtls_md_context_t md; /* DIGEST, HMAC */
		struct mac_state mac;
		struct cipher_state cipher;
		struct ae_state ae;
	};
};

/* alg.c */
const struct alg *alg_find(uint32_t id);
uint32_t alg_class(uint32_t id); /* TEE_OPERATION_* */
mbedtls_md_type_t alg_md(uint32_t digest_alg);

/* Panics unless the handle is an operation of this class. */
void op_need_class(TEE_OperationHandle op, uint32_t class, const char *func);
void op_need_key(TEE_OperationHandle op, const char *func);
/* What an Init does to the state, and what ends it. */
void op_set_active(TEE_OperationHandle op);
void op_set_idle(TEE_OperationHandle op);

/* Per family: what TEE_AllocateOperation, TEE_ResetOperation and TEE_FreeOperation need of it. */
TEE_Result digest_alloc(TEE_OperationHandle op);
void digest_restart(TEE_OperationHandle op);
void mac_release(TEE_OperationHandle op);
TEE_Result mac_alloc(TEE_OperationHandle op);
void ae_release(TEE_OperationHandle op);

/* block.c: block ciphers. Lengths are whole blocks; in place is fine. */
bool block_set_key(struct block_cipher *c, const struct __TEE_ObjectHandle *key, bool des,
		   bool encrypt);
void block_crypt(struct block_cipher *c, bool encrypt, const uint8_t *in, uint8_t *out);

#endif
