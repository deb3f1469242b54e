/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.5: HMAC, CMAC (NIST SP 800-38B) and CBC-MAC. */
#include <stdlib.h>
#include <string.h>
#include "runtime/tee/operation.h"

TEE_Result mac_alloc(TEE_OperationHandle op)
{
	if (op->alg->kind != ALG_HMAC)
		return TEE_SUCCESS;
	mbedtls_md_init(&op->md);
	if (mbedtls_md_setup(&op->md, mbedtls_md_info_from_type(op->alg->md), 1)) {
		mbedtls_md_free(&op->md);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	return TEE_SUCCESS;
}

void mac_release(TEE_OperationHandle op)
{
	if (op->alg->kind == ALG_HMAC)
		mbedtls_md_free(&op->md);
}

void TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	const struct obj_attr *secret;

	op_need_class(operation, TEE_OPERATION_MAC, __func__);
	op_need_key(operation, __func__);
	secret = obj_get(operation->key[0], TEE_ATTR_SECRET_VALUE);
	if (operation->alg->kind == ALG_HMAC) {
		if (mbedtls_md_hmac_starts(&operation->md, secret->bytes, secret->len))
			rt_panic("HMAC failed");
	} else {
		TEE_MemFill(&operation->mac, 0, sizeof(operation->mac));
		if (!block_set_key(&operation->mac.key, operation->key[0],
				   operation->alg->block == 8, true))
			rt_panic("bad key");
	}
	op_set_active(operation);
}

/* One block into the chain. */
static void chain(struct mac_state *m, const uint8_t *in, size_t block)
{
	for (size_t i = 0; i < block; i++)
		m->x[i] ^= in[i];
	block_crypt(&m->key, true, m->x, m->x);
}

/* The last block, whole or not, stays held: what happens to it depends on the MAC. */
static void mac_feed(TEE_OperationHandle op, const uint8_t *in, size_t len)
{
	struct mac_state *m = &op->mac;
	size_t block = op->alg->block;

	while (len) {
		size_t n = block - m->nheld < len ? block - m->nheld : len;

		if (m->nheld == block) {
			chain(m, m->held, block);
			m->nheld = 0;
			continue;
		}
		memcpy(m->held + m->nheld, in, n);
		m->nheld += n;
		in += n;
		len -= n;
	}
}

static void feed(TEE_OperationHandle op, const void *chunk, size_t len)
{
	if (op->alg->kind != ALG_HMAC)
		mac_feed(op, chunk, len);
	else if (len && mbedtls_md_hmac_update(&op->md, chunk, len))
		rt_panic("HMAC failed");
}

/* Times x in GF(2^128) or GF(2^64), big endian. */
static void cmac_double(uint8_t *k, size_t block)
{
	uint8_t carry = 0;

	for (size_t i = block; i; i--) {
		uint8_t out = k[i - 1] >> 7;

		k[i - 1] = (uint8_t)(k[i - 1] << 1 | carry);
		carry = out;
	}
	if (carry)
		k[block - 1] ^= block == 16 ? 0x87 : 0x1b;
}

static void cmac_last(struct mac_state *m, size_t block)
{
	uint8_t k[BLOCK_MAX] = {0};

	block_crypt(&m->key, true, k, k);
	cmac_double(k, block);
	if (m->nheld < block) {
		cmac_double(k, block);
		memset(m->held + m->nheld, 0, block - m->nheld);
		m->held[m->nheld] = 0x80;
	}
	for (size_t i = 0; i < block; i++)
		m->held[i] ^= k[i];
	chain(m, m->held, block);
	TEE_MemFill(k, 0, sizeof(k));
}

static void cbc_mac_last(struct mac_state *m, size_t block, bool pkcs5)
{
	size_t pad;

	if (m->nheld == block || (!m->nheld && !pkcs5)) {
		if (m->nheld)
			chain(m, m->held, block);
		m->nheld = 0;
		if (!pkcs5)
			return;
	}
	if (!pkcs5)
		rt_panic("data is not whole blocks");
	pad = block - m->nheld;
	memset(m->held + m->nheld, (int)pad, pad);
	chain(m, m->held, block);
}

static void finish(TEE_OperationHandle op, uint8_t *mac)
{
	if (op->alg->kind == ALG_HMAC) {
		if (mbedtls_md_hmac_finish(&op->md, mac))
			rt_panic("HMAC failed");
	} else {
		if (op->alg->kind == ALG_CMAC)
			cmac_last(&op->mac, op->alg->block);
		else
			cbc_mac_last(&op->mac, op->alg->block, op->alg->kind == ALG_CBC_MAC_PKCS5);
		memcpy(mac, op->mac.x, op->alg->digest);
		TEE_MemFill(&op->mac, 0, sizeof(op->mac));
	}
	op_set_idle(op);
}

static void need_active(TEE_OperationHandle op, const char *func)
{
	op_need_class(op, TEE_OPERATION_MAC, func);
	if (op->state != TEE_OPERATION_STATE_ACTIVE)
		rt_panic_in(func, "operation is not initialized");
}

void TEE_MACUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	need_active(operation, __func__);
	feed(operation, chunk, chunkSize);
}

TEE_Result TEE_MACComputeFinal(TEE_OperationHandle operation, const void *message,
			       size_t messageLen, void *mac, size_t *macLen)
{
	size_t room = *macLen;

	need_active(operation, __func__);
	*macLen = operation->alg->digest;
	if (room < operation->alg->digest)
		return TEE_ERROR_SHORT_BUFFER;
	feed(operation, message, messageLen);
	finish(operation, mac);
	return TEE_SUCCESS;
}

TEE_Result TEE_MACCompareFinal(TEE_OperationHandle operation, const void *message,
			       size_t messageLen, const void *mac, size_t macLen)
{
	uint8_t good[MBEDTLS_MD_MAX_SIZE];
	TEE_Result res = TEE_SUCCESS;
	size_t digest;

	need_active(operation, __func__);
	digest = operation->alg->digest;
	feed(operation, message, messageLen);
	finish(operation, good);
	if (macLen != digest || TEE_MemCompare(good, mac, digest))
		res = TEE_ERROR_MAC_INVALID;
	TEE_MemFill(good, 0, sizeof(good));
	return res;
}
