// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <include/abi/hypercall.h>

#include "merlonctl.h"

static const char *const seats[] = {
	[MERLON_SEAT_WORLD] = "world", [MERLON_SEAT_VM] = "vm", [MERLON_SEAT_MANY] = "many",
	[MERLON_SEAT_GUEST] = "guest", [MERLON_SEAT_TD] = "td",
};

static void print_status(const struct merlon_ioc_status *s)
{
	const char *seat = s->seat < sizeof(seats) / sizeof(seats[0]) ? seats[s->seat] : "unknown";

	printf("TEE        %s\n", s->tee_alive ? "running" : "dead (see \"merlonctl log\")");
	printf("ABI        %u.%u\n", s->abi_version >> 16, s->abi_version & 0xffff);
	printf("seat       %s\n", seat);
	printf("CPUs       %u\n", s->ncpus);
	printf("partition  %u\n", s->partition);
	printf("threads    %u at most\n", s->max_threads);
	printf("memory     %s\n", s->features & MERLON_FEAT_REE_MAPPED
					  ? "all of this Linux's can be shared"
					  : "shared page by page");
	printf("DMA        %s\n", s->features & MERLON_FEAT_DMA_CONTAINED
					  ? "contained by an IOMMU"
					  : "not contained: devices can reach the TEE");
	printf("timer      %s\n", s->features & MERLON_FEAT_TIMER
					  ? "the TEE has one of its own"
					  : "none: TEE_Wait depends on Linux");
	printf("TSC        %llu kHz\n", (unsigned long long)s->tsc_khz);
}

int cmd_status(const char *device, int argc, char **argv)
{
	struct merlon_ioc_status s;
	int fd, err = 0;

	if (argc > 1) {
		fprintf(stderr, "merlonctl: status takes no argument\n");
		return EXIT_FAILURE;
	}
	fd = device_open(device, O_RDONLY);
	if (fd < 0)
		return EXIT_FAILURE;
	memset(&s, 0, sizeof(s));
	if (ioctl(fd, MERLON_IOC_STATUS, &s))
		err = errno;
	close(fd);
	if (err) {
		device_explain("status", err);
		return EXIT_FAILURE;
	}
	print_status(&s);
	return s.tee_alive ? EXIT_SUCCESS : 2;
}
