/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.6: GCM and CCM. */
#include <stdlib.h>
#include <string.h>
#include "runtime/tee/operation.h"

#define TAG_MAX 16

void ae_release(TEE_OperationHandle op)
{
	if (!op->ae.open)
		return;
	if (op->alg->kind == ALG_GCM)
		mbedtls_gcm_free(&op->ae.gcm);
	else
		mbedtls_ccm_free(&op->ae.ccm);
	TEE_MemFill(&op->ae, 0, sizeof(op->ae));
}

static bool encrypts(TEE_OperationHandle op)
{
	return op->info.mode == TEE_MODE_ENCRYPT;
}

static bool tag_ok(const struct alg *alg, uint32_t bits)
{
	if (alg->kind == ALG_GCM)
		return bits >= 96 && bits <= 128 && bits % 8 == 0;
	return bits >= 32 && bits <= 128 && bits % 16 == 0;
}

static int start_gcm(TEE_OperationHandle op, const struct obj_attr *key, const void *nonce,
		     size_t len)
{
	mbedtls_gcm_init(&op->ae.gcm);
	op->ae.open = true;
	if (mbedtls_gcm_setkey(&op->ae.gcm, MBEDTLS_CIPHER_ID_AES, key->bytes, key->len * 8))
		return TEE_ERROR_OUT_OF_MEMORY;
	return mbedtls_gcm_starts(
		&op->ae.gcm, encrypts(op) ? MBEDTLS_GCM_ENCRYPT : MBEDTLS_GCM_DECRYPT, nonce, len);
}

static int start_ccm(TEE_OperationHandle op, const struct obj_attr *key, const void *nonce,
		     size_t len)
{
	mbedtls_ccm_init(&op->ae.ccm);
	op->ae.open = true;
	if (mbedtls_ccm_setkey(&op->ae.ccm, MBEDTLS_CIPHER_ID_AES, key->bytes, key->len * 8))
		return TEE_ERROR_OUT_OF_MEMORY;
	if (mbedtls_ccm_starts(&op->ae.ccm,
			       encrypts(op) ? MBEDTLS_CCM_ENCRYPT : MBEDTLS_CCM_DECRYPT, nonce,
			       len))
		return -1;
	return mbedtls_ccm_set_lengths(&op->ae.ccm, op->ae.aad_left, op->ae.payload_left,
				       op->ae.tag_len);
}

TEE_Result TEE_AEInit(TEE_OperationHandle operation, const void *nonce, size_t nonceLen,
		      uint32_t tagLen, size_t AADLen, size_t payloadLen)
{
	const struct obj_attr *key;
	int err;

	op_need_class(operation, TEE_OPERATION_AE, __func__);
	op_need_key(operation, __func__);
	if (operation->state != TEE_OPERATION_STATE_INITIAL)
		rt_panic("operation is active");
	if (!tag_ok(operation->alg, tagLen))
		return TEE_ERROR_NOT_SUPPORTED;
	ae_release(operation);
	operation->ae.tag_len = tagLen / 8;
	operation->ae.aad_left = AADLen;
	operation->ae.payload_left = payloadLen;
	key = obj_get(operation->key[0], TEE_ATTR_SECRET_VALUE);
	err = operation->alg->kind == ALG_GCM ? start_gcm(operation, key, nonce, nonceLen)
					      : start_ccm(operation, key, nonce, nonceLen);
	if (err == (int)TEE_ERROR_OUT_OF_MEMORY) {
		ae_release(operation);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	if (err)
		rt_panic("bad nonce or length");
	op_set_active(operation);
	return TEE_SUCCESS;
}

static void need_active(TEE_OperationHandle op, const char *func)
{
	op_need_class(op, TEE_OPERATION_AE, func);
	if (op->state != TEE_OPERATION_STATE_ACTIVE)
		rt_panic_in(func, "operation is not initialized");
}

void TEE_AEUpdateAAD(TEE_OperationHandle operation, const void *AADdata, size_t AADdataLen)
{
	int err;

	need_active(operation, __func__);
	if (operation->ae.payload)
		rt_panic("payload has begun");
	if (!AADdataLen)
		return;
	if (operation->alg->kind == ALG_GCM) {
		err = mbedtls_gcm_update_ad(&operation->ae.gcm, AADdata, AADdataLen);
	} else {
		if (AADdataLen > operation->ae.aad_left)
			rt_panic("more associated data than announced");
		operation->ae.aad_left -= AADdataLen;
		err = mbedtls_ccm_update_ad(&operation->ae.ccm, AADdata, AADdataLen);
	}
	if (err)
		rt_panic("associated data refused");
}

/* Payload through Mbed TLS; in place is fine. */
static void crypt(TEE_OperationHandle op, const void *src, size_t len, void *dst)
{
	size_t done;
	int err;

	if (!len)
		return;
	if (op->alg->kind == ALG_GCM)
		err = mbedtls_gcm_update(&op->ae.gcm, src, len, dst, len, &done);
	else
		err = mbedtls_ccm_update(&op->ae.ccm, src, len, dst, len, &done);
	if (err || done != len)
		rt_panic_in("TEE_AEUpdate", "payload refused");
}

/* What can go out when `len` more octets have come in: GCM is a stream, CCM works in blocks. */
static size_t ready(TEE_OperationHandle op, size_t len)
{
	size_t total = op->ae.nheld + len;

	return op->alg->kind == ALG_GCM ? total : total / BLOCK_MAX * BLOCK_MAX;
}

/* Takes all of src, puts n octets out, holds the rest. */
static TEE_Result feed(TEE_OperationHandle op, const uint8_t *src, size_t len, uint8_t *dst,
		       size_t n)
{
	struct ae_state *ae = &op->ae;
	size_t total = ae->nheld + len;

	ae->payload = true;
	if (op->alg->kind == ALG_CCM && (ae->aad_left || len > ae->payload_left))
		rt_panic_in("TEE_AEUpdate", "lengths differ from those announced");
	if (!ae->nheld) {
		/* Before dst is written, which may be where src is. */
		uint8_t rest[BLOCK_MAX];

		memcpy(rest, src + n, len - n);
		crypt(op, src, n, dst);
		memcpy(ae->held, rest, len - n);
	} else {
		uint8_t *all = malloc(total);

		if (!all)
			return TEE_ERROR_OUT_OF_MEMORY;
		memcpy(all, ae->held, ae->nheld);
		memcpy(all + ae->nheld, src, len);
		crypt(op, all, n, dst);
		memcpy(ae->held, all + n, total - n);
		rt_wipe_free(all, total);
	}
	ae->nheld = total - n;
	if (op->alg->kind == ALG_CCM)
		ae->payload_left -= len;
	return TEE_SUCCESS;
}

TEE_Result TEE_AEUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
			void *destData, size_t *destLen)
{
	size_t room, n;

	need_active(operation, __func__);
	room = *destLen;
	n = ready(operation, srcLen);
	*destLen = n;
	if (room < n)
		return TEE_ERROR_SHORT_BUFFER;
	return feed(operation, srcData, srcLen, destData, n);
}

static void make_tag(TEE_OperationHandle op, uint8_t tag[TAG_MAX])
{
	size_t done;
	int err;

	if (op->alg->kind == ALG_GCM) {
		err = mbedtls_gcm_finish(&op->ae.gcm, NULL, 0, &done, tag, op->ae.tag_len);
	} else {
		if (op->ae.aad_left || op->ae.payload_left)
			rt_panic("lengths differ from those announced");
		err = mbedtls_ccm_finish(&op->ae.ccm, tag, op->ae.tag_len);
	}
	if (err)
		rt_panic("no tag");
}

TEE_Result TEE_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
			      void *destData, size_t *destLen, void *tag, size_t *tagLen)
{
	size_t room = destLen ? *destLen : 0, tag_room = *tagLen, total;
	uint8_t made[TAG_MAX];
	TEE_Result res;

	need_active(operation, __func__);
	if (!encrypts(operation))
		rt_panic("operation decrypts");
	total = operation->ae.nheld + srcLen;
	if (destLen)
		*destLen = total;
	*tagLen = operation->ae.tag_len;
	if (room < total || tag_room < operation->ae.tag_len)
		return TEE_ERROR_SHORT_BUFFER;
	res = feed(operation, srcData, srcLen, destData, total);
	if (res)
		return res;
	make_tag(operation, made);
	memcpy(tag, made, operation->ae.tag_len);
	ae_release(operation);
	op_set_idle(operation);
	return TEE_SUCCESS;
}

TEE_Result TEE_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
			      void *destData, size_t *destLen, void *tag, size_t tagLen)
{
	size_t room = destLen ? *destLen : 0, total;
	uint8_t good[TAG_MAX];
	TEE_Result res;
	bool bad;

	need_active(operation, __func__);
	if (encrypts(operation))
		rt_panic("operation encrypts");
	total = operation->ae.nheld + srcLen;
	if (destLen)
		*destLen = total;
	if (room < total)
		return TEE_ERROR_SHORT_BUFFER;
	res = feed(operation, srcData, srcLen, destData, total);
	if (res)
		return res;
	make_tag(operation, good);
	bad = tagLen != operation->ae.tag_len || TEE_MemCompare(good, tag, tagLen);
	ae_release(operation);
	op_set_idle(operation);
	/* What nobody vouches for does not go out. */
	if (bad && total)
		TEE_MemFill(destData, 0, total);
	return bad ? TEE_ERROR_MAC_INVALID : TEE_SUCCESS;
}
