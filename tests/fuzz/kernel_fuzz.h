/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's fuzz targets share: the input as a stream, and a booted kernel whose gauges
 * must be the same after every input.
 */
#ifndef KERNEL_FUZZ_H
#define KERNEL_FUZZ_H

#include <tests/unit/fake_arch.h>

struct input {
	const uint8_t *p, *end;
};

/* Zeroes when the input is over. */
uint64_t take(struct input *in, unsigned bytes);
void take_bytes(struct input *in, void *to, size_t n);
bool over(const struct input *in);
/* An interesting address: REE pages, TEE memory, nonsense; offsets within. */
uint64_t take_address(struct input *in);

/* Boots on the first call, with these programs; then resets the tenant and checks the gauges. */
void fuzz_begin(const struct program *programs);
void fuzz_end(void);

extern const uint8_t fuzz_service[16];

#endif
