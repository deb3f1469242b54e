// SPDX-License-Identifier: BSD-2-Clause
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "merlonctl.h"

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Until interrupted, or the device fails. */
static int watch(int fd)
{
	static struct counters now, prev;
	double t_prev = 0, t;
	int err;

	while (!(err = counters_read(fd, &now))) {
		t = now_seconds();
		if (isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		counters_print_table(stdout, &now, t_prev > 0 ? &prev : NULL, t - t_prev);
		if (fflush(stdout))
			return EXIT_FAILURE;
		prev = now;
		t_prev = t;
		sleep(1);
	}
	device_explain("stats", err);
	return EXIT_FAILURE;
}

static int once(int fd, bool raw, const char *name)
{
	static struct counters c;
	int err = counters_read(fd, &c);

	if (err) {
		device_explain("stats", err);
		return EXIT_FAILURE;
	}
	if (!raw && !name) {
		counters_print_table(stdout, &c, NULL, 0);
		return EXIT_SUCCESS;
	}
	if (!counters_print_raw(stdout, &c, name)) {
		fprintf(stderr,
			"merlonctl: no counter \"%s\"; \"merlonctl stats --raw\" lists all\n",
			name);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int cmd_stats(const char *device, int argc, char **argv)
{
	static const struct option longs[] = {
		{"watch", no_argument, NULL, 'w'},
		{"raw", no_argument, NULL, 'r'},
		{0},
	};
	bool raw = false, watching = false;
	int c, fd, status;

	while ((c = getopt_long(argc, argv, "wr", longs, NULL)) != -1) {
		if (c == 'w')
			watching = true;
		else if (c == 'r')
			raw = true;
		else
			return EXIT_FAILURE;
	}
	if (argc - optind > 1 || (watching && (raw || argc > optind))) {
		fprintf(stderr,
			"merlonctl: use stats, stats NAME, stats --raw [NAME], or stats --watch\n");
		return EXIT_FAILURE;
	}
	fd = device_open(device, O_RDONLY);
	if (fd < 0)
		return EXIT_FAILURE;
	status = watching ? watch(fd) : once(fd, raw, argv[optind]);
	close(fd);
	return status;
}
