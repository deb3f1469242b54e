// SPDX-License-Identifier: BSD-2-Clause
#define FAKE_TEE_ITSELF
#undef open
#undef ioctl
#undef mmap
#undef munmap
#undef close

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/programs/fake_tee.h"

#define TEE_FD	 1000000
#define FIRST_FD 2000000

struct fake_tee fake;

/* Allocated memory lives until it is unmapped; registered memory, until its descriptor is closed. */
static struct {
	void *memory;
	size_t size;
	bool mapped, registered;
} shms[FAKE_SHMS];

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.ret_origin = 4;
}

void *fake_memory(int id)
{
	return id > 0 && id < FAKE_SHMS ? shms[id].memory : NULL;
}

unsigned int fake_live(void)
{
	unsigned int n, live = 0;

	for (n = 0; n < FAKE_SHMS; n++)
		live += shms[n].memory != NULL;
	return live;
}

static bool is_tee(const char *path)
{
	return !strcmp(path, "/dev/tee0") || !strcmp(path, "/dev/teepriv0");
}

int fake_open(const char *path, int flags, ...)
{
	if (is_tee(path)) {
		fake.opens++;
		return TEE_FD;
	}
	if (strncmp(path, "/dev/tee", 8))
		return open(path, flags);
	errno = ENOENT;
	return -1;
}

static int new_shm(void *memory, size_t size, bool registered, __s32 *id)
{
	int n;

	for (n = 1; n < FAKE_SHMS && shms[n].memory; n++)
		;
	if (n == FAKE_SHMS) {
		errno = ENOMEM;
		return -1;
	}
	shms[n].memory = memory;
	shms[n].size = size;
	shms[n].registered = registered;
	shms[n].mapped = false;
	*id = n;
	return FIRST_FD + n;
}

static int shm_alloc(struct tee_ioctl_shm_alloc_data *d)
{
	fake.allocs++;
	if (d->size > 1 << 30) {
		errno = ENOMEM;
		return -1;
	}
	return new_shm(calloc(1, d->size), d->size, false, &d->id);
}

static int shm_register(struct tee_ioctl_shm_register_data *d)
{
	fake.registers++;
	if (fake.no_register) {
		errno = EFAULT;
		return -1;
	}
	return new_shm((void *)(uintptr_t)d->addr, d->length, true, &d->id);
}

static int failed(void)
{
	errno = fake.fail;
	fake.fail = 0;
	return -1;
}

static int invoke(struct tee_ioctl_buf_data *buf)
{
	struct tee_ioctl_invoke_arg *arg = (void *)(uintptr_t)buf->buf_ptr;
	struct tee_ioctl_param *p = (void *)(arg + 1);

	fake.invokes++;
	if (fake.fail)
		return failed();
	fake.arg = *arg;
	memcpy(fake.params, p, arg->num_params * sizeof(*p));
	if (buf->buf_len != sizeof(*arg) + arg->num_params * sizeof(*p)) {
		errno = EINVAL;
		return -1;
	}
	if (fake.run)
		fake.run(p, arg->num_params);
	arg->ret = fake.ret;
	arg->ret_origin = fake.ret_origin;
	return 0;
}

static int open_session(struct tee_ioctl_buf_data *buf)
{
	struct tee_ioctl_open_session_arg *arg = (void *)(uintptr_t)buf->buf_ptr;

	if (fake.fail)
		return failed();
	fake.opened = *arg;
	arg->session = 77;
	arg->ret = fake.ret;
	arg->ret_origin = fake.ret_origin;
	return 0;
}

int fake_ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	fake.ioctls++;
	if (fd != TEE_FD) {
		errno = EBADF;
		return -1;
	}
	switch (cmd) {
	case TEE_IOC_VERSION:
		*(struct tee_ioctl_version_data *)arg = (struct tee_ioctl_version_data){
			TEE_IMPL_ID_OPTEE, 0,
			TEE_GEN_CAP_GP | TEE_GEN_CAP_REG_MEM | TEE_GEN_CAP_MEMREF_NULL};
		return 0;
	case TEE_IOC_SHM_ALLOC:
		return shm_alloc(arg);
	case TEE_IOC_SHM_REGISTER:
		return shm_register(arg);
	case TEE_IOC_OPEN_SESSION:
		return open_session(arg);
	case TEE_IOC_INVOKE:
		return invoke(arg);
	case TEE_IOC_CANCEL:
		fake.cancels++;
		fake.cancel = *(struct tee_ioctl_cancel_arg *)arg;
		return 0;
	case TEE_IOC_CLOSE_SESSION:
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

void *fake_mmap(void *addr, size_t len, int prot, int flags, int fd, long off)
{
	int id = fd - FIRST_FD;

	if (fd < FIRST_FD)
		return mmap(addr, len, prot, flags, fd, off);
	if (len != shms[id].size) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	shms[id].mapped = true;
	return shms[id].memory;
}

static void drop(int id)
{
	if (!shms[id].registered)
		free(shms[id].memory);
	memset(&shms[id], 0, sizeof(shms[id]));
}

int fake_munmap(void *addr, size_t len)
{
	int n;

	for (n = 1; n < FAKE_SHMS; n++) {
		if (shms[n].memory == addr && !shms[n].registered) {
			drop(n);
			return 0;
		}
	}
	return munmap(addr, len);
}

int fake_close(int fd)
{
	if (fd == TEE_FD)
		return 0;
	if (fd < FIRST_FD)
		return close(fd);
	if (!shms[fd - FIRST_FD].mapped)
		drop(fd - FIRST_FD);
	return 0;
}
