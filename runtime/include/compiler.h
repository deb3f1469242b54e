/* SPDX-License-Identifier: BSD-2-Clause */
/* Short names for compiler attributes, as TAs written for OP-TEE use them. */
#ifndef COMPILER_H
#define COMPILER_H

#define __noreturn		__attribute__((__noreturn__))
#define __pure			__attribute__((__pure__))
#define __unused		__attribute__((__unused__))
#define __maybe_unused		__attribute__((__unused__))
#define __used			__attribute__((__used__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __cold			__attribute__((__cold__))
#define __noinline		__attribute__((__noinline__))
#define __packed		__attribute__((__packed__))
#define __weak			__attribute__((__weak__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __section(x)		__attribute__((__section__(x)))
#define __printf(a, b)		__attribute__((__format__(__printf__, a, b)))
#define __deprecated		__attribute__((__deprecated__))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define __compiler_bswap64(x)	__builtin_bswap64(x)
#define __compiler_bswap32(x)	__builtin_bswap32(x)
#define __compiler_bswap16(x)	__builtin_bswap16(x)
#define ADD_OVERFLOW(a, b, res) __builtin_add_overflow((a), (b), (res))
#define SUB_OVERFLOW(a, b, res) __builtin_sub_overflow((a), (b), (res))
#define MUL_OVERFLOW(a, b, res) __builtin_mul_overflow((a), (b), (res))

#endif
