// SPDX-License-Identifier: BSD-2-Clause
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbolize.h"

static void usage(FILE *to)
{
	fputs("Usage: merlon-symbolize [OPTION]... [LOGFILE]\n"
	      "Copies a log and adds function names and source lines to the crash dumps in it.\n"
	      "Example: merlonctl log | merlon-symbolize --ta build/examples/hello\n\n"
	      "  -t, --ta=WHAT         where a TA's ELF with debug information is: a directory that\n"
	      "                        holds UUID.elf, an ELF file, or UUID=FILE; may be repeated\n"
	      "  -r, --runtime=FILE    runtime.so, for frames in the TA runtime\n"
	      "  -a, --addr2line=PROG  another addr2line than the one of binutils\n"
	      "  -h, --help            this text\n",
	      to);
}

static void annotate(const struct crash_line *c, const char *uuid, const char *addr2line)
{
	const char *elf = files_find(c->module, uuid);

	if (!elf) {
		if (!strcmp(c->module, "image"))
			printf("        (no ELF for TA %s: name its directory with --ta)\n", uuid);
		else if (!strcmp(c->module, "runtime"))
			printf("        (name runtime.so with --runtime)\n");
		return;
	}
	/* All frames but the first are return addresses: the call is just before. */
	if (access(elf, R_OK) ||
	    !lookup(stdout, addr2line, elf, c->offset - (c->frame && c->offset ? 1 : 0)))
		printf("        (%s could not read %s)\n", addr2line, elf);
}

static void run(FILE *in, const char *addr2line)
{
	char uuid[UUID_TEXT + 1] = "";
	struct crash_line c;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) > 0) {
		fputs(line, stdout);
		crash_parse(line, &c);
		/* addr2line writes to our standard output only through us, in order. */
		fflush(stdout);
		if (c.kind == CRASH_HEAD)
			memcpy(uuid, c.uuid, sizeof(uuid));
		else if (c.kind == CRASH_FRAME)
			annotate(&c, uuid, addr2line);
		fflush(stdout);
	}
	free(line);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"ta", required_argument, NULL, 't'},
		{"runtime", required_argument, NULL, 'r'},
		{"addr2line", required_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *addr2line = "addr2line";
	FILE *in = stdin;
	int c;

	while ((c = getopt_long(argc, argv, "t:r:a:h", longs, NULL)) != -1) {
		if (c == 't' && files_add(optarg))
			continue;
		if (c == 'r') {
			files_set_runtime(optarg);
		} else if (c == 'a') {
			addr2line = optarg;
		} else {
			usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? EXIT_SUCCESS : EXIT_FAILURE;
		}
	}
	if (argc - optind > 1) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	if (optind < argc) {
		in = fopen(argv[optind], "r");
		if (!in) {
			perror(argv[optind]);
			return EXIT_FAILURE;
		}
	}
	run(in, addr2line);
	return ferror(in) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
