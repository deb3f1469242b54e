/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: laws that tie the functions together, and a few known values. */
#include "tests/runtime/ta/crypto.h"

#define WORDS TEE_BigIntSizeInU32(1024)

static TEE_BigInt a[WORDS], b[WORDS], c[WORDS], d[WORDS], n[WORDS], q[WORDS], r[WORDS];

static void random_bits(TEE_BigInt *x, size_t bits)
{
	uint8_t bytes[128];

	TEE_GenerateRandom(bytes, bits / 8);
	TEE_BigIntConvertFromOctetString(x, bytes, bits / 8, bytes[0] & 1 ? 1 : -1);
}

static TEE_Result laws(void)
{
	random_bits(a, 400);
	random_bits(b, 200);
	TEE_BigIntDiv(q, r, a, b);
	TEE_BigIntMul(c, q, b);
	TEE_BigIntAdd(c, c, r);
	EXPECT(!TEE_BigIntCmp(c, a));
	TEE_BigIntAdd(c, a, b); /* (a + b)^2 - (a - b)^2 = 4ab */
	TEE_BigIntSquare(c, c);
	TEE_BigIntSub(d, a, b);
	TEE_BigIntSquare(d, d);
	TEE_BigIntSub(c, c, d);
	TEE_BigIntMul(d, a, b);
	TEE_BigIntAdd(d, d, d);
	TEE_BigIntAdd(d, d, d);
	EXPECT(!TEE_BigIntCmp(c, d));
	TEE_BigIntComputeExtendedGcd(c, q, r, a, b); /* c = q * a + r * b */
	TEE_BigIntMul(q, q, a);
	TEE_BigIntMul(r, r, b);
	TEE_BigIntAdd(q, q, r);
	EXPECT(!TEE_BigIntCmp(c, q) && TEE_BigIntCmpS32(c, 0) > 0);
	EXPECT(TEE_BigIntRelativePrime(a, b) == !TEE_BigIntCmpS32(c, 1));
	return TEE_SUCCESS;
}

/* Modulo 2^521 - 1, which is prime. */
static TEE_Result modular(void)
{
	uint8_t m521[66];

	memset(m521, 0xff, sizeof(m521));
	m521[0] = 1;
	EXPECT(!TEE_BigIntConvertFromOctetString(n, m521, sizeof(m521), 0));
	EXPECT(TEE_BigIntGetBitCount(n) == 521 && TEE_BigIntIsProbablePrime(n, 80) == 1);
	random_bits(a, 504);
	TEE_BigIntMod(a, a, n);
	TEE_BigIntInvMod(b, a, n);
	TEE_BigIntMulMod(c, a, b, n);
	EXPECT(!TEE_BigIntCmpS32(c, 1));
	TEE_BigIntConvertFromS32(d, 2);
	TEE_BigIntSub(d, n, d);
	EXPECT(!TEE_BigIntExpMod(c, a, d, n, NULL) && !TEE_BigIntCmp(c, b)); /* Fermat */
	EXPECT(!TEE_BigIntSetBit(n, 0, false) && TEE_BigIntIsProbablePrime(n, 80) == 0);
	return TEE_SUCCESS;
}

TEE_Result check_bigint(void)
{
	TEE_BigInt small[TEE_BigIntSizeInU32(32)];
	uint8_t bytes[8];
	size_t len = 2;
	int32_t value;

	TEE_BigIntInit(a, WORDS);
	TEE_BigIntInit(b, WORDS);
	TEE_BigIntInit(c, WORDS);
	TEE_BigIntInit(d, WORDS);
	TEE_BigIntInit(n, WORDS);
	TEE_BigIntInit(q, WORDS);
	TEE_BigIntInit(r, WORDS);
	for (unsigned int i = 0; i < 50; i++)
		EXPECT(!laws());
	EXPECT(!modular());
	TEE_BigIntConvertFromS32(a, INT32_MIN);
	EXPECT(!TEE_BigIntConvertToS32(&value, a) && value == INT32_MIN);
	EXPECT(TEE_BigIntConvertToOctetString(bytes, &len, a) == TEE_ERROR_SHORT_BUFFER &&
	       len == 4);
	EXPECT(!TEE_BigIntConvertToOctetString(bytes, &len, a) && is_hex(bytes, len, "80000000"));
	EXPECT(TEE_BigIntGetBit(a, 31) && !TEE_BigIntGetBit(a, 30) && !TEE_BigIntGetBit(a, 99));
	TEE_BigIntNeg(b, a);
	EXPECT(TEE_BigIntCmp(b, a) > 0 && TEE_BigIntConvertToS32(&value, b) == TEE_ERROR_OVERFLOW);
	TEE_BigIntSquare(c, b);
	TEE_BigIntInit(small, TEE_BigIntSizeInU32(32));
	EXPECT(TEE_BigIntAssign(small, c) == TEE_ERROR_OVERFLOW);
	TEE_BigIntShiftRight(c, c, 60);
	EXPECT(!TEE_BigIntAssign(small, c) && !TEE_BigIntCmpS32(small, 4));
	return TEE_SUCCESS;
}
