/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of libteec share. Nothing here is visible outside the library. */
#ifndef LIBTEEC_INTERNAL_H
#define LIBTEEC_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <linux/tee.h>

#include <tee_client_api.h>

#define NPARAMS	   TEEC_CONFIG_PAYLOAD_REF_COUNT
#define PAGE_BYTES 4096ul

/* --- pool.c: shared buffers for temporary memory references ------------------------------- */

#define POOL_CLASSES 4
#define POOL_SLOTS   64 /* one bit each in pool_class.free */

struct pool_buf {
	void *addr;
	size_t size;
	int id; /* of the shared memory, for the ioctl */
	uint32_t serial; /* session that used it last */
	size_t dirty; /* bytes that may hold data of that session */
	uint8_t cls;
	uint8_t slot; /* POOL_SLOTS: not in the pool, freed after use */
};

struct pool_class {
	_Atomic uint64_t free; /* bit n: slot n holds a buffer that nobody uses */
	uint64_t used; /* bit n: slot n holds a buffer; under pool.grow */
	struct pool_buf *slot[POOL_SLOTS];
};

struct pool {
	pthread_mutex_t grow;
	struct pool_class cls[POOL_CLASSES];
};

struct teec_ctx {
	int fd;
	uint32_t gen_caps; /* TEE_GEN_CAP_* */
	_Atomic uint32_t cancel_id;
	_Atomic uint32_t serial;
	struct pool pool;
};

void pool_init(struct pool *pool);
void pool_destroy(struct pool *pool);
/* Largest temporary reference that is copied through the pool. */
size_t pool_max(void);
/*
 * A buffer of at least `size` bytes, the caller's alone until pool_put; NULL with errno. What another
 * session left in it is wiped, except in its first `keep` bytes, which the caller overwrites.
 */
struct pool_buf *pool_get(struct teec_ctx *ctx, size_t size, uint32_t serial, size_t keep);
void pool_put(struct teec_ctx *ctx, struct pool_buf *buf);

/* --- shm.c ---------------------------------------------------------------------------------- */

/* New shared memory, mapped; its size in bytes is rounded up into *mapped. NULL with errno. */
void *shm_map_new(int fd, size_t size, int *id, size_t *mapped);
/* Registers caller's memory: a descriptor that holds the registration, or -1 with errno. */
int shm_register(int fd, void *buffer, size_t size, int *id);

/* --- param.c -------------------------------------------------------------------------------- */

/* What a temporary reference needs undone after the call. */
struct temp {
	struct pool_buf *buf; /* copied through this buffer */
	int fd; /* or registered for the time of the call; -1 */
};

struct params {
	unsigned int count; /* of ioctl parameters */
	uint32_t temps; /* bit n: temp[n] is in use */
	struct temp temp[NPARAMS];
};

/*
 * Translates op->params into p; operation may be NULL. On an error nothing is held. After
 * success, exactly one of params_out (the TEE has answered) and params_drop must follow.
 */
TEEC_Result params_in(struct teec_ctx *ctx, uint32_t serial, TEEC_Operation *op,
		      struct tee_ioctl_param *p, struct params *st);
void params_out(struct teec_ctx *ctx, TEEC_Operation *op, const struct tee_ioctl_param *p,
		struct params *st);
void params_drop(struct teec_ctx *ctx, struct params *st);

/* --- context.c ------------------------------------------------------------------------------ */

/* errno of a failed TEE ioctl, as a result whose origin is COMMS. */
TEEC_Result result_of_errno(int err);

#endif
