/* SPDX-License-Identifier: BSD-2-Clause */
/* Small macros that TAs written for OP-TEE expect. */
#ifndef UTIL_H
#define UTIL_H

#include <compiler.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_4K 0x1000
#define SIZE_1M 0x100000

#ifndef MAX
#define MAX(a, b)                       \
	(__extension__({                \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a > _b ? _a : _b;      \
	}))
#define MIN(a, b)                       \
	(__extension__({                \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a < _b ? _a : _b;      \
	}))
#endif

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

/* `size` is a power of two. */
#define ROUNDUP(v, size)   (((v) + ((__typeof__(v))(size)-1)) & ~((__typeof__(v))(size)-1))
#define ROUNDDOWN(v, size) ((v) & ~((__typeof__(v))(size)-1))

#define BIT32(n) (UINT32_C(1) << (n))
#define BIT64(n) (UINT64_C(1) << (n))
#define BIT(n)	 BIT32(n)

#define container_of(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

#endif
