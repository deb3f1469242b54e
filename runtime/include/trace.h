/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines from a TA. EMSG, IMSG, DMSG and FMSG put function and line before the text; the
 * _RAW forms do not. TRACE_LEVEL at compile time decides which ones exist; `merlonctl log`
 * shows them.
 */
#ifndef TRACE_H
#define TRACE_H

#include <compiler.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <trace_levels.h>

#ifndef TRACE_LEVEL
#define TRACE_LEVEL TRACE_MAX
#endif

/* func may be NULL; level is TRACE_*. Each line of the text becomes one log record. */
void trace_printf(const char *func, int line, int level, bool level_ok, const char *fmt, ...)
	__printf(5, 6);
void trace_vprintf(const char *func, int line, int level, bool level_ok, const char *fmt,
		   va_list args) __printf(5, 0);
void dhex_dump(const char *func, int line, int level, const void *buf, int len);

#define trace_printf_helper(level, level_ok, ...)                                           \
	do {                                                                                \
		if ((level) <= TRACE_LEVEL)                                                 \
			trace_printf(__func__, __LINE__, (level), (level_ok), __VA_ARGS__); \
	} while (0)

#define trace_printf_helper_raw(level, level_ok, ...)                            \
	do {                                                                     \
		if ((level) <= TRACE_LEVEL)                                      \
			trace_printf(NULL, 0, (level), (level_ok), __VA_ARGS__); \
	} while (0)

#define MSG(...)  trace_printf_helper(TRACE_MIN, false, __VA_ARGS__)
#define EMSG(...) trace_printf_helper(TRACE_ERROR, true, __VA_ARGS__)
#define IMSG(...) trace_printf_helper(TRACE_INFO, true, __VA_ARGS__)
#define DMSG(...) trace_printf_helper(TRACE_DEBUG, true, __VA_ARGS__)
#define FMSG(...) trace_printf_helper(TRACE_FLOW, true, __VA_ARGS__)

#define INMSG(...)  FMSG("> " __VA_ARGS__)
#define OUTMSG(...) FMSG("< " __VA_ARGS__)
#define OUTRMSG(r)                     \
	do {                           \
		OUTMSG("r=[%x]", (r)); \
		return (r);            \
	} while (0)

#define MSG_RAW(...)  trace_printf_helper_raw(TRACE_MIN, false, __VA_ARGS__)
#define EMSG_RAW(...) trace_printf_helper_raw(TRACE_ERROR, true, __VA_ARGS__)
#define IMSG_RAW(...) trace_printf_helper_raw(TRACE_INFO, true, __VA_ARGS__)
#define DMSG_RAW(...) trace_printf_helper_raw(TRACE_DEBUG, true, __VA_ARGS__)
#define FMSG_RAW(...) trace_printf_helper_raw(TRACE_FLOW, true, __VA_ARGS__)

#define DHEXDUMP(buf, len)                                                    \
	do {                                                                  \
		if (TRACE_DEBUG <= TRACE_LEVEL)                               \
			dhex_dump(__func__, __LINE__, TRACE_DEBUG, buf, len); \
	} while (0)

#endif
