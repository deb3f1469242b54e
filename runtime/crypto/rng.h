/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RUNTIME_RNG_H
#define RUNTIME_RNG_H

#include <stddef.h>

/*
 * Random octets of this process's generator, in the form that Mbed TLS wants (its context is
 * not used). 0, or the process is ended: there is no answer without randomness.
 */
int rt_random(void *ctx, unsigned char *out, size_t len);

#endif
