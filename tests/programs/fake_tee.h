/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TEE device made of a few functions: included in front of the sources under test, whose system
 * calls on the device come here instead.
 */
#ifndef FAKE_TEE_H
#define FAKE_TEE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/tee.h>

#define FAKE_SHMS 256

struct fake_tee {
	unsigned int ioctls, opens, invokes, cancels, allocs, registers;
	int fail; /* errno for the next OPEN_SESSION or INVOKE; then 0 again */
	bool no_register; /* REGISTER fails with EFAULT */
	/* How the last invoke came in, and what it answers. */
	struct tee_ioctl_invoke_arg arg;
	struct tee_ioctl_param params[8];
	uint32_t ret, ret_origin;
	void (*run)(struct tee_ioctl_param *p, unsigned int n);
	struct tee_ioctl_open_session_arg opened;
	struct tee_ioctl_cancel_arg cancel;
};

extern struct fake_tee fake;

void fake_reset(void);
/* The memory of an id; NULL: there is none. */
void *fake_memory(int id);
unsigned int fake_live(void); /* shared memory objects that are not freed */

int fake_open(const char *path, int flags, ...);
int fake_ioctl(int fd, unsigned long cmd, ...);
void *fake_mmap(void *addr, size_t len, int prot, int flags, int fd, long off);
int fake_munmap(void *addr, size_t len);
int fake_close(int fd);

#ifndef FAKE_TEE_ITSELF
#define open   fake_open
#define ioctl  fake_ioctl
#define mmap   fake_mmap
#define munmap fake_munmap
#define close  fake_close
#endif

#endif
