/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.3: message digests. */
#include <string.h>
#include "runtime/tee/operation.h"

TEE_Result digest_alloc(TEE_OperationHandle op)
{
	mbedtls_md_init(&op->md);
	if (mbedtls_md_setup(&op->md, mbedtls_md_info_from_type(op->alg->md), 0) ||
	    mbedtls_md_starts(&op->md)) {
		mbedtls_md_free(&op->md);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	op->info.handleState |= TEE_HANDLE_FLAG_KEY_SET | TEE_HANDLE_FLAG_INITIALIZED;
	return TEE_SUCCESS;
}

void digest_restart(TEE_OperationHandle op)
{
	if (mbedtls_md_starts(&op->md))
		rt_panic("cannot restart the digest");
	TEE_MemFill(op->digest, 0, sizeof(op->digest));
	op->extracted = 0;
	op->info.handleState &= ~(uint32_t)TEE_HANDLE_FLAG_EXTRACTING;
}

static void feed(TEE_OperationHandle op, const void *chunk, size_t len, const char *func)
{
	op_need_class(op, TEE_OPERATION_DIGEST, func);
	if (len && op->state == TEE_OPERATION_STATE_EXTRACTING)
		rt_panic_in(func, "digest is being extracted");
	if (len && mbedtls_md_update(&op->md, chunk, len))
		rt_panic_in(func, "digest failed");
}

/* From here on the digest only goes out. */
static void start_extracting(TEE_OperationHandle op, const char *func)
{
	if (op->state == TEE_OPERATION_STATE_EXTRACTING)
		return;
	if (mbedtls_md_finish(&op->md, op->digest))
		rt_panic_in(func, "digest failed");
	op->state = TEE_OPERATION_STATE_EXTRACTING;
	op->info.handleState |= TEE_HANDLE_FLAG_EXTRACTING;
}

void TEE_DigestUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	feed(operation, chunk, chunkSize, __func__);
	if (operation->state == TEE_OPERATION_STATE_INITIAL)
		op_set_active(operation);
}

TEE_Result TEE_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, size_t chunkLen,
			     void *hash, size_t *hashLen)
{
	size_t room = *hashLen, left;

	op_need_class(operation, TEE_OPERATION_DIGEST, __func__);
	left = operation->alg->digest - operation->extracted;
	*hashLen = left;
	if (room < left)
		return TEE_ERROR_SHORT_BUFFER;
	feed(operation, chunk, chunkLen, __func__);
	start_extracting(operation, __func__);
	memcpy(hash, operation->digest + operation->extracted, left);
	digest_restart(operation);
	op_set_idle(operation);
	return TEE_SUCCESS;
}

TEE_Result TEE_DigestExtract(TEE_OperationHandle operation, void *hash, size_t *hashLen)
{
	size_t left;

	op_need_class(operation, TEE_OPERATION_DIGEST, __func__);
	start_extracting(operation, __func__);
	left = operation->alg->digest - operation->extracted;
	if (*hashLen > left)
		*hashLen = left;
	memcpy(hash, operation->digest + operation->extracted, *hashLen);
	operation->extracted += *hashLen;
	return TEE_SUCCESS;
}
