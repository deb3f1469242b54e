/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GP Internal Core API 1.3.1, section 6.4: symmetric ciphers.
 *
 * Every mode puts out as many octets as it takes in, but not at once: a block cipher waits for
 * whole blocks, and the modes that steal ciphertext (CTS, XTS) keep back what their last step needs.
 */
#include <stdlib.h>
#include <string.h>
#include "runtime/tee/cipher.h"

/* How much of `total` octets can be processed before it is known that no more come. */
static size_t ready(const struct alg *alg, size_t total)
{
	size_t keep = 0;

	if (alg->kind == ALG_CTR)
		return total;
	/* The last two blocks, the second perhaps partial. */
	if (alg->kind == ALG_CTS || alg->kind == ALG_XTS)
		keep = alg->block + 1;
	return total > keep ? (total - keep) / alg->block * alg->block : 0;
}

void TEE_CipherInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	const struct alg *alg;
	struct cipher_state *c;
	bool encrypt, des, ok;

	op_need_class(operation, TEE_OPERATION_CIPHER, __func__);
	op_need_key(operation, __func__);
	alg = operation->alg;
	c = &operation->cipher;
	des = alg->block == 8;
	if (alg->kind != ALG_ECB && (!IV || IVLen != alg->block))
		rt_panic("bad IV");
	TEE_MemFill(c, 0, sizeof(*c));
	if (alg->kind != ALG_ECB)
		memcpy(c->iv, IV, IVLen);
	c->stream_used = alg->block;
	/* A counter is always encrypted. */
	encrypt = operation->info.mode == TEE_MODE_ENCRYPT || alg->kind == ALG_CTR;
	ok = block_set_key(&c->key, operation->key[0], des, encrypt);
	if (ok && alg->kind == ALG_XTS) {
		ok = block_set_key(&c->tweak_key, operation->key[1], des, true);
		if (ok)
			block_crypt(&c->tweak_key, true, c->iv, c->iv);
	}
	if (!ok)
		rt_panic("bad key");
	op_set_active(operation);
}

/* [a, +n) and [b, +m) share octets. */
static bool overlap(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	return a < b + m && b < a + n;
}

/* Processes n octets: first those held, then from src. What is left of src is held. */
static void feed(TEE_OperationHandle op, const uint8_t *src, size_t len, uint8_t *dst, size_t n)
{
	struct cipher_state *c = &op->cipher;
	size_t block = op->alg->block;

	while (c->nheld && n) {
		size_t take = c->nheld < block ? block - c->nheld : 0;

		memcpy(c->held + c->nheld, src, take);
		c->nheld += take;
		src += take;
		len -= take;
		cipher_blocks(op, c->held, dst, block);
		c->nheld -= block;
		memmove(c->held, c->held + block, c->nheld);
		dst += block;
		n -= block;
	}
	if (n) {
		cipher_blocks(op, src, dst, n);
		src += n;
		len -= n;
	}
	memcpy(c->held + c->nheld, src, len);
	c->nheld += len;
}

/* Held octets put the output ahead of the input: then it may not run over it. */
static TEE_Result feed_safely(TEE_OperationHandle op, const uint8_t *src, size_t len, uint8_t *dst,
			      size_t n)
{
	uint8_t *copy;

	if (!op->cipher.nheld || !overlap(src, len, dst, n)) {
		feed(op, src, len, dst, n);
		return TEE_SUCCESS;
	}
	copy = malloc(len);
	if (!copy)
		return TEE_ERROR_OUT_OF_MEMORY;
	memcpy(copy, src, len);
	feed(op, copy, len, dst, n);
	rt_wipe_free(copy, len);
	return TEE_SUCCESS;
}

static void need_active(TEE_OperationHandle op, const char *func)
{
	op_need_class(op, TEE_OPERATION_CIPHER, func);
	if (op->state != TEE_OPERATION_STATE_ACTIVE)
		rt_panic_in(func, "operation is not initialized");
}

TEE_Result TEE_CipherUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
			    void *destData, size_t *destLen)
{
	size_t n, room;

	need_active(operation, __func__);
	room = *destLen;
	n = ready(operation->alg, operation->cipher.nheld + srcLen);
	*destLen = n;
	if (room < n)
		return TEE_ERROR_SHORT_BUFFER;
	return feed_safely(operation, srcData, srcLen, destData, n);
}

TEE_Result TEE_CipherDoFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
			     void *destData, size_t *destLen)
{
	size_t total, n, room;
	TEE_Result res;

	need_active(operation, __func__);
	total = operation->cipher.nheld + srcLen;
	n = ready(operation->alg, total);
	if (!cipher_total_ok(operation->alg, n, total))
		rt_panic("bad length of data");
	room = destLen ? *destLen : 0;
	if (room < total) {
		if (destLen)
			*destLen = total;
		return TEE_ERROR_SHORT_BUFFER;
	}
	if (destLen)
		*destLen = total;
	res = feed_safely(operation, srcData, srcLen, destData, n);
	if (res)
		return res;
	cipher_last(operation, (uint8_t *)destData + n);
	TEE_MemFill(&operation->cipher, 0, sizeof(operation->cipher));
	op_set_idle(operation);
	return TEE_SUCCESS;
}
