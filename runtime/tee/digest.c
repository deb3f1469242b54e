/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.3: message digests. */
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
}

void TEE_DigestUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	op_need_class(operation, TEE_OPERATION_DIGEST, __func__);
	if (mbedtls_md_update(&operation->md, chunk, chunkSize))
		rt_panic("digest failed");
	op_set_active(operation);
}

TEE_Result TEE_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, size_t chunkLen,
			     void *hash, size_t *hashLen)
{
	size_t room = *hashLen;

	op_need_class(operation, TEE_OPERATION_DIGEST, __func__);
	*hashLen = operation->alg->digest;
	if (room < operation->alg->digest)
		return TEE_ERROR_SHORT_BUFFER;
	if ((chunkLen && mbedtls_md_update(&operation->md, chunk, chunkLen)) ||
	    mbedtls_md_finish(&operation->md, hash))
		rt_panic("digest failed");
	digest_restart(operation);
	op_set_idle(operation);
	return TEE_SUCCESS;
}
