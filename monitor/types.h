/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine address is a type: it does not mix with numbers and with what a partition calls an
 * address, although partitions of the world seat see memory at its machine addresses.
 */
#ifndef MONITOR_TYPES_H
#define MONITOR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	uint64_t v;
} hpa_t; /* host physical: what the memory bus sees */

static inline hpa_t hpa(uint64_t v)
{
	return (hpa_t){v};
}

/* A number of up to 8 bytes in a structure that firmware, a loader or Linux defines. */
static inline uint64_t get_at(const void *base, size_t offset, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, (const uint8_t *)base + offset, size);
	return v;
}

static inline void put_at(void *base, size_t offset, uint64_t value, size_t size)
{
	memcpy((uint8_t *)base + offset, &value, size);
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
