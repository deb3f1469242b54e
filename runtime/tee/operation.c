/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.2: operations as such. */
#include <stdlib.h>
#include <string.h>
#include "runtime/tee/operation.h"

#define PAIR_BIT (1u << 24) /* of an object type: a key pair */

void op_need_class(TEE_OperationHandle op, uint32_t class, const char *func)
{
	if (op == TEE_HANDLE_NULL)
		rt_panic_in(func, "NULL operation");
	if (op->info.operationClass != class)
		rt_panic_in(func, "operation is of another class");
}

void op_need_key(TEE_OperationHandle op, const char *func)
{
	if (!(op->info.handleState & TEE_HANDLE_FLAG_KEY_SET))
		rt_panic_in(func, "operation has no key");
}

void op_set_active(TEE_OperationHandle op)
{
	op->state = TEE_OPERATION_STATE_ACTIVE;
	op->info.handleState |= TEE_HANDLE_FLAG_INITIALIZED;
}

void op_set_idle(TEE_OperationHandle op)
{
	op->state = TEE_OPERATION_STATE_INITIAL;
	if (op->info.operationClass != TEE_OPERATION_DIGEST)
		op->info.handleState &= ~(uint32_t)TEE_HANDLE_FLAG_INITIALIZED;
}

static bool mode_ok(uint32_t class, uint32_t mode)
{
	switch (class) {
	case TEE_OPERATION_CIPHER:
	case TEE_OPERATION_AE:
	case TEE_OPERATION_ASYMMETRIC_CIPHER:
		return mode == TEE_MODE_ENCRYPT || mode == TEE_MODE_DECRYPT;
	case TEE_OPERATION_ASYMMETRIC_SIGNATURE:
		return mode == TEE_MODE_SIGN || mode == TEE_MODE_VERIFY;
	case TEE_OPERATION_MAC:
		return mode == TEE_MODE_MAC;
	case TEE_OPERATION_DIGEST:
		return mode == TEE_MODE_DIGEST;
	default:
		return mode == TEE_MODE_DERIVE;
	}
}

static uint32_t usage_for(const struct alg *alg, uint32_t mode)
{
	static const uint32_t usage[] = {
		[TEE_MODE_ENCRYPT] = TEE_USAGE_ENCRYPT, [TEE_MODE_DECRYPT] = TEE_USAGE_DECRYPT,
		[TEE_MODE_SIGN] = TEE_USAGE_SIGN,	[TEE_MODE_VERIFY] = TEE_USAGE_VERIFY,
		[TEE_MODE_MAC] = TEE_USAGE_MAC,		[TEE_MODE_DIGEST] = 0,
		[TEE_MODE_DERIVE] = TEE_USAGE_DERIVE,
	};

	/* Raw RSA serves for both, so the key must be good for both. */
	if (alg->kind == ALG_RSA_NOPAD)
		return mode == TEE_MODE_ENCRYPT ? TEE_USAGE_ENCRYPT | TEE_USAGE_VERIFY
						: TEE_USAGE_DECRYPT | TEE_USAGE_SIGN;
	return usage[mode];
}

static bool size_ok(const struct alg *alg, uint32_t bits)
{
	const struct obj_type *t = obj_type_find(alg->key_type);

	if (!alg->key_type)
		return true;
	if (alg->kind == ALG_XTS && bits > 256)
		bits /= 2; /* the sum of both keys */
	return obj_size_ok(t, obj_bits(t, bits));
}

static TEE_Result alloc_state(TEE_OperationHandle op)
{
	if (op->info.operationClass == TEE_OPERATION_DIGEST)
		return digest_alloc(op);
	if (op->info.operationClass == TEE_OPERATION_MAC)
		return mac_alloc(op);
	return TEE_SUCCESS;
}

TEE_Result TEE_AllocateOperation(TEE_OperationHandle *operation, uint32_t algorithm, uint32_t mode,
				 uint32_t maxKeySize)
{
	const struct alg *alg = alg_find(algorithm);
	struct __TEE_OperationHandle *op;
	TEE_Result res;

	*operation = TEE_HANDLE_NULL;
	if (!alg || !mode_ok(alg_class(algorithm), mode) || !size_ok(alg, maxKeySize))
		return TEE_ERROR_NOT_SUPPORTED;
	op = calloc(1, sizeof(*op));
	if (!op)
		return TEE_ERROR_OUT_OF_MEMORY;
	op->alg = alg;
	op->info.algorithm = algorithm;
	op->info.operationClass = alg_class(algorithm);
	op->info.mode = mode;
	op->info.digestLength = alg->digest;
	op->info.maxKeySize = alg->key_type ? maxKeySize : 0;
	op->info.requiredKeyUsage = usage_for(alg, mode);
	if (alg->kind == ALG_XTS)
		op->info.handleState |= TEE_HANDLE_FLAG_EXPECT_TWO_KEYS;
	res = alloc_state(op);
	if (res) {
		free(op);
		return res;
	}
	*operation = op;
	return TEE_SUCCESS;
}

static void release(TEE_OperationHandle op)
{
	switch (op->info.operationClass) {
	case TEE_OPERATION_DIGEST:
		mbedtls_md_free(&op->md);
		break;
	case TEE_OPERATION_MAC:
		mac_release(op);
		break;
	case TEE_OPERATION_AE:
		ae_release(op);
		break;
	default:
		break;
	}
}

void TEE_FreeOperation(TEE_OperationHandle operation)
{
	if (operation == TEE_HANDLE_NULL)
		return;
	release(operation);
	obj_free(operation->key[0]);
	obj_free(operation->key[1]);
	rt_wipe_free(operation, sizeof(*operation));
}

void TEE_GetOperationInfo(TEE_OperationHandle operation, TEE_OperationInfo *operationInfo)
{
	if (operation == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	*operationInfo = operation->info;
	if (operation->info.handleState & TEE_HANDLE_FLAG_EXPECT_TWO_KEYS) {
		operationInfo->keySize = 0;
		operationInfo->requiredKeyUsage = 0;
	}
}

TEE_Result TEE_GetOperationInfoMultiple(TEE_OperationHandle operation,
					TEE_OperationInfoMultiple *operationInfoMultiple,
					size_t *operationSize)
{
	TEE_OperationInfoMultiple *out = operationInfoMultiple;
	uint32_t keys;

	if (operation == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	keys = operation->alg->kind == ALG_XTS ? 2 : operation->alg->key_type ? 1 : 0;
	if (*operationSize < sizeof(*out) + keys * sizeof(out->keyInformation[0]))
		return TEE_ERROR_SHORT_BUFFER;
	*operationSize = sizeof(*out) + keys * sizeof(out->keyInformation[0]);
	out->algorithm = operation->info.algorithm;
	out->operationClass = operation->info.operationClass;
	out->mode = operation->info.mode;
	out->digestLength = operation->info.digestLength;
	out->maxKeySize = operation->info.maxKeySize;
	out->handleState = operation->info.handleState;
	out->operationState = operation->state;
	out->numberOfKeys = keys;
	for (uint32_t i = 0; i < keys; i++) {
		const struct __TEE_ObjectHandle *key = operation->key[i];

		out->keyInformation[i].keySize = key ? key->info.objectSize : 0;
		out->keyInformation[i].requiredKeyUsage = operation->info.requiredKeyUsage;
	}
	return TEE_SUCCESS;
}

void TEE_ResetOperation(TEE_OperationHandle operation)
{
	if (operation == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	if (operation->info.operationClass == TEE_OPERATION_DIGEST)
		digest_restart(operation);
	else
		op_need_key(operation, __func__);
	op_set_idle(operation);
}

/* Panics unless a key object is one that this operation may use. */
static void check_key(TEE_OperationHandle op, const struct __TEE_ObjectHandle *key)
{
	uint32_t type = key->info.objectType, want = op->alg->key_type;
	bool public_half = op->info.mode == TEE_MODE_ENCRYPT || op->info.mode == TEE_MODE_VERIFY;
	bool has_pair = !(want & PAIR_BIT) && obj_type_find(want | PAIR_BIT);

	if (!(key->info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED))
		rt_panic_in("TEE_SetOperationKey", "key object is not initialized");
	if ((key->info.objectUsage & op->info.requiredKeyUsage) != op->info.requiredKeyUsage)
		rt_panic_in("TEE_SetOperationKey", "key may not be used for this");
	if (key->info.objectSize > obj_bits(key->type, op->info.maxKeySize))
		rt_panic_in("TEE_SetOperationKey", "key is too large");
	if (type != want && type != (want | PAIR_BIT))
		rt_panic_in("TEE_SetOperationKey", "key is of another type");
	if (type == want && has_pair && !public_half)
		rt_panic_in("TEE_SetOperationKey", "a private key is needed");
}

static TEE_Result set_keys(TEE_OperationHandle op, TEE_ObjectHandle key1, TEE_ObjectHandle key2)
{
	struct __TEE_ObjectHandle *copy1 = NULL, *copy2 = NULL;

	if (op->state != TEE_OPERATION_STATE_INITIAL)
		rt_panic_in("TEE_SetOperationKey", "operation is active");
	if (key1) {
		check_key(op, key1);
		copy1 = obj_clone(key1);
	}
	if (key2) {
		check_key(op, key2);
		copy2 = obj_clone(key2);
	}
	if ((key1 && !copy1) || (key2 && !copy2)) {
		obj_free(copy1);
		obj_free(copy2);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	obj_free(op->key[0]);
	obj_free(op->key[1]);
	op->key[0] = copy1;
	op->key[1] = copy2;
	op->info.keySize = key1 ? key1->info.objectSize : 0;
	op->info.handleState &= ~(uint32_t)TEE_HANDLE_FLAG_KEY_SET;
	if (key1)
		op->info.handleState |= TEE_HANDLE_FLAG_KEY_SET;
	return TEE_SUCCESS;
}

TEE_Result TEE_SetOperationKey(TEE_OperationHandle operation, TEE_ObjectHandle key)
{
	if (operation == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	if (!operation->alg->key_type || operation->alg->kind == ALG_XTS)
		rt_panic("operation does not take one key");
	return set_keys(operation, key, NULL);
}

TEE_Result TEE_SetOperationKey2(TEE_OperationHandle operation, TEE_ObjectHandle key1,
				TEE_ObjectHandle key2)
{
	if (operation == TEE_HANDLE_NULL)
		rt_panic("NULL operation");
	if (operation->alg->kind != ALG_XTS || !key1 != !key2)
		rt_panic("operation does not take two keys, or only one is given");
	if (key1 && key1 == key2)
		return TEE_ERROR_SECURITY;
	return set_keys(operation, key1, key2);
}
