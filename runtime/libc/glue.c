/* SPDX-License-Identifier: BSD-2-Clause */
/* What musl's parts need from the parts that are left out. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/crt/runtime.h"
#include "runtime/crt/tcb.h"

int *___errno_location(void);
int __lockfile(FILE *f);
void __unlockfile(FILE *f);
int __uflow(FILE *f);
void __stdio_exit_needed(void);
void __stack_chk_fail(void) __noreturn;

int *__errno_location(void)
{
	return &rt_tcb()->errno_value;
}

/* musl calls it by its hidden name. */
int *___errno_location(void)
{
	return __errno_location();
}

/* The only streams are those inside snprintf and strtol: nobody shares them, none has a file. */
int __lockfile(FILE *f)
{
	return 0;
}

void __unlockfile(FILE *f)
{
}

int __uflow(FILE *f)
{
	return EOF;
}

void __stdio_exit_needed(void)
{
}

/* Text is ASCII here. */
int wctomb(char *s, wchar_t wc)
{
	if (!s)
		return 0;
	if ((unsigned int)wc > 0x7f) {
		errno = EILSEQ;
		return -1;
	}
	*s = (char)wc;
	return 1;
}

char *strerror(int e)
{
	static char text[] = "error";

	return text;
}

void abort(void)
{
	rt_log(LOG_ERR, "abort()");
	sys_panic(TEE_ERROR_GENERIC);
}

_Noreturn void __assert_fail(const char *expr, const char *file, int line, const char *func)
{
	rt_log(LOG_ERR, "assertion failed: %s (%s:%d %s)", expr, file, line, func);
	sys_panic(TEE_ERROR_GENERIC);
}

void __stack_chk_fail(void)
{
	rt_log(LOG_ERR, "stack overrun detected");
	sys_panic(TEE_ERROR_SECURITY);
}
