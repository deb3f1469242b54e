/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds of address, as types that cannot mix.
 */
#ifndef KERNEL_ADDR_H
#define KERNEL_ADDR_H

#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ull
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* The TEE's own RAM, by physical address. Always a frame the TEE owns. */
typedef struct {
	uint64_t v;
} paddr_t;

/* What an REE calls an address: hostile until ree_range_ok() said yes. */
typedef struct {
	uint64_t v;
} raddr_t;

/* In a process. Hostile until a user copy or an aspace call checked it. */
typedef struct {
	uint64_t v;
} uaddr_t;

static inline paddr_t paddr(uint64_t v)
{
	return (paddr_t){v};
}

static inline raddr_t raddr(uint64_t v)
{
	return (raddr_t){v};
}

static inline uaddr_t uaddr(uint64_t v)
{
	return (uaddr_t){v};
}

/*
 * i when i < n, else 0, by arithmetic alone: a CPU that guesses the bounds check before it wrong
 * still reads inside the table (Spectre, variant 1). n is at most 2^63.
 */
static inline uint64_t index_nospec(uint64_t i, uint64_t n)
{
	asm volatile("" : "+r"(i)); /* the compiler knows what the check said */
	return i & ~(uint64_t)((int64_t)(i | (n - 1 - i)) >> 63);
}

/* True when a + b overflows; *sum is valid only otherwise. */
static inline bool add_overflow(uint64_t a, uint64_t b, uint64_t *sum)
{
	return __builtin_add_overflow(a, b, sum);
}

#endif
