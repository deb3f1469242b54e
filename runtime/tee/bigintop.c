/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, sections 8.7 to 8.10: calculations. */
#include "runtime/crypto/rng.h"
#include "runtime/tee/bigint.h"

/* dest = f(op1, op2) */
typedef int binary_fn(mbedtls_mpi *x, const mbedtls_mpi *a, const mbedtls_mpi *b);

/* dest = f(op1, op2), modulo n when there is one. */
static void binary(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
		   const TEE_BigInt *n, binary_fn *f, const char *func)
{
	mbedtls_mpi a, b, m;

	bigint_load(&a, op1);
	bigint_load(&b, op2);
	bigint_must(f(&a, &a, &b), func);
	if (n) {
		bigint_load(&m, n);
		bigint_must(mbedtls_mpi_mod_mpi(&a, &a, &m), func);
		mbedtls_mpi_free(&m);
	}
	mbedtls_mpi_free(&b);
	bigint_store(dest, &a, func);
}

void TEE_BigIntAdd(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	binary(dest, op1, op2, NULL, mbedtls_mpi_add_mpi, __func__);
}

void TEE_BigIntSub(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	binary(dest, op1, op2, NULL, mbedtls_mpi_sub_mpi, __func__);
}

void TEE_BigIntMul(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	binary(dest, op1, op2, NULL, mbedtls_mpi_mul_mpi, __func__);
}

void TEE_BigIntSquare(TEE_BigInt *dest, const TEE_BigInt *op)
{
	binary(dest, op, op, NULL, mbedtls_mpi_mul_mpi, __func__);
}

void TEE_BigIntNeg(TEE_BigInt *dest, const TEE_BigInt *op)
{
	mbedtls_mpi x;

	bigint_load(&x, op);
	x.private_s = -x.private_s;
	bigint_store(dest, &x, __func__);
}

void TEE_BigIntDiv(TEE_BigInt *dest_q, TEE_BigInt *dest_r, const TEE_BigInt *op1,
		   const TEE_BigInt *op2)
{
	mbedtls_mpi a, b, q, r;

	bigint_load(&a, op1);
	bigint_load(&b, op2);
	mbedtls_mpi_init(&q);
	mbedtls_mpi_init(&r);
	bigint_must(mbedtls_mpi_div_mpi(&q, &r, &a, &b), __func__);
	mbedtls_mpi_free(&a);
	mbedtls_mpi_free(&b);
	if (dest_q)
		bigint_store(dest_q, &q, __func__);
	if (dest_r)
		bigint_store(dest_r, &r, __func__);
	mbedtls_mpi_free(&q);
	mbedtls_mpi_free(&r);
}

void TEE_BigIntMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	binary(dest, op, n, NULL, mbedtls_mpi_mod_mpi, __func__);
}

void TEE_BigIntAddMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
		      const TEE_BigInt *n)
{
	binary(dest, op1, op2, n, mbedtls_mpi_add_mpi, __func__);
}

void TEE_BigIntSubMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
		      const TEE_BigInt *n)
{
	binary(dest, op1, op2, n, mbedtls_mpi_sub_mpi, __func__);
}

void TEE_BigIntMulMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
		      const TEE_BigInt *n)
{
	binary(dest, op1, op2, n, mbedtls_mpi_mul_mpi, __func__);
}

void TEE_BigIntSquareMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	binary(dest, op, op, n, mbedtls_mpi_mul_mpi, __func__);
}

void TEE_BigIntInvMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	binary(dest, op, n, NULL, mbedtls_mpi_inv_mod, __func__);
}

/* Needs an odd n: what the FMM context is for, Mbed TLS works out itself. */
TEE_Result TEE_BigIntExpMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
			    const TEE_BigInt *n, const TEE_BigIntFMMContext *context)
{
	mbedtls_mpi a, e, m;

	if (!TEE_BigIntGetBit(n, 0))
		return TEE_ERROR_NOT_SUPPORTED;
	bigint_load(&a, op1);
	bigint_load(&e, op2);
	bigint_load(&m, n);
	bigint_must(mbedtls_mpi_exp_mod(&a, &a, &e, &m, NULL), __func__);
	mbedtls_mpi_free(&e);
	mbedtls_mpi_free(&m);
	bigint_store(dest, &a, __func__);
	return TEE_SUCCESS;
}

bool TEE_BigIntRelativePrime(const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	mbedtls_mpi a, b;
	bool one;

	bigint_load(&a, op1);
	bigint_load(&b, op2);
	bigint_must(mbedtls_mpi_gcd(&a, &a, &b), __func__);
	one = !mbedtls_mpi_cmp_int(&a, 1);
	mbedtls_mpi_free(&a);
	mbedtls_mpi_free(&b);
	return one;
}

/* One step of Euclid: (x, y) = (y, x - q * y). */
static int euclid_step(mbedtls_mpi *x, mbedtls_mpi *y, const mbedtls_mpi *q)
{
	mbedtls_mpi t;
	int err;

	mbedtls_mpi_init(&t);
	err = mbedtls_mpi_mul_mpi(&t, q, y);
	if (!err)
		err = mbedtls_mpi_sub_mpi(&t, x, &t);
	mbedtls_mpi_swap(x, y);
	mbedtls_mpi_swap(y, &t);
	mbedtls_mpi_free(&t);
	return err;
}

/* gcd = u * op1 + v * op2 */
void TEE_BigIntComputeExtendedGcd(TEE_BigInt *gcd, TEE_BigInt *u, TEE_BigInt *v,
				  const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	mbedtls_mpi a, b, ua, ub, va, vb, q;
	int err;

	bigint_load(&a, op1);
	bigint_load(&b, op2);
	mbedtls_mpi_init(&ua);
	mbedtls_mpi_init(&ub);
	mbedtls_mpi_init(&va);
	mbedtls_mpi_init(&vb);
	mbedtls_mpi_init(&q);
	err = mbedtls_mpi_lset(&ua, 1) || mbedtls_mpi_lset(&vb, 1) || mbedtls_mpi_lset(&ub, 0) ||
	      mbedtls_mpi_lset(&va, 0);
	while (!err && mbedtls_mpi_cmp_int(&b, 0))
		err = mbedtls_mpi_div_mpi(&q, NULL, &a, &b) || euclid_step(&a, &b, &q) ||
		      euclid_step(&ua, &ub, &q) || euclid_step(&va, &vb, &q);
	bigint_must(err, __func__);
	if (mbedtls_mpi_cmp_int(&a, 0) < 0) {
		a.private_s = -a.private_s;
		ua.private_s = -ua.private_s;
		va.private_s = -va.private_s;
	}
	mbedtls_mpi_free(&b);
	mbedtls_mpi_free(&ub);
	mbedtls_mpi_free(&vb);
	mbedtls_mpi_free(&q);
	bigint_store(gcd, &a, __func__);
	if (u)
		bigint_store(u, &ua, __func__);
	if (v)
		bigint_store(v, &va, __func__);
	mbedtls_mpi_free(&ua);
	mbedtls_mpi_free(&va);
}

int32_t TEE_BigIntIsProbablePrime(const TEE_BigInt *op, uint32_t confidenceLevel)
{
	uint32_t bits = confidenceLevel < 80 ? 80 : confidenceLevel;
	mbedtls_mpi x;
	int err;

	bigint_load(&x, op);
	/* A round of Miller-Rabin is wrong once in four times at most. */
	err = mbedtls_mpi_is_prime_ext(&x, (int)((bits + 1) / 2), rt_random, NULL);
	mbedtls_mpi_free(&x);
	if (err && err != MBEDTLS_ERR_MPI_NOT_ACCEPTABLE)
		rt_panic("no memory");
	return !err;
}

/*
 * Fast modular multiplication: a number in this form is an ordinary one below n. Mbed TLS has no
 * form of its own to keep between calls.
 */
size_t TEE_BigIntFMMContextSizeInU32(size_t modulusSizeInBits)
{
	return TEE_BigIntSizeInU32(modulusSizeInBits);
}

size_t TEE_BigIntFMMSizeInU32(size_t modulusSizeInBits)
{
	return TEE_BigIntSizeInU32(modulusSizeInBits);
}

TEE_Result TEE_BigIntInitFMMContext1(TEE_BigIntFMMContext *context, size_t len,
				     const TEE_BigInt *modulus)
{
	TEE_BigIntInit(context, len);
	return TEE_SUCCESS;
}

void TEE_BigIntInitFMMContext(TEE_BigIntFMMContext *context, size_t len, const TEE_BigInt *modulus)
{
	TEE_BigIntInitFMMContext1(context, len, modulus);
}

void TEE_BigIntInitFMM(TEE_BigIntFMM *bigIntFMM, size_t len)
{
	TEE_BigIntInit(bigIntFMM, len);
}

void TEE_BigIntConvertToFMM(TEE_BigIntFMM *dest, const TEE_BigInt *src, const TEE_BigInt *n,
			    const TEE_BigIntFMMContext *context)
{
	TEE_BigIntMod(dest, src, n);
}

void TEE_BigIntConvertFromFMM(TEE_BigInt *dest, const TEE_BigIntFMM *src, const TEE_BigInt *n,
			      const TEE_BigIntFMMContext *context)
{
	if (TEE_BigIntAssign(dest, src))
		rt_panic("result does not fit");
}

void TEE_BigIntComputeFMM(TEE_BigIntFMM *dest, const TEE_BigIntFMM *op1, const TEE_BigIntFMM *op2,
			  const TEE_BigInt *n, const TEE_BigIntFMMContext *context)
{
	TEE_BigIntMulMod(dest, op1, op2, n);
}
