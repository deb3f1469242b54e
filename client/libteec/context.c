// SPDX-License-Identifier: BSD-2-Clause
/* Contexts: an open TEE device and what belongs to it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define MAX_DEVICES 16

TEEC_Result result_of_errno(int err)
{
	switch (err) {
	case ENOMEM:
		return TEEC_ERROR_OUT_OF_MEMORY;
	case EINVAL:
	case EFAULT:
	case E2BIG:
		return TEEC_ERROR_BAD_PARAMETERS;
	case EACCES:
	case EPERM:
		return TEEC_ERROR_ACCESS_DENIED;
	case EBUSY:
	case EAGAIN:
		return TEEC_ERROR_BUSY;
	case ENODEV:
	case EPIPE:
	case EIO:
		return TEEC_ERROR_COMMUNICATION;
	default:
		return TEEC_ERROR_GENERIC;
	}
}

/* Opens a device when it is a TEE that this library can talk to: descriptor, or -1 with errno. */
static int open_device(const char *path, bool optee_only, uint32_t *gen_caps)
{
	struct tee_ioctl_version_data v;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	memset(&v, 0, sizeof(v));
	if (!ioctl(fd, TEE_IOC_VERSION, &v) && (v.gen_caps & TEE_GEN_CAP_GP) &&
	    (!optee_only || v.impl_id == TEE_IMPL_ID_OPTEE)) {
		*gen_caps = v.gen_caps;
		return fd;
	}
	close(fd);
	errno = ENODEV;
	return -1;
}

static int find_device(bool optee_only, uint32_t *gen_caps)
{
	int n, fd, err = ENOENT;

	for (n = 0; n < MAX_DEVICES; n++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/tee%d", n);
		fd = open_device(path, optee_only, gen_caps);
		if (fd >= 0)
			return fd;
		if (errno == EACCES || errno == EPERM)
			err = errno;
	}
	errno = err;
	return -1;
}

static int open_named(const char *name, uint32_t *gen_caps)
{
	if (!name || !*name)
		return find_device(false, gen_caps);
	if (!strncmp(name, "/dev/", 5))
		return open_device(name, false, gen_caps);
	if (!strcmp(name, "optee-tz") || !strcmp(name, "merlon"))
		return find_device(true, gen_caps);
	errno = ENOENT;
	return -1;
}

TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context)
{
	struct teec_ctx *ctx;

	if (!context)
		return TEEC_ERROR_BAD_PARAMETERS;
	context->imp.ctx = NULL;
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return TEEC_ERROR_OUT_OF_MEMORY;
	ctx->fd = open_named(name, &ctx->gen_caps);
	if (ctx->fd < 0) {
		int err = errno;

		free(ctx);
		return err == EACCES || err == EPERM ? TEEC_ERROR_ACCESS_DENIED
						     : TEEC_ERROR_ITEM_NOT_FOUND;
	}
	pool_init(&ctx->pool);
	context->imp.ctx = ctx;
	return TEEC_SUCCESS;
}

void TEEC_FinalizeContext(TEEC_Context *context)
{
	struct teec_ctx *ctx;

	if (!context || !context->imp.ctx)
		return;
	ctx = context->imp.ctx;
	context->imp.ctx = NULL;
	pool_destroy(&ctx->pool);
	close(ctx->fd);
	free(ctx);
}
