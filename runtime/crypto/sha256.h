/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256's compression function, twice; for Mbed TLS and for the test that compares them. */
#ifndef RUNTIME_SHA256_H
#define RUNTIME_SHA256_H

#include <stdbool.h>
#include <stdint.h>

void sha256_block_c(uint32_t state[8], const uint8_t data[64]);
/* Only where sha256_have_ni() says so. */
void sha256_block_ni(uint32_t state[8], const uint8_t data[64]);
bool sha256_have_ni(void);

#endif
