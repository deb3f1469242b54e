// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: kexec KERNEL INITRAMFS COMMAND_LINE: boots another Linux from this one, without firmware or loader in
 * between. The first two are names of files that QEMU was given (-fw_cfg name=...,file=...).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/reboot.h>

/* docs/specs/fw_cfg.rst of QEMU */
#define SELECT	  0x510
#define DATA	  0x511
#define DIRECTORY 0x19

struct entry {
	uint32_t size; /* these in big endian */
	uint16_t select, reserved;
	char name[56];
};

static void die(const char *what)
{
	fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void receive(void *to, size_t n)
{
	asm volatile("rep insb" : "+D"(to), "+c"(n) : "d"(DATA) : "memory");
}

static struct entry find(const char *name)
{
	struct entry e;
	uint32_t n;

	outw(DIRECTORY, SELECT);
	receive(&n, sizeof(n));
	for (n = __builtin_bswap32(n); n; n--) {
		receive(&e, sizeof(e));
		if (!strncmp(e.name, name, sizeof(e.name)))
			return e;
	}
	errno = ENOENT;
	die(name);
	return e;
}

/* The file in memory. */
static int fetch(const char *name)
{
	struct entry e = find(name);
	size_t size = __builtin_bswap32(e.size);
	int fd = memfd_create(name, 0);
	void *at;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		die(name);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		die(name);
	outw(__builtin_bswap16(e.select), SELECT);
	receive(at, size);
	munmap(at, size);
	return fd;
}

int main(int argc, char **argv)
{
	int kernel, initramfs;

	if (argc != 4) {
		fprintf(stderr, "usage: kexec KERNEL INITRAMFS COMMAND_LINE\n");
		return 2;
	}
	if (iopl(3))
		die("I/O ports");
	kernel = fetch(argv[1]);
	initramfs = fetch(argv[2]);
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(argv[3]) + 1, argv[3], 0ul))
		die("kexec_file_load");
	reboot(LINUX_REBOOT_CMD_KEXEC);
	die("reboot");
}
