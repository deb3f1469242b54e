/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.2: TEE_CopyOperation. */
#include <string.h>
#include "runtime/tee/operation.h"

/* An HMAC's outer half comes from the key; the inner one is a digest under way. */
static void copy_md(TEE_OperationHandle dst, TEE_OperationHandle src)
{
	const struct obj_attr *secret = NULL;

	if (src->alg->kind == ALG_HMAC) {
		if (src->state != TEE_OPERATION_STATE_ACTIVE)
			return;
		secret = obj_get(dst->key[0], TEE_ATTR_SECRET_VALUE);
	}
	if ((secret && mbedtls_md_hmac_starts(&dst->md, secret->bytes, secret->len)) ||
	    mbedtls_md_clone(&dst->md, &src->md))
		rt_panic_in("TEE_CopyOperation", "digest cannot be copied");
}

static void copy_keys(TEE_OperationHandle dst, TEE_OperationHandle src)
{
	for (unsigned int i = 0; i < 2; i++) {
		obj_free(dst->key[i]);
		dst->key[i] = src->key[i] ? obj_clone(src->key[i]) : NULL;
		if (src->key[i] && !dst->key[i])
			rt_panic_in("TEE_CopyOperation", "no memory");
	}
}

void TEE_CopyOperation(TEE_OperationHandle dstOperation, TEE_OperationHandle srcOperation)
{
	TEE_OperationHandle dst = dstOperation, src = srcOperation;

	if (dst == TEE_HANDLE_NULL || src == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	if (dst->alg != src->alg || dst->info.mode != src->info.mode)
		rt_panic("operations differ in algorithm or mode");
	if (src->key[0] && src->info.keySize > obj_bits(src->key[0]->type, dst->info.maxKeySize))
		rt_panic("destination is for smaller keys");
	if (dst == src)
		return;
	copy_keys(dst, src);
	dst->info.handleState = src->info.handleState;
	dst->info.keySize = src->info.keySize;
	dst->state = src->state;
	dst->extracted = src->extracted;
	memcpy(dst->digest, src->digest, sizeof(dst->digest));
	switch (src->info.operationClass) {
	case TEE_OPERATION_DIGEST:
		copy_md(dst, src);
		break;
	case TEE_OPERATION_MAC:
		if (src->alg->kind == ALG_HMAC)
			copy_md(dst, src);
		else
			dst->mac = src->mac;
		break;
	case TEE_OPERATION_CIPHER:
		dst->cipher = src->cipher;
		break;
	case TEE_OPERATION_AE:
		ae_release(dst);
		dst->ae = src->ae; /* its contexts hold no pointers */
		break;
	default:
		break;
	}
}
