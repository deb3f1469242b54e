// SPDX-License-Identifier: BSD-2-Clause
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "merlonctl.h"

static const struct {
	const char *name;
	int (*run)(const char *device, int argc, char **argv);
} commands[] = {
	{"status", cmd_status},
	{"log", cmd_log},
	{"stats", cmd_stats},
};

static void usage(FILE *to)
{
	fputs("Usage: merlonctl [--device=FILE] COMMAND\n"
	      "Shows the state of the TEE.\n\n"
	      "  status                  what runs, and how\n"
	      "  log [-f] [-l LEVEL]     messages of the monitor, the TEE and its TAs; -f, --follow:\n"
	      "                          wait for more; -l, --level: err, warn, info or debug and worse\n"
	      "  stats [NAME]            counters; --raw: lines \"name value\"; --watch: every second\n"
	      "  help                    this text\n\n"
	      "The device is /dev/merlon, which only root may open.\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"device", required_argument, NULL, 'D'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *device = "/dev/merlon", *name;
	unsigned int i;
	int c, base;

	while ((c = getopt_long(argc, argv, "+D:h", longs, NULL)) != -1) {
		if (c == 'D') {
			device = optarg;
		} else {
			usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? EXIT_SUCCESS : EXIT_FAILURE;
		}
	}
	base = optind;
	name = argv[base];
	if (name && !strcmp(name, "help")) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	for (i = 0; name && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name))
			continue;
		optind = 0; /* getopt starts anew */
		return commands[i].run(device, argc - base, argv + base);
	}
	if (name)
		fprintf(stderr, "merlonctl: no command \"%s\"\n", name);
	usage(stderr);
	return EXIT_FAILURE;
}
