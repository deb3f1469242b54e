// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page allocator. Free pages are always wiped, except those that were never used: page_init()
 * touches no page, and a fresh one is zeroed when it is first handed out.
 */
#include <kernel/include/arch.h>
#include <kernel/mm/page.h>
#include <kernel/mm/layout.h>
#include <include/abi/syscall.h>
#include <string.h>

#define CACHE_PAGES 32
#define CACHE_BATCH 16

struct cache {
	unsigned n;
	uint64_t page[CACHE_PAGES];
} __attribute__((aligned(64)));

struct meta {
	uint16_t tag;
	uint8_t used;
	uint8_t reserved;
};

static spinlock_t lock; /* free_list, free_count, fresh */
static struct cache caches[TEE_MAX_CPUS];
static uint64_t free_list; /* linked through the pages' first words; 0 ends it */
static uint64_t free_count;
static uint64_t first, end, fresh; /* [fresh, end) was never used */
static struct meta *metas;
static uint64_t idle; /* atomic */

void page_init(paddr_t base, uint64_t size)
{
	uint64_t pages = size / PAGE_SIZE;
	uint64_t bytes = (pages * sizeof(struct meta) + PAGE_SIZE - 1) & PAGE_MASK;

	metas = page_ptr(base);
	memset(metas, 0, bytes);
	memset(caches, 0, sizeof(caches));
	first = base.v + bytes;
	end = base.v + pages * PAGE_SIZE;
	fresh = first;
	free_list = 0;
	free_count = 0;
	idle = 0;
}

void *page_ptr(paddr_t p)
{
	return (void *)(p.v + mm_direct_offset);
}

static struct meta *meta_of(uint64_t p)
{
	return &metas[(p - first) / PAGE_SIZE];
}

uint16_t *page_tag(paddr_t p)
{
	return &meta_of(p.v)->tag;
}

/* --- Quota ------------------------------------------------------------------------------------ */

int quota_charge(struct quota *q, uint32_t n)
{
	uint32_t old;

	if (!q)
		return 0;
	old = __atomic_load_n(&q->pages, __ATOMIC_RELAXED);
	do {
		if (n > q->max_pages || old > q->max_pages - n)
			return -MERLON_ENOMEM;
	} while (!__atomic_compare_exchange_n(&q->pages, &old, old + n, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return 0;
}

void quota_uncharge(struct quota *q, uint32_t n)
{
	if (q && __atomic_fetch_sub(&q->pages, n, __ATOMIC_RELAXED) < n)
		panic("quota below zero");
}

/* --- Pages ---------------------------------------------------------------------------------------- */

/* Moves wiped pages from the common list to the cache. */
static void refill(struct cache *c)
{
	uint64_t *link;

	spin_lock(&lock);
	while (c->n < CACHE_BATCH && free_list) {
		c->page[c->n++] = free_list;
		link = page_ptr(paddr(free_list));
		free_list = *link;
		*link = 0;
		free_count--;
	}
	spin_unlock(&lock);
}

static void drain(struct cache *c)
{
	spin_lock(&lock);
	while (c->n > CACHE_PAGES - CACHE_BATCH) {
		uint64_t p = c->page[--c->n];

		*(uint64_t *)page_ptr(paddr(p)) = free_list;
		free_list = p;
		free_count++;
	}
	spin_unlock(&lock);
}

static uint64_t take_fresh(void)
{
	uint64_t p = 0;

	spin_lock(&lock);
	if (fresh < end) {
		p = fresh;
		fresh += PAGE_SIZE;
	}
	spin_unlock(&lock);
	if (p)
		memset(page_ptr(paddr(p)), 0, PAGE_SIZE);
	return p;
}

int page_alloc(struct quota *q, paddr_t *out)
{
	struct cache *c = &caches[arch_cpu()->id];
	uint64_t p;

	if (quota_charge(q, 1))
		return -MERLON_ENOMEM;
	if (!c->n)
		refill(c);
	p = c->n ? c->page[--c->n] : take_fresh();
	if (!p) {
		quota_uncharge(q, 1);
		return -MERLON_ENOMEM;
	}
	meta_of(p)->used = 1;
	*out = paddr(p);
	return 0;
}

static void release(uint64_t p)
{
	struct cache *c = &caches[arch_cpu()->id];

	if (p < first || p >= end || p % PAGE_SIZE)
		panic("freed what is no page");
	if (!meta_of(p)->used)
		panic("page freed twice");
	memset(page_ptr(paddr(p)), 0, PAGE_SIZE);
	meta_of(p)->used = 0;
	if (c->n == CACHE_PAGES)
		drain(c);
	c->page[c->n++] = p;
}

void page_free(struct quota *q, paddr_t p)
{
	release(p.v);
	quota_uncharge(q, 1);
}

/* --- Idle pages ------------------------------------------------------------------------------------ */

void page_make_idle(struct quota *q, uint64_t n)
{
	__atomic_fetch_add(&idle, n, __ATOMIC_RELAXED);
	quota_uncharge(q, (uint32_t)n);
}

int page_unmake_idle(struct quota *q, uint64_t n)
{
	int r = quota_charge(q, (uint32_t)n);

	if (!r)
		__atomic_fetch_sub(&idle, n, __ATOMIC_RELAXED);
	return r;
}

void page_free_idle(paddr_t p)
{
	__atomic_fetch_sub(&idle, 1, __ATOMIC_RELAXED);
	release(p.v);
}

/* --- Counts: exact when nothing runs ---------------------------------------------------------------- */

uint64_t page_total(void)
{
	return (end - first) / PAGE_SIZE;
}

uint64_t page_free_count(void)
{
	uint64_t n;

	spin_lock(&lock);
	n = free_count + (end - fresh) / PAGE_SIZE;
	spin_unlock(&lock);
	for (unsigned i = 0; i < TEE_MAX_CPUS; i++)
		n += __atomic_load_n(&caches[i].n, __ATOMIC_RELAXED);
	return n + __atomic_load_n(&idle, __ATOMIC_RELAXED);
}
