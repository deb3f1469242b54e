/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include "runtime/crypto/key.h"
#include "runtime/crypto/rng.h"

mbedtls_ecp_group_id key_curve(uint32_t curve, uint32_t *bits)
{
	static const struct {
		uint16_t curve, bits, id;
	} curves[] = {
		{TEE_ECC_CURVE_NIST_P192, 192, MBEDTLS_ECP_DP_SECP192R1},
		{TEE_ECC_CURVE_NIST_P224, 224, MBEDTLS_ECP_DP_SECP224R1},
		{TEE_ECC_CURVE_NIST_P256, 256, MBEDTLS_ECP_DP_SECP256R1},
		{TEE_ECC_CURVE_NIST_P384, 384, MBEDTLS_ECP_DP_SECP384R1},
		{TEE_ECC_CURVE_NIST_P521, 521, MBEDTLS_ECP_DP_SECP521R1},
	};

	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].curve == curve) {
			*bits = curves[i].bits;
			return curves[i].id;
		}
	}
	*bits = 0;
	return MBEDTLS_ECP_DP_NONE;
}

static uint32_t mpi_bits(const struct __TEE_ObjectHandle *o, uint32_t id)
{
	mbedtls_mpi x;
	uint32_t bits = 0;

	mbedtls_mpi_init(&x);
	if (!key_mpi(&x, o, id))
		bits = (uint32_t)mbedtls_mpi_bitlen(&x);
	mbedtls_mpi_free(&x);
	return bits;
}

uint32_t key_bits(const struct __TEE_ObjectHandle *o)
{
	const struct obj_attr *a;
	uint32_t bits;

	switch (o->info.objectType) {
	case TEE_TYPE_RSA_PUBLIC_KEY:
	case TEE_TYPE_RSA_KEYPAIR:
		return mpi_bits(o, TEE_ATTR_RSA_MODULUS);
	case TEE_TYPE_DH_KEYPAIR:
		return mpi_bits(o, TEE_ATTR_DH_PRIME);
	case TEE_TYPE_ECDSA_PUBLIC_KEY:
	case TEE_TYPE_ECDSA_KEYPAIR:
	case TEE_TYPE_ECDH_PUBLIC_KEY:
	case TEE_TYPE_ECDH_KEYPAIR:
		a = obj_get(o, TEE_ATTR_ECC_CURVE);
		key_curve(a ? a->a : 0, &bits);
		return bits;
	case TEE_TYPE_X25519_PUBLIC_KEY:
	case TEE_TYPE_X25519_KEYPAIR:
		a = obj_get(o, TEE_ATTR_X25519_PUBLIC_VALUE);
		return a ? (uint32_t)a->len * 8 : 0;
	default:
		a = obj_get(o, TEE_ATTR_SECRET_VALUE);
		return a ? (uint32_t)a->len * 8 : 0;
	}
}

int key_mpi(mbedtls_mpi *x, const struct __TEE_ObjectHandle *o, uint32_t id)
{
	const struct obj_attr *a = obj_get(o, id);

	if (!a || a->len > TEE_MAX_KEY_SIZE_BITS / 8 + 1)
		return MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
	return mbedtls_mpi_read_binary(x, a->bytes, a->len);
}

TEE_Result key_set_mpi(struct __TEE_ObjectHandle *o, uint32_t id, const mbedtls_mpi *x, size_t len)
{
	size_t n = len ? len : mbedtls_mpi_size(x);
	uint8_t *bytes = malloc(n ? n : 1);
	TEE_Result res = TEE_SUCCESS;

	if (!bytes || mbedtls_mpi_write_binary(x, bytes, n) || !obj_set_bytes(o, id, bytes, n))
		res = TEE_ERROR_OUT_OF_MEMORY;
	rt_wipe_free(bytes, bytes ? n : 0);
	return res;
}

static int rsa_private(mbedtls_rsa_context *rsa, const struct __TEE_ObjectHandle *o)
{
	const struct obj_attr *d = obj_get(o, TEE_ATTR_RSA_PRIVATE_EXPONENT);
	const struct obj_attr *p = obj_get(o, TEE_ATTR_RSA_PRIME1);
	const struct obj_attr *q = obj_get(o, TEE_ATTR_RSA_PRIME2);

	return mbedtls_rsa_import_raw(rsa, NULL, 0, p ? p->bytes : NULL, p ? p->len : 0,
				      q ? q->bytes : NULL, q ? q->len : 0, d->bytes, d->len, NULL,
				      0);
}

int key_rsa(mbedtls_rsa_context *rsa, const struct __TEE_ObjectHandle *o)
{
	const struct obj_attr *n = obj_get(o, TEE_ATTR_RSA_MODULUS);
	const struct obj_attr *e = obj_get(o, TEE_ATTR_RSA_PUBLIC_EXPONENT);
	int err;

	mbedtls_rsa_init(rsa);
	err = mbedtls_rsa_import_raw(rsa, n->bytes, n->len, NULL, 0, NULL, 0, NULL, 0, e->bytes,
				     e->len);
	if (!err && o->info.objectType == TEE_TYPE_RSA_KEYPAIR)
		err = rsa_private(rsa, o);
	return err ? err : mbedtls_rsa_complete(rsa);
}

int key_ecc(mbedtls_ecp_keypair *ec, const struct __TEE_ObjectHandle *o)
{
	const struct obj_attr *curve = obj_get(o, TEE_ATTR_ECC_CURVE);
	uint32_t bits;
	int err;

	mbedtls_ecp_keypair_init(ec);
	err = mbedtls_ecp_group_load(&ec->private_grp, key_curve(curve ? curve->a : 0, &bits));
	if (!err)
		err = key_mpi(&ec->private_Q.private_X, o, TEE_ATTR_ECC_PUBLIC_VALUE_X);
	if (!err)
		err = key_mpi(&ec->private_Q.private_Y, o, TEE_ATTR_ECC_PUBLIC_VALUE_Y);
	if (!err)
		err = mbedtls_mpi_lset(&ec->private_Q.private_Z, 1);
	if (!err && obj_get(o, TEE_ATTR_ECC_PRIVATE_VALUE))
		err = key_mpi(&ec->private_d, o, TEE_ATTR_ECC_PRIVATE_VALUE);
	return err;
}

TEE_Result key_result(int err)
{
	switch (err) {
	case 0:
		return TEE_SUCCESS;
	case MBEDTLS_ERR_MPI_ALLOC_FAILED:
		return TEE_ERROR_OUT_OF_MEMORY;
	case MBEDTLS_ERR_RSA_OUTPUT_TOO_LARGE:
	case MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL:
		return TEE_ERROR_SHORT_BUFFER;
	case MBEDTLS_ERR_RSA_INVALID_PADDING:
		return TEE_ERROR_CIPHERTEXT_INVALID;
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
