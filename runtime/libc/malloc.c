/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The allocator. Memory comes from SYS_MAP in regions; a region is a row of blocks that ends
 * with a sentinel. Each block knows its own size and its predecessor's, so neighbours that are
 * free merge. Sizes are counted in units of 16 bytes.
 *
 * A header carries a check word made with a secret of this process: a header that was overrun,
 * and a free of something that is no block in use, end the process instead of corrupting it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/crt/runtime.h"

#define UNIT	   16ul
#define REGION	   (32ul << 10) /* least bytes taken at once */
#define REGION_MAX (1ul << 30)
#define MIN_UNITS  3 /* header, and the links of a free block */
#define BINS	   24

enum block_state {
	BLOCK_FREE = 0x46524545,
	BLOCK_USED = 0x55534544,
	BLOCK_END = 0x454e4421,
};

struct block {
	uint32_t units; /* header included; 0 at the end of a region */
	uint32_t prev; /* units of the block before; 0 at the start of a region */
	uint32_t slack; /* bytes at the end that were not asked for */
	uint32_t check;
};

struct free_block {
	struct block b;
	struct free_block *next, *prev;
};

_Static_assert(sizeof(struct block) == UNIT, "payload alignment");
_Static_assert(sizeof(struct free_block) <= MIN_UNITS * UNIT, "free block fits");

static struct rt_lock heap_lock;
static struct free_block *bins[BINS]; /* bin n: blocks of 2^n units and more */

static uint32_t check_word(const struct block *b, enum block_state state)
{
	uint64_t v = (uintptr_t)b ^ rt_program.start->random[1];

	v = (v ^ b->units) * 0x9e3779b97f4a7c15ull;
	v = (v ^ b->prev ^ ((uint64_t)b->slack << 32)) * 0xff51afd7ed558ccdull;
	return (uint32_t)(v >> 32) ^ state;
}

static void set_state(struct block *b, enum block_state state)
{
	b->check = check_word(b, state);
}

static bool in_state(const struct block *b, enum block_state state)
{
	return b->check == check_word(b, state);
}

static struct block *after(const struct block *b)
{
	return (struct block *)((uintptr_t)b + b->units * UNIT);
}

static struct block *before(const struct block *b)
{
	return (struct block *)((uintptr_t)b - b->prev * UNIT);
}

static unsigned int bin_of(uint32_t units)
{
	unsigned int n = 31 - __builtin_clz(units);

	return n < BINS ? n : BINS - 1;
}

static void corrupted(void) __noreturn;
static void corrupted(void)
{
	rt_log(LOG_ERR, "heap corrupted, or freed twice");
	sys_panic(TEE_ERROR_SECURITY);
}

/* Whatever changes a block or its neighbour's size says so to the one behind it. */
static void set_prev(struct block *b, uint32_t prev, enum block_state state)
{
	if (!in_state(b, state))
		corrupted();
	b->prev = prev;
	set_state(b, state);
}

static enum block_state state_of(const struct block *b)
{
	uint32_t state = b->check ^ check_word(b, (enum block_state)0);

	if (state != BLOCK_FREE && state != BLOCK_USED && state != BLOCK_END)
		corrupted();
	return (enum block_state)state;
}

static void bin_add(struct block *b)
{
	struct free_block *f = (struct free_block *)b;
	struct free_block **bin = &bins[bin_of(b->units)];

	b->slack = 0;
	set_state(b, BLOCK_FREE);
	f->prev = NULL;
	f->next = *bin;
	if (f->next)
		f->next->prev = f;
	*bin = f;
}

static void bin_remove(struct block *b)
{
	struct free_block *f = (struct free_block *)b;

	if (!in_state(b, BLOCK_FREE) || (f->next && f->next->prev != f) ||
	    (f->prev && f->prev->next != f))
		corrupted();
	if (f->next)
		f->next->prev = f->prev;
	if (f->prev)
		f->prev->next = f->next;
	else
		bins[bin_of(b->units)] = f->next;
}

static struct block *find_free(uint32_t units)
{
	for (unsigned int n = bin_of(units); n < BINS; n++) {
		for (struct free_block *f = bins[n]; f; f = f->next) {
			if (f->b.units >= units)
				return &f->b;
		}
	}
	return NULL;
}

static struct block *new_region(uint32_t units)
{
	size_t bytes = (units + 1) * UNIT;
	struct block *b, *end;
	long addr;

	bytes = bytes < REGION ? REGION : (bytes + RT_PAGE - 1) & -RT_PAGE;
	addr = sys_map(bytes, PROT_READ | PROT_WRITE, 0);
	if (addr < 0)
		return NULL;
	b = (struct block *)addr;
	b->units = bytes / UNIT - 1;
	b->prev = 0;
	end = after(b);
	end->units = 0;
	end->prev = b->units;
	end->slack = 0;
	set_state(end, BLOCK_END);
	bin_add(b);
	return b;
}

/* Cuts b, which is in no bin, to `units` and gives the rest back. */
static void trim(struct block *b, uint32_t units)
{
	uint32_t rest = b->units - units;
	struct block *next = after(b), *r;

	if (rest < MIN_UNITS)
		return;
	b->units = units;
	r = after(b);
	if (state_of(next) == BLOCK_FREE) {
		bin_remove(next);
		rest += next->units;
		next = after(next);
	}
	r->units = rest;
	r->prev = units;
	set_prev(next, rest, state_of(next));
	bin_add(r);
}

static void use(struct block *b, size_t size)
{
	b->slack = (b->units - 1) * UNIT - size;
	set_state(b, BLOCK_USED);
}

static bool units_for(size_t size, uint32_t *units)
{
	if (size > REGION_MAX)
		return false;
	*units = (size + UNIT - 1) / UNIT + 1;
	if (*units < MIN_UNITS)
		*units = MIN_UNITS;
	return true;
}

static struct block *take(size_t size)
{
	struct block *b;
	uint32_t units;

	if (!units_for(size, &units))
		return NULL;
	b = find_free(units);
	if (!b)
		b = new_region(units);
	if (!b)
		return NULL;
	bin_remove(b);
	trim(b, units);
	use(b, size);
	return b;
}

/* b is in no bin. Merges it with free neighbours; a region that is all free goes back. */
static void give(struct block *b)
{
	struct block *next = after(b);
	enum block_state state = state_of(next);

	if (state == BLOCK_FREE) {
		bin_remove(next);
		b->units += next->units;
		next = after(b);
		state = state_of(next);
	}
	if (b->prev && state_of(before(b)) == BLOCK_FREE) {
		struct block *prev = before(b);

		bin_remove(prev);
		prev->units += b->units;
		b = prev;
	}
	if (!b->prev && state == BLOCK_END && (b->units + 1) * UNIT > REGION) {
		sys_unmap((uintptr_t)b, (b->units + 1) * UNIT);
		return;
	}
	set_prev(next, b->units, state);
	bin_add(b);
}

static struct block *block_of(void *p)
{
	struct block *b = (struct block *)p - 1;

	if ((uintptr_t)p % UNIT || !in_state(b, BLOCK_USED))
		corrupted();
	return b;
}

static size_t size_of(const struct block *b)
{
	return (b->units - 1) * UNIT - b->slack;
}

void *malloc(size_t size)
{
	struct block *b;

	rt_lock(&heap_lock);
	b = take(size);
	rt_unlock(&heap_lock);
	if (!b) {
		errno = ENOMEM;
		return NULL;
	}
	return b + 1;
}

void free(void *p)
{
	if (!p)
		return;
	rt_lock(&heap_lock);
	give(block_of(p));
	rt_unlock(&heap_lock);
}

void *calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

/* Keeps the place when the block, or the free one behind it, has room. */
static bool resize(struct block *b, size_t size)
{
	struct block *next = after(b);
	uint32_t units;

	if (!units_for(size, &units))
		return false;
	if (units > b->units && state_of(next) == BLOCK_FREE && units <= b->units + next->units) {
		bin_remove(next);
		b->units += next->units;
		next = after(b);
		set_prev(next, b->units, state_of(next));
	}
	if (units > b->units)
		return false;
	trim(b, units);
	use(b, size);
	return true;
}

/* New bytes are zero: TEE_Realloc promises it for blocks of TEE_Malloc's default hint. */
void *realloc(void *p, size_t size)
{
	size_t old;
	bool done;
	void *q;

	if (!p)
		return calloc(1, size);
	rt_lock(&heap_lock);
	old = size_of(block_of(p));
	done = resize(block_of(p), size);
	rt_unlock(&heap_lock);
	q = p;
	if (!done) {
		q = malloc(size);
		if (!q)
			return NULL;
		memcpy(q, p, old < size ? old : size);
		free(p);
	}
	if (size > old)
		memset((char *)q + old, 0, size - old);
	return q;
}
