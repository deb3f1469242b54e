/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the flow of data (cipher.c) and the modes (ciphermode.c). */
#ifndef RUNTIME_CIPHER_H
#define RUNTIME_CIPHER_H

#include "runtime/tee/operation.h"

/* Processes n octets: whole blocks, or for CTR any number. In place is fine. */
void cipher_blocks(TEE_OperationHandle op, const uint8_t *in, uint8_t *out, size_t n);

/* Whether `total` octets, n of which are processed as blocks, may be the end of the data. */
bool cipher_total_ok(const struct alg *alg, size_t n, size_t total);

/* The last step: what is held goes out. */
void cipher_last(TEE_OperationHandle op, uint8_t *out);

#endif
