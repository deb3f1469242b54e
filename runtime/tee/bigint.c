/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, sections 8.5 and 8.6: numbers, their parts and conversions. */
#include <string.h>
#include "runtime/tee/bigint.h"

_Static_assert(sizeof(struct bigint) == 2 * sizeof(uint32_t), "TEE_BigIntSizeInU32");

static struct bigint *header(TEE_BigInt *b)
{
	return (struct bigint *)b;
}

static const struct bigint *header_const(const TEE_BigInt *b)
{
	return (const struct bigint *)b;
}

void bigint_must(int err, const char *func)
{
	if (err)
		rt_panic_in(func, "no memory, or numbers that this function does not take");
}

void bigint_load(mbedtls_mpi *x, const TEE_BigInt *b)
{
	const struct bigint *h = header_const(b);

	mbedtls_mpi_init(x);
	bigint_must(mbedtls_mpi_read_binary_le(x, (const uint8_t *)h->digits, h->used * 4ul),
		    __func__);
	x->private_s = h->sign < 0 ? -1 : 1;
}

bool bigint_try_store(TEE_BigInt *b, mbedtls_mpi *x)
{
	struct bigint *h = header(b);
	size_t digits = (mbedtls_mpi_size(x) + 3) / 4;
	bool fits = digits <= h->room;

	if (fits) {
		h->used = (uint16_t)digits;
		h->sign = digits && x->private_s < 0 ? -1 : 1;
		bigint_must(mbedtls_mpi_write_binary_le(x, (uint8_t *)h->digits, h->room * 4ul),
			    __func__);
	}
	mbedtls_mpi_free(x);
	return fits;
}

void bigint_store(TEE_BigInt *b, mbedtls_mpi *x, const char *func)
{
	if (!bigint_try_store(b, x))
		rt_panic_in(func, "result does not fit");
}

void TEE_BigIntInit(TEE_BigInt *bigInt, size_t len)
{
	if (len < 2 || len - 2 > MBEDTLS_MPI_MAX_SIZE / 4)
		rt_panic("bad size");
	memset(bigInt, 0, len * sizeof(*bigInt));
	header(bigInt)->room = (uint16_t)(len - 2);
	header(bigInt)->sign = 1;
}

TEE_Result TEE_BigIntConvertFromOctetString(TEE_BigInt *dest, const uint8_t *buffer,
					    size_t bufferLen, int32_t sign)
{
	mbedtls_mpi x;

	if (bufferLen > MBEDTLS_MPI_MAX_SIZE)
		return TEE_ERROR_OVERFLOW;
	mbedtls_mpi_init(&x);
	bigint_must(mbedtls_mpi_read_binary(&x, buffer, bufferLen), __func__);
	x.private_s = sign < 0 ? -1 : 1;
	return bigint_try_store(dest, &x) ? TEE_SUCCESS : TEE_ERROR_OVERFLOW;
}

TEE_Result TEE_BigIntConvertToOctetString(uint8_t *buffer, size_t *bufferLen,
					  const TEE_BigInt *bigInt)
{
	size_t room = *bufferLen, size;
	TEE_Result res = TEE_SUCCESS;
	mbedtls_mpi x;

	bigint_load(&x, bigInt);
	size = mbedtls_mpi_size(&x);
	*bufferLen = size;
	if (room < size)
		res = TEE_ERROR_SHORT_BUFFER;
	else
		bigint_must(mbedtls_mpi_write_binary(&x, buffer, size), __func__);
	mbedtls_mpi_free(&x);
	return res;
}

void TEE_BigIntConvertFromS32(TEE_BigInt *dest, int32_t shortVal)
{
	mbedtls_mpi x;

	mbedtls_mpi_init(&x);
	bigint_must(mbedtls_mpi_lset(&x, shortVal), __func__);
	bigint_store(dest, &x, __func__);
}

TEE_Result TEE_BigIntConvertToS32(int32_t *dest, const TEE_BigInt *src)
{
	const struct bigint *h = header_const(src);
	int64_t value = h->used ? (int64_t)h->digits[0] * h->sign : 0;

	if (h->used > 1 || value < INT32_MIN || value > INT32_MAX)
		return TEE_ERROR_OVERFLOW;
	*dest = (int32_t)value;
	return TEE_SUCCESS;
}

int32_t TEE_BigIntCmp(const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	mbedtls_mpi x, y;
	int32_t result;

	bigint_load(&x, op1);
	bigint_load(&y, op2);
	result = mbedtls_mpi_cmp_mpi(&x, &y);
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	return result;
}

int32_t TEE_BigIntCmpS32(const TEE_BigInt *op, int32_t shortVal)
{
	mbedtls_mpi x;
	int32_t result;

	bigint_load(&x, op);
	result = mbedtls_mpi_cmp_int(&x, shortVal);
	mbedtls_mpi_free(&x);
	return result;
}

void TEE_BigIntShiftRight(TEE_BigInt *dest, const TEE_BigInt *op, size_t bits)
{
	mbedtls_mpi x;

	bigint_load(&x, op);
	bigint_must(mbedtls_mpi_shift_r(&x, bits), __func__);
	bigint_store(dest, &x, __func__);
}

/* Of the magnitude: GP gives negative numbers no two's complement. */
bool TEE_BigIntGetBit(const TEE_BigInt *src, uint32_t bitIndex)
{
	const struct bigint *h = header_const(src);

	return bitIndex / 32 < h->used && (h->digits[bitIndex / 32] >> bitIndex % 32 & 1);
}

TEE_Result TEE_BigIntSetBit(TEE_BigInt *op, uint32_t bitIndex, bool value)
{
	mbedtls_mpi x;

	if (bitIndex / 32 >= header(op)->room)
		return TEE_ERROR_OVERFLOW;
	bigint_load(&x, op);
	bigint_must(mbedtls_mpi_set_bit(&x, bitIndex, value), __func__);
	bigint_store(op, &x, __func__);
	return TEE_SUCCESS;
}

uint32_t TEE_BigIntGetBitCount(const TEE_BigInt *src)
{
	const struct bigint *h = header_const(src);

	return h->used ? h->used * 32u - (uint32_t)__builtin_clz(h->digits[h->used - 1]) : 0;
}

TEE_Result TEE_BigIntAssign(TEE_BigInt *dest, const TEE_BigInt *src)
{
	mbedtls_mpi x;

	bigint_load(&x, src);
	return bigint_try_store(dest, &x) ? TEE_SUCCESS : TEE_ERROR_OVERFLOW;
}

TEE_Result TEE_BigIntAbs(TEE_BigInt *dest, const TEE_BigInt *src)
{
	mbedtls_mpi x;

	bigint_load(&x, src);
	x.private_s = 1;
	return bigint_try_store(dest, &x) ? TEE_SUCCESS : TEE_ERROR_OVERFLOW;
}
