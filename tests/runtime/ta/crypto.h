/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "tests/runtime/ta/check.h"

/* Octets written in hexadecimal; at most 128. Returns how many. */
size_t unhex(uint8_t *to, const char *hex);
/* Whether n octets are these. */
bool is_hex(const uint8_t *bytes, size_t n, const char *hex);
/* A key object of a secret; ends the TA when it cannot. */
TEE_ObjectHandle secret(uint32_t type, const uint8_t *key, size_t len);
/* An operation with that key (or NULL). */
TEE_OperationHandle operation(uint32_t alg, uint32_t mode, uint32_t bits, TEE_ObjectHandle key);

#endif
