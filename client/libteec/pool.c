// SPDX-License-Identifier: BSD-2-Clause
/*
 * Shared buffers that temporary memory references are copied through, kept from call to call, so
 * that such a reference costs two copies and no system call. A few sizes; of each, a bitmap says
 * which buffers are free, so taking one and giving it back is one atomic operation. Making a new
 * buffer takes a lock.
 *
 * A TA maps whole pages, so it can read all of a buffer that it is given: what one session left there
 * is wiped before another session gets it. (Within one session the TA has seen it already.)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

static const struct {
	size_t size;
	unsigned int most; /* buffers kept, at most POOL_SLOTS */
} classes[POOL_CLASSES] = {
	{4096, 64},
	{16384, 32},
	{65536, 16},
	{262144, 8},
};

void pool_init(struct pool *pool)
{
	pthread_mutex_init(&pool->grow, NULL);
}

static void buf_free(struct pool_buf *buf)
{
	munmap(buf->addr, buf->size);
	free(buf);
}

void pool_destroy(struct pool *pool)
{
	unsigned int c, s;

	for (c = 0; c < POOL_CLASSES; c++) {
		for (s = 0; s < POOL_SLOTS; s++) {
			if (pool->cls[c].slot[s])
				buf_free(pool->cls[c].slot[s]);
		}
	}
	pthread_mutex_destroy(&pool->grow);
}

size_t pool_max(void)
{
	return classes[POOL_CLASSES - 1].size;
}

static struct pool_buf *buf_new(struct teec_ctx *ctx, size_t size, unsigned int c)
{
	struct pool_buf *buf = calloc(1, sizeof(*buf));

	if (!buf)
		return NULL;
	buf->addr = shm_map_new(ctx->fd, size, &buf->id, &buf->size);
	if (!buf->addr) {
		free(buf);
		return NULL;
	}
	buf->cls = c;
	buf->slot = POOL_SLOTS;
	return buf;
}

/* Gives a new buffer a slot of its class while there is one; else it is freed after its use. */
static void pool_adopt(struct pool *pool, struct pool_buf *buf)
{
	struct pool_class *k = &pool->cls[buf->cls];
	unsigned int slot;

	pthread_mutex_lock(&pool->grow);
	if (~k->used) {
		slot = __builtin_ctzll(~k->used);
		if (slot < classes[buf->cls].most) {
			k->used |= 1ull << slot;
			k->slot[slot] = buf;
			buf->slot = slot;
		}
	}
	pthread_mutex_unlock(&pool->grow);
}

static struct pool_buf *class_take(struct pool_class *k)
{
	uint64_t free = atomic_load_explicit(&k->free, memory_order_acquire);

	while (free) {
		if (atomic_compare_exchange_weak_explicit(&k->free, &free, free & (free - 1),
							  memory_order_acquire,
							  memory_order_acquire))
			return k->slot[__builtin_ctzll(free)];
	}
	return NULL;
}

struct pool_buf *pool_get(struct teec_ctx *ctx, size_t size, uint32_t serial, size_t keep)
{
	struct pool_buf *buf = NULL;
	unsigned int c = 0;

	while (c < POOL_CLASSES && size > classes[c].size)
		c++;
	if (c < POOL_CLASSES)
		buf = class_take(&ctx->pool.cls[c]);
	if (!buf) {
		buf = buf_new(ctx, c < POOL_CLASSES ? classes[c].size : size, c);
		if (!buf)
			return NULL;
		if (c < POOL_CLASSES)
			pool_adopt(&ctx->pool, buf);
	}
	if (buf->serial != serial) {
		if (buf->dirty > keep)
			memset((char *)buf->addr + keep, 0, buf->dirty - keep);
		buf->serial = serial;
		buf->dirty = 0;
	}
	if (buf->dirty < size)
		buf->dirty = size;
	return buf;
}

void pool_put(struct teec_ctx *ctx, struct pool_buf *buf)
{
	if (buf->slot == POOL_SLOTS)
		buf_free(buf);
	else
		atomic_fetch_or_explicit(&ctx->pool.cls[buf->cls].free, 1ull << buf->slot,
					 memory_order_release);
}
