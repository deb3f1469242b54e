// SPDX-License-Identifier: BSD-2-Clause
/* tee-supplicant: options, the device, becoming a daemon. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "supplicant.h"

#define MAX_DEVICES	16
#define DEFAULT_THREADS 16
#define MOST_THREADS	256

struct options {
	bool daemon, verbose;
	const char *device;
	const char *ta_path; /* replaces all directories */
	unsigned int threads;
};

static void usage(FILE *to)
{
	fputs("Usage: tee-supplicant [OPTION]... [DEVICE]\n"
	      "Serves the TEE: loads Trusted Applications for it, lends it memory.\n\n"
	      "  -d, --daemonize       go to the background once the device is open\n"
	      "  -t, --ta-dir=DIR      look for TAs in DIR first (below /lib when it does not begin\n"
	      "                        with a slash); may be given more than once\n"
	      "  -l, --ta-path=A:B:..  look for TAs in these directories only\n"
	      "  -n, --threads=N       serve at most N requests at once (default 16)\n"
	      "  -v, --verbose         log each request\n"
	      "  -h, --help            this text\n\n"
	      "DEVICE: the first /dev/teeprivN unless given. TAs are looked for as <uuid>.ta in\n"
	      "/lib/merlon, then in /lib/optee_armtz.\n",
	      to);
}

static bool parse_threads(const char *text, unsigned int *n)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (!*text || *end || v < 1 || v > MOST_THREADS) {
		fprintf(stderr,
			"tee-supplicant: --threads takes a number from 1 to %d, not \"%s\"\n",
			MOST_THREADS, text);
		return false;
	}
	*n = v;
	return true;
}

static bool add_dir(const char *dir)
{
	if (ta_add_dir(dir))
		return true;
	fprintf(stderr,
		"tee-supplicant: \"%s\": too many TA directories (%d), or too long a name\n", dir,
		TA_MAX_DIRS);
	return false;
}

static bool add_path(const char *path)
{
	char *copy = strdup(path), *rest = copy, *dir;
	bool ok = copy;

	while (ok && (dir = strsep(&rest, ":")))
		ok = !*dir || add_dir(dir);
	free(copy);
	return ok;
}

/* 0: go on; else exit with (status - 1). */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"daemonize", no_argument, NULL, 'd'},
		{"ta-dir", required_argument, NULL, 't'},
		{"ta-path", required_argument, NULL, 'l'},
		{"threads", required_argument, NULL, 'n'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "dt:l:n:vh", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->daemon = true;
			break;
		case 't':
			if (!add_dir(optarg))
				return 1 + EXIT_FAILURE;
			break;
		case 'l':
			o->ta_path = optarg;
			break;
		case 'n':
			if (!parse_threads(optarg, &o->threads))
				return 1 + EXIT_FAILURE;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			usage(stdout);
			return 1 + EXIT_SUCCESS;
		default:
			usage(stderr);
			return 1 + EXIT_FAILURE;
		}
	}
	if (argc - optind > 1) {
		usage(stderr);
		return 1 + EXIT_FAILURE;
	}
	o->device = argv[optind];
	if (o->ta_path ? !add_path(o->ta_path) : !ta_add_default_dirs())
		return 1 + EXIT_FAILURE;
	return 0;
}

static int open_device(const char *path, uint32_t *gen_caps)
{
	struct tee_ioctl_version_data v;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	memset(&v, 0, sizeof(v));
	if (!ioctl(fd, TEE_IOC_VERSION, &v) && v.impl_id == TEE_IMPL_ID_OPTEE &&
	    (v.gen_caps & TEE_GEN_CAP_PRIVILEGED)) {
		*gen_caps = v.gen_caps;
		return fd;
	}
	close(fd);
	errno = ENODEV;
	return -1;
}

static int find_device(uint32_t *gen_caps)
{
	int n, fd, err = ENOENT;

	for (n = 0; n < MAX_DEVICES; n++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/teepriv%d", n);
		fd = open_device(path, gen_caps);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT)
			err = errno;
	}
	errno = err;
	return -1;
}

static void explain_no_device(const char *device, int err)
{
	const char *hint = "";

	if (err == ENOENT)
		hint = "; load the driver first: modprobe merlon";
	else if (err == EACCES || err == EPERM)
		hint = "; run as root, or as the owner of the device";
	else if (err == EBUSY)
		hint = "; another tee-supplicant is running";
	log_err("cannot open %s: %s%s", device ? device : "/dev/teepriv0", strerror(err), hint);
}

/* The parent ends when the child tells it that the device is open, or fails with the child. */
static bool detach(int *ready)
{
	int pipefd[2];
	char c;

	if (pipe2(pipefd, O_CLOEXEC))
		return false;
	switch (fork()) {
	case -1:
		return false;
	case 0:
		close(pipefd[0]);
		*ready = pipefd[1];
		return setsid() >= 0 && !chdir("/");
	default:
		close(pipefd[1]);
		_exit(read(pipefd[0], &c, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
}

static void close_terminal(int ready)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (null > 2)
			close(null);
	}
	if (write(ready, "", 1) != 1)
		log_err("cannot tell the parent process that all is well: %s", strerror(errno));
	close(ready);
}

int main(int argc, char **argv)
{
	struct options o = {.threads = DEFAULT_THREADS};
	struct supplicant s = {.fd = -1};
	int status = parse(argc, argv, &o);
	int ready = -1, err;

	if (status)
		return status - 1;
	log_init(false, o.verbose);
	if (o.daemon && !detach(&ready)) {
		log_err("cannot go to the background: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	s.max_threads = o.threads;
	s.fd = o.device ? open_device(o.device, &s.gen_caps) : find_device(&s.gen_caps);
	if (s.fd < 0) {
		explain_no_device(o.device, errno);
		return EXIT_FAILURE;
	}
	if (o.daemon) {
		log_init(true, o.verbose);
		close_terminal(ready);
	}
	err = serve(&s);
	log_err("the TEE device failed: %s; see the kernel log and \"merlonctl status\"",
		strerror(err));
	return EXIT_FAILURE;
}
