/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to the TEE's log: rt_log for the runtime, trace.h and printf for TAs. */
#include <stdio.h>
#include <string.h>
#include "runtime/crt/runtime.h"

#define LOG_BUF 512

/* One record for each line; a line longer than a record goes on in the next. */
static void log_text(int level, const char *text, size_t len)
{
	while (len && text[len - 1] == '\n')
		len--;
	while (len) {
		const char *nl = memchr(text, '\n', len);
		size_t line = nl ? (size_t)(nl - text) : len;
		size_t n = line > MERLON_LOG_TEXT_MAX ? MERLON_LOG_TEXT_MAX : line;

		sys_log(level, text, n);
		n += nl && n == line;
		text += n;
		len -= n;
	}
}

/* What snprintf wrote, given what it returned. */
static size_t written(int n, size_t size)
{
	if (n < 0)
		return 0;
	return (size_t)n < size ? (size_t)n : size - 1;
}

void rt_vlog(int level, const char *fmt, va_list args)
{
	char buf[LOG_BUF];

	log_text(level, buf, written(vsnprintf(buf, sizeof(buf), fmt, args), sizeof(buf)));
}

void rt_log(int level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	rt_vlog(level, fmt, args);
	va_end(args);
}

static int record_level(int trace_level)
{
	switch (trace_level) {
	case TRACE_ERROR:
		return LOG_ERR;
	case TRACE_DEBUG:
	case TRACE_FLOW:
		return LOG_DEBUG;
	default:
		return LOG_INFO;
	}
}

void trace_vprintf(const char *func, int line, int level, bool level_ok, const char *fmt,
		   va_list args)
{
	char buf[LOG_BUF];
	size_t n = 0;

	if (func)
		n = written(snprintf(buf, sizeof(buf), "%s:%d ", func, line), sizeof(buf));
	n += written(vsnprintf(buf + n, sizeof(buf) - n, fmt, args), sizeof(buf) - n);
	log_text(record_level(level), buf, n);
}

void trace_printf(const char *func, int line, int level, bool level_ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trace_vprintf(func, line, level, level_ok, fmt, args);
	va_end(args);
}

void dhex_dump(const char *func, int line, int level, const void *buf, int len)
{
	const uint8_t *bytes = buf;
	char text[3 * 16 + 1];

	for (int i = 0; i < len; i += 16) {
		size_t n = 0;

		for (int j = i; j < len && j < i + 16; j++)
			n += snprintf(text + n, sizeof(text) - n, "%02x ", bytes[j]);
		trace_printf(func, line, level, true, "%04x: %s", i, text);
	}
}

int vprintf(const char *restrict fmt, va_list args)
{
	char buf[LOG_BUF];
	int n = vsnprintf(buf, sizeof(buf), fmt, args);

	log_text(LOG_INFO, buf, written(n, sizeof(buf)));
	return n;
}

int printf(const char *restrict fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintf(fmt, args);
	va_end(args);
	return n;
}

int puts(const char *s)
{
	log_text(LOG_INFO, s, strlen(s));
	return 1;
}

int putchar(int c)
{
	char text = (char)c;

	log_text(LOG_INFO, &text, 1);
	return (unsigned char)c;
}
