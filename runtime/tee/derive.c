/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.8: DH, ECDH, X25519 and HKDF. */
#include <stdlib.h>
#include <string.h>
#include <mbedtls/ecdh.h>
#include <mbedtls/hkdf.h>
#include "runtime/crypto/key.h"
#include "runtime/crypto/rng.h"
#include "runtime/tee/operation.h"

#define SECRET_MAX (TEE_MAX_KEY_SIZE_BITS / 8)

static const TEE_Attribute *need_param(const TEE_Attribute *params, uint32_t count, uint32_t id)
{
	const TEE_Attribute *a = attr_find(params, count, id);

	if (!a)
		rt_panic("a parameter is missing");
	return a;
}

static int read_param(mbedtls_mpi *x, const TEE_Attribute *a)
{
	if (a->content.ref.length > SECRET_MAX)
		return MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
	return mbedtls_mpi_read_binary(x, a->content.ref.buffer, a->content.ref.length);
}

/* y ^ x mod p, for 1 < y < p - 1: the two ends give the secret away. */
static int derive_dh(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
		     uint8_t *out, size_t *len)
{
	mbedtls_mpi p, x, y, z;
	int err;

	mbedtls_mpi_init(&p);
	mbedtls_mpi_init(&x);
	mbedtls_mpi_init(&y);
	mbedtls_mpi_init(&z);
	err = read_param(&y, need_param(params, count, TEE_ATTR_DH_PUBLIC_VALUE));
	if (!err)
		err = key_mpi(&p, op->key[0], TEE_ATTR_DH_PRIME);
	if (!err)
		err = key_mpi(&x, op->key[0], TEE_ATTR_DH_PRIVATE_VALUE);
	if (!err)
		err = mbedtls_mpi_sub_int(&z, &p, 1);
	if (!err && (mbedtls_mpi_cmp_int(&y, 1) <= 0 || mbedtls_mpi_cmp_mpi(&y, &z) >= 0))
		err = MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
	if (!err)
		err = mbedtls_mpi_exp_mod(&z, &y, &x, &p, NULL);
	*len = mbedtls_mpi_size(&z);
	if (!err)
		err = mbedtls_mpi_write_binary(&z, out, *len);
	mbedtls_mpi_free(&p);
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	mbedtls_mpi_free(&z);
	return err;
}

static int derive_ecdh(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
		       uint8_t *out, size_t *len)
{
	mbedtls_ecp_keypair ec;
	mbedtls_ecp_point peer;
	mbedtls_mpi z;
	int err;

	mbedtls_mpi_init(&z);
	mbedtls_ecp_point_init(&peer);
	err = key_ecc(&ec, op->key[0]);
	if (!err)
		err = read_param(&peer.private_X,
				 need_param(params, count, TEE_ATTR_ECC_PUBLIC_VALUE_X));
	if (!err)
		err = read_param(&peer.private_Y,
				 need_param(params, count, TEE_ATTR_ECC_PUBLIC_VALUE_Y));
	if (!err)
		err = mbedtls_mpi_lset(&peer.private_Z, 1);
	if (!err)
		err = mbedtls_ecp_check_pubkey(&ec.private_grp, &peer);
	if (!err)
		err = mbedtls_ecdh_compute_shared(&ec.private_grp, &z, &peer, &ec.private_d,
						  rt_random, NULL);
	*len = (op->info.keySize + 7) / 8;
	if (!err)
		err = mbedtls_mpi_write_binary(&z, out, *len);
	mbedtls_ecp_keypair_free(&ec);
	mbedtls_ecp_point_free(&peer);
	mbedtls_mpi_free(&z);
	return err;
}

static int derive_x25519(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
			 uint8_t *out, size_t *len)
{
	const TEE_Attribute *a = need_param(params, count, TEE_ATTR_X25519_PUBLIC_VALUE);
	const struct obj_attr *d = obj_get(op->key[0], TEE_ATTR_X25519_PRIVATE_VALUE);
	mbedtls_ecp_keypair ec;
	mbedtls_mpi z;
	int err;

	mbedtls_mpi_init(&z);
	mbedtls_ecp_keypair_init(&ec);
	err = mbedtls_ecp_read_key(MBEDTLS_ECP_DP_CURVE25519, &ec, d->bytes, d->len);
	if (!err)
		err = mbedtls_ecp_point_read_binary(&ec.private_grp, &ec.private_Q,
						    a->content.ref.buffer, a->content.ref.length);
	if (!err)
		err = mbedtls_ecdh_compute_shared(&ec.private_grp, &z, &ec.private_Q, &ec.private_d,
						  rt_random, NULL);
	*len = 32;
	if (!err)
		err = mbedtls_mpi_write_binary_le(&z, out, *len);
	mbedtls_ecp_keypair_free(&ec);
	mbedtls_mpi_free(&z);
	return err;
}

static int derive_hkdf(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
		       uint8_t *out, size_t *len)
{
	const struct obj_attr *ikm = obj_get(op->key[0], TEE_ATTR_SECRET_VALUE);
	const TEE_Attribute *hash = attr_find(params, count, TEE_ATTR_HKDF_HASH_ALGORITHM);
	const TEE_Attribute *salt = attr_find(params, count, TEE_ATTR_HKDF_SALT);
	const TEE_Attribute *info = attr_find(params, count, TEE_ATTR_HKDF_INFO);
	mbedtls_md_type_t md = alg_md(hash ? hash->content.value.a : TEE_ALG_SHA256);

	*len = need_param(params, count, TEE_ATTR_KDF_KEY_SIZE)->content.value.a;
	if (md == MBEDTLS_MD_NONE || *len > SECRET_MAX)
		return MBEDTLS_ERR_HKDF_BAD_INPUT_DATA;
	return mbedtls_hkdf(mbedtls_md_info_from_type(md), salt ? salt->content.ref.buffer : NULL,
			    salt ? salt->content.ref.length : 0, ikm->bytes, ikm->len,
			    info ? info->content.ref.buffer : NULL,
			    info ? info->content.ref.length : 0, out, *len);
}

static int derive(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count, uint8_t *out,
		  size_t *len)
{
	switch (op->alg->kind) {
	case ALG_DH:
		return derive_dh(op, params, count, out, len);
	case ALG_ECDH:
		return derive_ecdh(op, params, count, out, len);
	case ALG_X25519:
		return derive_x25519(op, params, count, out, len);
	default:
		return derive_hkdf(op, params, count, out, len);
	}
}

void TEE_DeriveKey(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
		   TEE_ObjectHandle derivedKey)
{
	uint8_t out[SECRET_MAX];
	size_t len;

	op_need_class(operation, TEE_OPERATION_KEY_DERIVATION, __func__);
	op_need_key(operation, __func__);
	if (derivedKey == TEE_HANDLE_NULL ||
	    (derivedKey->info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED) ||
	    derivedKey->type->attrs[0].id != TEE_ATTR_SECRET_VALUE)
		rt_panic("no uninitialized object for a secret");
	if (derive(operation, params, paramCount, out, &len))
		rt_panic("bad key or parameter");
	if (!obj_set_bytes(derivedKey, TEE_ATTR_SECRET_VALUE, out, len))
		rt_panic("no memory");
	TEE_MemFill(out, 0, sizeof(out));
	/* TAs in use allocate too little for the shared secret and expect it to be whole. */
	if (len * 8 > derivedKey->info.maxObjectSize)
		derivedKey->info.maxObjectSize = (uint32_t)len * 8;
	obj_done(derivedKey, (uint32_t)len * 8);
}
