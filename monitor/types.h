/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses are types: a machine address and an address that a partition used do not mix,
 * although partitions of the world seat see memory at its machine addresses.
 */
#ifndef MONITOR_TYPES_H
#define MONITOR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint64_t v;
} hpa_t; /* host physical: what the memory bus sees */

typedef struct {
	uint64_t v;
} gpa_t; /* guest physical: what a partition's page tables name */

static inline hpa_t hpa(uint64_t v)
{
	return (hpa_t){v};
}

static inline gpa_t gpa(uint64_t v)
{
	return (gpa_t){v};
}

#define PAGE_SIZE  0x1000ull
#define LARGE_PAGE 0x200000ull
#define HUGE_PAGE  0x40000000ull
#define FOUR_GIB   0x100000000ull

#define ALIGN_DOWN(x, a) ((x) & ~((a)-1))
#define ALIGN_UP(x, a)	 ALIGN_DOWN((x) + (a)-1, a)
#define ARRAY_SIZE(a)	 (sizeof(a) / sizeof((a)[0]))

#define MAX_CPUS 8

#endif
