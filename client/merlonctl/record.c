// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "merlonctl.h"

static const char *const levels[] = {
	[LOG_ERR] = "err",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static const char *const sources[] = {
	[LOG_SRC_MONITOR] = "monitor",
	[LOG_SRC_KERNEL] = "kernel",
	[LOG_SRC_SERVICE] = "service",
	[LOG_SRC_TA] = "ta",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int level_parse(const char *text)
{
	unsigned int n;

	for (n = 0; n < COUNT(levels); n++) {
		if (!strcmp(text, levels[n]) || (text[0] == (char)('0' + n) && !text[1]))
			return n;
	}
	return -1;
}

long record_parse(const uint8_t *data, size_t n, struct merlon_log_record *r, const char **text)
{
	size_t size;

	if (n < sizeof(*r))
		return 0;
	memcpy(r, data, sizeof(*r));
	if (r->len > MERLON_LOG_TEXT_MAX || r->level >= COUNT(levels) ||
	    r->source >= COUNT(sources))
		return -1;
	size = (sizeof(*r) + r->len + 7) & ~(size_t)7;
	if (n < size)
		return 0;
	*text = (const char *)data + sizeof(*r);
	return size;
}

static void print_time(FILE *to, uint64_t tsc, uint64_t khz)
{
	unsigned __int128 us;

	if (!khz) {
		fprintf(to, "[tsc %llu]", (unsigned long long)tsc);
		return;
	}
	us = (unsigned __int128)tsc * 1000 / khz;
	fprintf(to, "[%5llu.%06u]", (unsigned long long)(us / 1000000),
		(unsigned int)(us % 1000000));
}

void record_print(FILE *to, const struct merlon_log_record *r, const char *text, uint64_t tsc_khz)
{
	unsigned int n;

	print_time(to, r->tsc, tsc_khz);
	fprintf(to, " cpu%u %s", r->cpu, sources[r->source]);
	if (r->pid)
		fprintf(to, "[%u]", r->pid);
	fprintf(to, " %s: ", levels[r->level]);
	for (n = 0; n < r->len; n++) {
		unsigned char c = text[n];

		if ((c >= ' ' && c < 0x7f) || c == '\t')
			fputc(c, to);
		else
			fprintf(to, "\\x%02x", c);
	}
	fputc('\n', to);
}
