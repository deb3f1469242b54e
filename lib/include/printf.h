/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text for ring 0. Conversions: %d %i %u %x %X %p %s %c %%, lengths hh h l ll z,
 * flags - and 0 and #, width and precision as numbers or *. No floating point, no %n.
 */
#ifndef LIB_PRINTF_H
#define LIB_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

/* Both return the length that the whole text needs; what is written is cut and terminated. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
