/* SPDX-License-Identifier: BSD-2-Clause */
/* Between GP's objects and what Mbed TLS computes with. */
#ifndef RUNTIME_KEY_H
#define RUNTIME_KEY_H

#include <mbedtls/ecp.h>
#include <mbedtls/rsa.h>
#include "runtime/tee/object.h"

/* Size in bits of the key in an object that has its attributes; 0: they make no sense. */
uint32_t key_bits(const struct __TEE_ObjectHandle *o);

/* Mbed TLS's name and the size of a TEE_ECC_CURVE_*; MBEDTLS_ECP_DP_NONE: not known. */
mbedtls_ecp_group_id key_curve(uint32_t curve, uint32_t *bits);

/* Sets an MPI from an attribute; nonzero: absent, or no memory. */
int key_mpi(mbedtls_mpi *x, const struct __TEE_ObjectHandle *o, uint32_t id);
/* An attribute from an MPI: its octets without leading zeros, or exactly `len` of them. */
TEE_Result key_set_mpi(struct __TEE_ObjectHandle *o, uint32_t id, const mbedtls_mpi *x, size_t len);

/* Both are initialised here; free them after either outcome. Nonzero: not a valid key. */
int key_rsa(mbedtls_rsa_context *rsa, const struct __TEE_ObjectHandle *o);
int key_ecc(mbedtls_ecp_keypair *ec, const struct __TEE_ObjectHandle *o);

/* Mbed TLS's errors as GP says them; what only our own mistakes cause is a panic. */
TEE_Result key_result(int err);

#endif
