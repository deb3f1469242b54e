/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 6.7: RSA and ECDSA. */
#include <stdlib.h>
#include <string.h>
#include <mbedtls/ecdsa.h>
#include "runtime/crypto/key.h"
#include "runtime/crypto/rng.h"
#include "runtime/tee/operation.h"

#define RSA_MAX (TEE_MAX_KEY_SIZE_BITS / 8)
#define ECC_MAX 66 /* octets of a coordinate of P-521 */

static void check(TEE_OperationHandle op, uint32_t class, uint32_t mode, const char *func)
{
	op_need_class(op, class, func);
	op_need_key(op, func);
	if (op->info.mode != mode)
		rt_panic_in(func, "operation is of another mode");
}

/* The key of an RSA operation with its padding. Free it after either outcome. */
static int rsa_open(TEE_OperationHandle op, mbedtls_rsa_context *rsa)
{
	bool v21 = op->alg->kind == ALG_RSA_OAEP || op->alg->kind == ALG_RSA_PSS;
	int err = key_rsa(rsa, op->key[0]);

	return err ? err
		   : mbedtls_rsa_set_padding(rsa, v21 ? MBEDTLS_RSA_PKCS_V21 : MBEDTLS_RSA_PKCS_V15,
					     op->alg->md);
}

/* OAEP's two parameters; the mask is made with the same hash as the label. */
static TEE_Result oaep_params(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
			      const uint8_t **label, size_t *len)
{
	const TEE_Attribute *l = attr_find(params, count, TEE_ATTR_RSA_OAEP_LABEL);
	const TEE_Attribute *mgf = attr_find(params, count, TEE_ATTR_RSA_OAEP_MGF_HASH);
	uint32_t hash;

	*label = l ? l->content.ref.buffer : NULL;
	*len = l ? l->content.ref.length : 0;
	if (!mgf)
		return TEE_SUCCESS;
	if (mgf->content.ref.length != sizeof(hash))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(&hash, mgf->content.ref.buffer, sizeof(hash));
	return alg_md(hash) == op->alg->md ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED;
}

/* Raw RSA: the data is a number below the modulus. */
static int rsa_raw(mbedtls_rsa_context *rsa, bool private, const void *src, size_t len,
		   uint8_t *out)
{
	size_t size = mbedtls_rsa_get_len(rsa);
	uint8_t in[RSA_MAX] = {0};

	if (len > size)
		return MBEDTLS_ERR_RSA_BAD_INPUT_DATA;
	memcpy(in + size - len, src, len);
	return private ? mbedtls_rsa_private(rsa, rt_random, NULL, in, out)
		       : mbedtls_rsa_public(rsa, in, out);
}

static int encrypt(TEE_OperationHandle op, mbedtls_rsa_context *rsa, const uint8_t *label,
		   size_t label_len, const void *src, size_t len, uint8_t *out)
{
	switch (op->alg->kind) {
	case ALG_RSA_NOPAD:
		return rsa_raw(rsa, false, src, len, out);
	case ALG_RSA_OAEP:
		return mbedtls_rsa_rsaes_oaep_encrypt(rsa, rt_random, NULL, label, label_len, len,
						      src, out);
	default:
		return mbedtls_rsa_rsaes_pkcs1_v15_encrypt(rsa, rt_random, NULL, len, src, out);
	}
}

TEE_Result TEE_AsymmetricEncrypt(TEE_OperationHandle operation, const TEE_Attribute *params,
				 uint32_t paramCount, const void *srcData, size_t srcLen,
				 void *destData, size_t *destLen)
{
	mbedtls_rsa_context rsa;
	size_t label_len, room;
	const uint8_t *label;
	TEE_Result res;

	check(operation, TEE_OPERATION_ASYMMETRIC_CIPHER, TEE_MODE_ENCRYPT, __func__);
	res = oaep_params(operation, params, paramCount, &label, &label_len);
	if (res)
		return res;
	res = key_result(rsa_open(operation, &rsa));
	room = *destLen;
	*destLen = mbedtls_rsa_get_len(&rsa);
	if (!res && room < *destLen)
		res = TEE_ERROR_SHORT_BUFFER;
	if (!res)
		res = key_result(
			encrypt(operation, &rsa, label, label_len, srcData, srcLen, destData));
	mbedtls_rsa_free(&rsa);
	return res;
}

/* A number: it goes out without leading zeros. */
static int decrypt_raw(mbedtls_rsa_context *rsa, const void *src, uint8_t out[RSA_MAX], size_t *len)
{
	size_t n = mbedtls_rsa_get_len(rsa), zeros = 0;
	int err = rsa_raw(rsa, true, src, n, out);

	while (!err && zeros < n - 1 && !out[zeros])
		zeros++;
	memmove(out, out + zeros, n - zeros);
	*len = n - zeros;
	return err;
}

static int decrypt(TEE_OperationHandle op, mbedtls_rsa_context *rsa, const uint8_t *label,
		   size_t label_len, const void *src, uint8_t out[RSA_MAX], size_t *len)
{
	switch (op->alg->kind) {
	case ALG_RSA_NOPAD:
		return decrypt_raw(rsa, src, out, len);
	case ALG_RSA_OAEP:
		return mbedtls_rsa_rsaes_oaep_decrypt(rsa, rt_random, NULL, label, label_len, len,
						      src, out, RSA_MAX);
	default:
		return mbedtls_rsa_rsaes_pkcs1_v15_decrypt(rsa, rt_random, NULL, len, src, out,
							   RSA_MAX);
	}
}

TEE_Result TEE_AsymmetricDecrypt(TEE_OperationHandle operation, const TEE_Attribute *params,
				 uint32_t paramCount, const void *srcData, size_t srcLen,
				 void *destData, size_t *destLen)
{
	size_t label_len, room, len = 0;
	mbedtls_rsa_context rsa;
	uint8_t out[RSA_MAX];
	const uint8_t *label;
	TEE_Result res;

	check(operation, TEE_OPERATION_ASYMMETRIC_CIPHER, TEE_MODE_DECRYPT, __func__);
	res = oaep_params(operation, params, paramCount, &label, &label_len);
	if (res)
		return res;
	res = key_result(rsa_open(operation, &rsa));
	if (!res && srcLen != mbedtls_rsa_get_len(&rsa))
		res = TEE_ERROR_BAD_PARAMETERS;
	if (!res)
		res = key_result(decrypt(operation, &rsa, label, label_len, srcData, out, &len));
	mbedtls_rsa_free(&rsa);
	room = *destLen;
	if (!res) {
		*destLen = len;
		if (room < len)
			res = TEE_ERROR_SHORT_BUFFER;
		else
			memcpy(destData, out, len);
	}
	TEE_MemFill(out, 0, sizeof(out));
	return res;
}

/* The salt is as long as the hash unless a parameter says otherwise. */
static int salt_len(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count)
{
	const TEE_Attribute *a = attr_find(params, count, TEE_ATTR_RSA_PSS_SALT_LENGTH);

	return a && a->content.value.a <= RSA_MAX ? (int)a->content.value.a : op->alg->digest;
}

static TEE_Result rsa_sign(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
			   const void *digest, size_t len, uint8_t *sig, size_t *sig_len)
{
	mbedtls_rsa_context rsa;
	size_t room = *sig_len;
	TEE_Result res;

	if (len != op->alg->digest)
		return TEE_ERROR_BAD_PARAMETERS;
	res = key_result(rsa_open(op, &rsa));
	*sig_len = mbedtls_rsa_get_len(&rsa);
	if (!res && room < *sig_len)
		res = TEE_ERROR_SHORT_BUFFER;
	if (!res && op->alg->kind == ALG_RSA_PSS)
		res = key_result(mbedtls_rsa_rsassa_pss_sign_ext(&rsa, rt_random, NULL, op->alg->md,
								 len, digest,
								 salt_len(op, params, count), sig));
	else if (!res)
		res = key_result(mbedtls_rsa_rsassa_pkcs1_v15_sign(&rsa, rt_random, NULL,
								   op->alg->md, len, digest, sig));
	mbedtls_rsa_free(&rsa);
	return res;
}

static TEE_Result rsa_verify(TEE_OperationHandle op, const TEE_Attribute *params, uint32_t count,
			     const void *digest, size_t len, const uint8_t *sig, size_t sig_len)
{
	mbedtls_rsa_context rsa;
	int err;

	if (len != op->alg->digest)
		return TEE_ERROR_BAD_PARAMETERS;
	err = rsa_open(op, &rsa);
	if (!err && sig_len != mbedtls_rsa_get_len(&rsa))
		err = MBEDTLS_ERR_RSA_VERIFY_FAILED;
	if (!err && op->alg->kind == ALG_RSA_PSS)
		err = mbedtls_rsa_rsassa_pss_verify_ext(&rsa, op->alg->md, len, digest, op->alg->md,
							salt_len(op, params, count), sig);
	else if (!err)
		err = mbedtls_rsa_rsassa_pkcs1_v15_verify(&rsa, op->alg->md, len, digest, sig);
	mbedtls_rsa_free(&rsa);
	if (err == MBEDTLS_ERR_MPI_ALLOC_FAILED)
		return TEE_ERROR_OUT_OF_MEMORY;
	return err ? TEE_ERROR_SIGNATURE_INVALID : TEE_SUCCESS;
}

/* A signature is r and s, each as long as the curve's field. */
static TEE_Result ecdsa_sign(TEE_OperationHandle op, const void *digest, size_t len, uint8_t *sig,
			     size_t *sig_len)
{
	size_t room = *sig_len, n = (op->info.keySize + 7) / 8;
	mbedtls_ecp_keypair ec;
	mbedtls_mpi r, s;
	int err;

	*sig_len = 2 * n;
	if (room < *sig_len)
		return TEE_ERROR_SHORT_BUFFER;
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	err = key_ecc(&ec, op->key[0]);
	if (!err)
		err = mbedtls_ecdsa_sign(&ec.private_grp, &r, &s, &ec.private_d, digest, len,
					 rt_random, NULL);
	if (!err)
		err = mbedtls_mpi_write_binary(&r, sig, n);
	if (!err)
		err = mbedtls_mpi_write_binary(&s, sig + n, n);
	mbedtls_ecp_keypair_free(&ec);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return key_result(err);
}

static TEE_Result ecdsa_verify(TEE_OperationHandle op, const void *digest, size_t len,
			       const uint8_t *sig, size_t sig_len)
{
	size_t n = (op->info.keySize + 7) / 8;
	mbedtls_ecp_keypair ec;
	mbedtls_mpi r, s;
	int err;

	if (sig_len != 2 * n)
		return TEE_ERROR_SIGNATURE_INVALID;
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	err = key_ecc(&ec, op->key[0]);
	if (!err)
		err = mbedtls_ecp_check_pubkey(&ec.private_grp, &ec.private_Q);
	if (!err)
		err = mbedtls_mpi_read_binary(&r, sig, n);
	if (!err)
		err = mbedtls_mpi_read_binary(&s, sig + n, n);
	if (!err)
		err = mbedtls_ecdsa_verify(&ec.private_grp, digest, len, &ec.private_Q, &r, &s);
	mbedtls_ecp_keypair_free(&ec);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	if (err == MBEDTLS_ERR_MPI_ALLOC_FAILED || err == MBEDTLS_ERR_ECP_ALLOC_FAILED)
		return TEE_ERROR_OUT_OF_MEMORY;
	return err ? TEE_ERROR_SIGNATURE_INVALID : TEE_SUCCESS;
}

TEE_Result TEE_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE_Attribute *params,
				    uint32_t paramCount, const void *digest, size_t digestLen,
				    void *signature, size_t *signatureLen)
{
	check(operation, TEE_OPERATION_ASYMMETRIC_SIGNATURE, TEE_MODE_SIGN, __func__);
	if (operation->alg->kind == ALG_ECDSA)
		return ecdsa_sign(operation, digest, digestLen, signature, signatureLen);
	return rsa_sign(operation, params, paramCount, digest, digestLen, signature, signatureLen);
}

TEE_Result TEE_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE_Attribute *params,
				      uint32_t paramCount, const void *digest, size_t digestLen,
				      const void *signature, size_t signatureLen)
{
	check(operation, TEE_OPERATION_ASYMMETRIC_SIGNATURE, TEE_MODE_VERIFY, __func__);
	if (operation->alg->kind == ALG_ECDSA)
		return ecdsa_verify(operation, digest, digestLen, signature, signatureLen);
	return rsa_verify(operation, params, paramCount, digest, digestLen, signature,
			  signatureLen);
}
