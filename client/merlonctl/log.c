// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "merlonctl.h"

struct reader {
	int fd;
	int level; /* show this level and what is worse */
	uint64_t tsc_khz;
	size_t have;
	uint8_t buf[65536];
};

/* Prints the whole records in the buffer and keeps the rest; false: damaged. */
static bool drain(struct reader *r)
{
	struct merlon_log_record rec;
	size_t at = 0;
	const char *text;
	long n;

	while ((n = record_parse(r->buf + at, r->have - at, &rec, &text)) > 0) {
		if (rec.level <= r->level)
			record_print(stdout, &rec, text, r->tsc_khz);
		at += n;
	}
	r->have -= at;
	memmove(r->buf, r->buf + at, r->have);
	fflush(stdout);
	return n == 0 && !ferror(stdout);
}

static int read_log(struct reader *r)
{
	for (;;) {
		ssize_t n = read(r->fd, r->buf + r->have, sizeof(r->buf) - r->have);

		if (n == 0 || (n < 0 && errno == EAGAIN))
			return EXIT_SUCCESS;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			device_explain("log", errno);
			return EXIT_FAILURE;
		}
		r->have += n;
		if (!drain(r)) {
			if (!ferror(stdout))
				fprintf(stderr, "merlonctl: this is not a Merlon log\n");
			return EXIT_FAILURE;
		}
	}
}

int cmd_log(const char *device, int argc, char **argv)
{
	static const struct option longs[] = {
		{"follow", no_argument, NULL, 'f'},
		{"level", required_argument, NULL, 'l'},
		{0},
	};
	static struct reader r = {.level = LOG_DEBUG};
	struct merlon_ioc_status s;
	bool follow = false;
	int c, status;

	while ((c = getopt_long(argc, argv, "fl:", longs, NULL)) != -1) {
		if (c == 'f') {
			follow = true;
		} else if (c == 'l') {
			r.level = level_parse(optarg);
			if (r.level < 0) {
				fprintf(stderr,
					"merlonctl: --level takes err, warn, info or debug\n");
				return EXIT_FAILURE;
			}
		} else {
			return EXIT_FAILURE;
		}
	}
	r.fd = device_open(device, O_RDONLY | (follow ? 0 : O_NONBLOCK));
	if (r.fd < 0)
		return EXIT_FAILURE;
	/* Without an answer, times are shown as raw counts: the log is there for bad days. */
	memset(&s, 0, sizeof(s));
	if (!ioctl(r.fd, MERLON_IOC_STATUS, &s))
		r.tsc_khz = s.tsc_khz;
	status = read_log(&r);
	close(r.fd);
	return status;
}
