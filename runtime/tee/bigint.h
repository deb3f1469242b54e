/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside a TEE_BigInt: a header, then 32-bit digits, least significant first. The functions work
 * on Mbed TLS's numbers; these two carry values over.
 */
#ifndef RUNTIME_BIGINT_H
#define RUNTIME_BIGINT_H

#include <mbedtls/bignum.h>
#include "runtime/crt/runtime.h"

struct bigint {
	uint16_t room; /* digits that fit */
	uint16_t used; /* digits without leading zeros */
	int32_t sign; /* 1 or -1; 1 for zero */
	uint32_t digits[];
};

/* Sets x, which is initialised here; free it. Panics when there is no memory. */
void bigint_load(mbedtls_mpi *x, const TEE_BigInt *b);
/* Stores x and frees it; false: it does not fit, and the destination is unchanged. */
bool bigint_try_store(TEE_BigInt *b, mbedtls_mpi *x);
/* The same for functions in which GP makes that a programming error. */
void bigint_store(TEE_BigInt *b, mbedtls_mpi *x, const char *func);
/* Panics when a calculation failed: then there was no memory, or the numbers make no sense. */
void bigint_must(int err, const char *func);

#endif
