/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few string functions that ring 0 uses. GCC emits calls to the first four on its own.
 * Semantics are the C library's unless said otherwise.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/* Zeroes memory that held a secret; never optimised away. */
void memzero_explicit(void *dst, size_t n);

#endif
