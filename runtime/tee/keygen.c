/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 5.6: TEE_GenerateKey. */
#include <stdlib.h>
#include <string.h>
#include "runtime/crypto/key.h"
#include "runtime/crypto/rng.h"

#define KEY_MAX	     (TEE_MAX_KEY_SIZE_BITS / 8)
#define RSA_EXPONENT 65537

/* DES keys have odd parity in the lowest bit of each octet. */
static void set_parity(uint8_t *key, size_t len)
{
	for (size_t i = 0; i < len; i++)
		key[i] = (uint8_t)((key[i] & 0xfe) | !(__builtin_popcount(key[i] >> 1) & 1));
}

static TEE_Result gen_secret(TEE_ObjectHandle o, uint32_t bits)
{
	uint8_t key[KEY_MAX];
	TEE_Result res = TEE_SUCCESS;

	rt_random(NULL, key, bits / 8);
	if (o->info.objectType == TEE_TYPE_DES || o->info.objectType == TEE_TYPE_DES3)
		set_parity(key, bits / 8);
	if (!obj_set_bytes(o, TEE_ATTR_SECRET_VALUE, key, bits / 8))
		res = TEE_ERROR_OUT_OF_MEMORY;
	TEE_MemFill(key, 0, sizeof(key));
	return res;
}

/* The public exponent that a parameter asks for; 0: not one that we can do. */
static int rsa_exponent(const TEE_Attribute *params, uint32_t count)
{
	const TEE_Attribute *a = attr_find(params, count, TEE_ATTR_RSA_PUBLIC_EXPONENT);
	const uint8_t *bytes;
	uint64_t e = 0;

	if (!a)
		return RSA_EXPONENT;
	bytes = a->content.ref.buffer;
	for (size_t i = 0; i < a->content.ref.length; i++) {
		e = e << 8 | bytes[i];
		if (e > INT32_MAX)
			return 0;
	}
	return e >= 3 && (e & 1) ? (int)e : 0;
}

static TEE_Result put_rsa(TEE_ObjectHandle o, const mbedtls_rsa_context *rsa)
{
	static const struct {
		uint32_t id;
		uint32_t offset;
	} parts[] = {
		{TEE_ATTR_RSA_MODULUS, offsetof(mbedtls_rsa_context, private_N)},
		{TEE_ATTR_RSA_PUBLIC_EXPONENT, offsetof(mbedtls_rsa_context, private_E)},
		{TEE_ATTR_RSA_PRIVATE_EXPONENT, offsetof(mbedtls_rsa_context, private_D)},
		{TEE_ATTR_RSA_PRIME1, offsetof(mbedtls_rsa_context, private_P)},
		{TEE_ATTR_RSA_PRIME2, offsetof(mbedtls_rsa_context, private_Q)},
		{TEE_ATTR_RSA_EXPONENT1, offsetof(mbedtls_rsa_context, private_DP)},
		{TEE_ATTR_RSA_EXPONENT2, offsetof(mbedtls_rsa_context, private_DQ)},
		{TEE_ATTR_RSA_COEFFICIENT, offsetof(mbedtls_rsa_context, private_QP)},
	};
	TEE_Result res = TEE_SUCCESS;

	for (size_t i = 0; !res && i < sizeof(parts) / sizeof(parts[0]); i++)
		res = key_set_mpi(o, parts[i].id,
				  (const mbedtls_mpi *)((const char *)rsa + parts[i].offset), 0);
	return res;
}

static TEE_Result gen_rsa(TEE_ObjectHandle o, uint32_t bits, const TEE_Attribute *params,
			  uint32_t count)
{
	int e = rsa_exponent(params, count);
	mbedtls_rsa_context rsa;
	TEE_Result res;

	if (!e)
		return TEE_ERROR_BAD_PARAMETERS;
	mbedtls_rsa_init(&rsa);
	res = key_result(mbedtls_rsa_gen_key(&rsa, rt_random, NULL, bits, e));
	if (!res)
		res = put_rsa(o, &rsa);
	mbedtls_rsa_free(&rsa);
	return res;
}

static TEE_Result gen_ecc(TEE_ObjectHandle o, uint32_t bits, const TEE_Attribute *params,
			  uint32_t count)
{
	const TEE_Attribute *a = attr_find(params, count, TEE_ATTR_ECC_CURVE);
	uint32_t curve = a ? a->content.value.a : 0, curve_bits;
	mbedtls_ecp_group_id id = key_curve(curve, &curve_bits);
	size_t n = (bits + 7) / 8;
	mbedtls_ecp_keypair ec;
	TEE_Result res;

	if (!a)
		rt_panic_in("TEE_GenerateKey", "no curve given");
	if (curve_bits != bits)
		return TEE_ERROR_BAD_PARAMETERS;
	mbedtls_ecp_keypair_init(&ec);
	res = key_result(mbedtls_ecp_gen_key(id, &ec, rt_random, NULL));
	if (!res)
		res = key_set_mpi(o, TEE_ATTR_ECC_PUBLIC_VALUE_X, &ec.private_Q.private_X, n);
	if (!res)
		res = key_set_mpi(o, TEE_ATTR_ECC_PUBLIC_VALUE_Y, &ec.private_Q.private_Y, n);
	if (!res)
		res = key_set_mpi(o, TEE_ATTR_ECC_PRIVATE_VALUE, &ec.private_d, n);
	if (!res)
		obj_set_value(o, TEE_ATTR_ECC_CURVE, curve, 0);
	mbedtls_ecp_keypair_free(&ec);
	return res;
}

static TEE_Result gen_x25519(TEE_ObjectHandle o)
{
	uint8_t d[32], q[32];
	mbedtls_ecp_keypair ec;
	TEE_Result res;
	size_t len;
	int err;

	mbedtls_ecp_keypair_init(&ec);
	err = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_CURVE25519, &ec, rt_random, NULL);
	if (!err)
		err = mbedtls_ecp_write_key_ext(&ec, &len, d, sizeof(d));
	if (!err)
		err = mbedtls_ecp_point_write_binary(&ec.private_grp, &ec.private_Q,
						     MBEDTLS_ECP_PF_UNCOMPRESSED, &len, q,
						     sizeof(q));
	mbedtls_ecp_keypair_free(&ec);
	res = key_result(err);
	if (!res && (!obj_set_bytes(o, TEE_ATTR_X25519_PRIVATE_VALUE, d, sizeof(d)) ||
		     !obj_set_bytes(o, TEE_ATTR_X25519_PUBLIC_VALUE, q, sizeof(q))))
		res = TEE_ERROR_OUT_OF_MEMORY;
	TEE_MemFill(d, 0, sizeof(d));
	return res;
}

/* 0 < x < the subprime if there is one, else below the prime; no more than X_BITS bits (0: any). */
static int dh_private(mbedtls_mpi *x, const mbedtls_mpi *p, const TEE_Attribute *q,
		      const TEE_Attribute *xbits)
{
	mbedtls_mpi limit;
	int err;

	mbedtls_mpi_init(&limit);
	err = q ? mbedtls_mpi_read_binary(&limit, q->content.ref.buffer, q->content.ref.length)
		: mbedtls_mpi_sub_int(&limit, p, 1);
	if (!err && xbits && xbits->content.value.a &&
	    xbits->content.value.a < mbedtls_mpi_bitlen(&limit)) {
		err = mbedtls_mpi_lset(&limit, 1);
		if (!err)
			err = mbedtls_mpi_shift_l(&limit, xbits->content.value.a);
	}
	if (!err)
		err = mbedtls_mpi_random(x, 1, &limit, rt_random, NULL);
	mbedtls_mpi_free(&limit);
	return err;
}

static TEE_Result put_dh(TEE_ObjectHandle o, const TEE_Attribute *prime, const TEE_Attribute *base,
			 const mbedtls_mpi *x, const mbedtls_mpi *y)
{
	TEE_Result res;

	if (!obj_set_bytes(o, TEE_ATTR_DH_PRIME, prime->content.ref.buffer,
			   prime->content.ref.length) ||
	    !obj_set_bytes(o, TEE_ATTR_DH_BASE, base->content.ref.buffer, base->content.ref.length))
		return TEE_ERROR_OUT_OF_MEMORY;
	res = key_set_mpi(o, TEE_ATTR_DH_PRIVATE_VALUE, x, 0);
	return res ? res : key_set_mpi(o, TEE_ATTR_DH_PUBLIC_VALUE, y, 0);
}

static TEE_Result gen_dh(TEE_ObjectHandle o, uint32_t bits, const TEE_Attribute *params,
			 uint32_t count)
{
	const TEE_Attribute *prime = attr_find(params, count, TEE_ATTR_DH_PRIME);
	const TEE_Attribute *base = attr_find(params, count, TEE_ATTR_DH_BASE);
	const TEE_Attribute *xbits = attr_find(params, count, TEE_ATTR_DH_X_BITS);
	mbedtls_mpi p, g, x, y;
	TEE_Result res;
	int err;

	if (!prime || !base)
		rt_panic_in("TEE_GenerateKey", "no prime or base given");
	if (prime->content.ref.length > KEY_MAX || base->content.ref.length > KEY_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	mbedtls_mpi_init(&p);
	mbedtls_mpi_init(&g);
	mbedtls_mpi_init(&x);
	mbedtls_mpi_init(&y);
	err = mbedtls_mpi_read_binary(&p, prime->content.ref.buffer, prime->content.ref.length);
	if (!err)
		err = mbedtls_mpi_read_binary(&g, base->content.ref.buffer,
					      base->content.ref.length);
	if (!err && mbedtls_mpi_bitlen(&p) != bits)
		err = MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
	if (!err)
		err = dh_private(&x, &p, attr_find(params, count, TEE_ATTR_DH_SUBPRIME), xbits);
	if (!err)
		err = mbedtls_mpi_exp_mod(&y, &g, &x, &p, NULL);
	res = err ? key_result(err) : put_dh(o, prime, base, &x, &y);
	if (!res)
		obj_set_value(o, TEE_ATTR_DH_X_BITS, xbits ? xbits->content.value.a : 0, 0);
	mbedtls_mpi_free(&p);
	mbedtls_mpi_free(&g);
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	return res;
}

static TEE_Result generate(TEE_ObjectHandle o, uint32_t bits, const TEE_Attribute *params,
			   uint32_t count)
{
	switch (o->info.objectType) {
	case TEE_TYPE_RSA_KEYPAIR:
		return gen_rsa(o, bits, params, count);
	case TEE_TYPE_DH_KEYPAIR:
		return gen_dh(o, bits, params, count);
	case TEE_TYPE_ECDSA_KEYPAIR:
	case TEE_TYPE_ECDH_KEYPAIR:
		return gen_ecc(o, bits, params, count);
	case TEE_TYPE_X25519_KEYPAIR:
		return gen_x25519(o);
	default:
		if (o->type->attrs[0].id != TEE_ATTR_SECRET_VALUE)
			rt_panic_in("TEE_GenerateKey", "not a type that can be generated");
		return gen_secret(o, bits);
	}
}

TEE_Result TEE_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE_Attribute *params,
			   uint32_t paramCount)
{
	TEE_Result res;

	if (object == TEE_HANDLE_NULL)
		rt_panic("NULL object");
	if (object->info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED)
		rt_panic("object is initialized already");
	keySize = obj_bits(object->type, keySize);
	if (!obj_size_ok(object->type, keySize) || keySize > object->info.maxObjectSize)
		rt_panic("bad key size");
	res = generate(object, keySize, params, paramCount);
	if (res)
		obj_clear(object);
	else
		obj_done(object, keySize);
	return res;
}
