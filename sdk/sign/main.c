// SPDX-License-Identifier: BSD-2-Clause
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign.h"

static const struct {
	const char *name;
	int (*run)(const struct args *a);
} commands[] = {
	{"sign", cmd_sign},	{"digest", cmd_digest}, {"stitch", cmd_stitch},
	{"verify", cmd_verify}, {"pubkey", cmd_pubkey},
};

static void usage(FILE *to)
{
	fputs("Usage: merlon-sign [COMMAND] OPTION...\n"
	      "Makes the signed image of a Trusted Application, and checks one.\n\n"
	      "  sign    --uuid=U --key=PEM --in=ELF --out=TA [--version=N]   (when no command is given)\n"
	      "  digest  --uuid=U --key=PUBLIC --in=ELF --dig=FILE [--version=N]\n"
	      "          what to sign elsewhere, in base64\n"
	      "  stitch  --uuid=U --key=PUBLIC --in=ELF --sig=FILE --out=TA [--version=N]\n"
	      "          an image from a signature made elsewhere, in base64\n"
	      "  verify  --key=PEM --in=TA [--uuid=U]\n"
	      "  pubkey  --key=PEM --out=FILE.c [--prefix=NAME]\n"
	      "          the public key as C, for the build of the TEE\n\n"
	      "--version (or --ta-version) is a number, normally 0; a TEE may refuse to go back.\n",
	      to);
}

static bool parse_version(const char *text, uint32_t *version)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (!*text || *text == '-' || *end || v > UINT32_MAX) {
		fprintf(stderr, "merlon-sign: \"%s\" is not a version: a number of 32 bits\n",
			text);
		return false;
	}
	*version = v;
	return true;
}

static bool parse(int argc, char **argv, struct args *a)
{
	static const struct option longs[] = {
		{"uuid", required_argument, NULL, 'u'},
		{"key", required_argument, NULL, 'k'},
		{"in", required_argument, NULL, 'i'},
		{"out", required_argument, NULL, 'o'},
		{"sig", required_argument, NULL, 's'},
		{"dig", required_argument, NULL, 'd'},
		{"version", required_argument, NULL, 'v'},
		{"ta-version", required_argument, NULL, 'v'},
		{"prefix", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char **to[] = {['u'] = &a->uuid, ['k'] = &a->key, ['i'] = &a->in,	   ['o'] = &a->out,
			     ['s'] = &a->sig,  ['d'] = &a->dig, ['p'] = &a->prefix};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		}
		if (c == '?' || (c == 'v' && !parse_version(optarg, &a->version)))
			return false;
		if (c != 'v')
			*to[c] = optarg;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct args a = {0};
	const char *name = "sign";
	unsigned int i;

	if (!parse(argc, argv, &a))
		return EXIT_FAILURE;
	if (argc - optind == 1)
		name = argv[optind];
	for (i = 0; argc - optind <= 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(name, commands[i].name))
			return commands[i].run(&a);
	}
	usage(stderr);
	return EXIT_FAILURE;
}
