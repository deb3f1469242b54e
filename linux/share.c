// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sharing with a TEE that sees only what it is given (seat `vm`): every page that a message names is
 * shared first. A page may be in several buffers, so each has a count, and the monitor hears of the
 * first and the last. Where the TEE sees all memory, nothing here does anything.
 *
 * Two warm pools cost no hypercall once they are shared: message and list pages, and small buffers.
 */
#include <linux/genalloc.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include "merlon.h"

#define WARM_CHUNK  SZ_256K
#define WARM_CHUNKS 4
/* Larger buffers are shared one by one: beside their contents a hypercall is nothing. */
#define WARM_BUFFER SZ_64K

/* Pages kept beside those of each CPU. */
#define WARM_PAGES 64

/* --- Counts --- */

static unsigned long count_of(struct merlon_share *s, struct page *page)
{
	void *entry = xa_load(&s->counts, page_to_pfn(page));

	return entry ? xa_to_value(entry) : 0;
}

static int set_count(struct merlon_share *s, struct page *page, unsigned long count)
{
	unsigned long pfn = page_to_pfn(page);

	if (!count) {
		xa_erase(&s->counts, pfn);
		return 0;
	}
	return xa_err(xa_store(&s->counts, pfn, xa_mk_value(count), GFP_KERNEL));
}

/* --- Sharing, at most a list at a time; all of it or nothing --- */

/* Pages in an array, or those of a contiguous kernel buffer. */
struct span {
	struct page **pages; /* NULL: at va */
	void *va;
	size_t n;
};

static struct span span_of(void *va, size_t bytes)
{
	return (struct span){.va = va, .n = bytes >> PAGE_SHIFT};
}

static struct page *nth(const struct span *p, size_t i)
{
	return p->pages ? p->pages[i] : virt_to_page(p->va + (i << PAGE_SHIFT));
}

/* Where the list that begins with page `first` of n ends. */
static size_t list_end(size_t first, size_t n)
{
	return first + min_t(size_t, n - first, MERLON_MEM_LIST_MAX);
}

static int share_some(struct merlon *m, const struct span *p, size_t first, size_t end)
{
	struct merlon_share *s = &m->share;
	unsigned int fresh = 0;
	size_t i;
	int rc = 0;

	for (i = first; i < end; i++) {
		unsigned long count = count_of(s, nth(p, i));

		if (!count)
			s->list[fresh++] = page_to_phys(nth(p, i));
		rc = set_count(s, nth(p, i), count + 1);
		if (rc)
			break;
	}
	if (!rc && fresh)
		rc = m->transport->mem_share(virt_to_phys(s->list), fresh);
	while (rc && i-- > first)
		set_count(s, nth(p, i), count_of(s, nth(p, i)) - 1);
	return rc;
}

/* The TEE keeps what it has used until it is asked. */
static int take_back(struct merlon *m, unsigned int n)
{
	phys_addr_t list = virt_to_phys(m->share.list);
	struct tee_regs regs = {.rdi = TEE_OP_MEM_RELEASE, .rsi = list, .rdx = n};
	int rc = merlon_op(m, &regs);

	/* A dead TEE has nothing. */
	if (rc && rc != -EPIPE)
		return rc;
	return m->transport->mem_reclaim(list, n);
}

static int unshare_some(struct merlon *m, const struct span *p, size_t first, size_t end)
{
	struct merlon_share *s = &m->share;
	unsigned int last = 0;
	size_t i;
	int rc;

	for (i = first; i < end; i++) {
		unsigned long count = count_of(s, nth(p, i));

		if (WARN_ON_ONCE(!count))
			continue;
		if (count == 1)
			s->list[last++] = page_to_phys(nth(p, i));
		set_count(s, nth(p, i), count - 1);
	}
	rc = last ? take_back(m, last) : 0;
	if (rc)
		pr_err_ratelimited("merlon: %u pages stay shared (%d)\n", last, rc);
	/* They are still the TEE's: whoever shares them again must not ask the monitor. */
	for (i = 0; rc && i < last; i++)
		set_count(s, pfn_to_page(PHYS_PFN(s->list[i])), 1);
	return rc;
}

/* The first n pages. */
static int unshare_locked(struct merlon *m, const struct span *p, size_t n)
{
	size_t at, end;
	int rc = 0;

	for (at = 0; at < n; at = end) {
		int err;

		end = list_end(at, n);
		err = unshare_some(m, p, at, end);
		rc = rc ? rc : err;
	}
	return rc;
}

static int share_span(struct merlon *m, const struct span *p)
{
	size_t at, end;
	int rc = 0;

	if (!m->transport->mem_share)
		return 0;
	mutex_lock(&m->share.lock);
	for (at = 0; at < p->n; at = end) {
		end = list_end(at, p->n);
		rc = share_some(m, p, at, end);
		if (rc)
			break;
	}
	if (rc)
		unshare_locked(m, p, at);
	mutex_unlock(&m->share.lock);
	if (rc)
		pr_err_ratelimited("merlon: sharing memory with the TEE failed (%d)\n", rc);
	return rc;
}

static int unshare_span(struct merlon *m, const struct span *p)
{
	int rc;

	if (!m->transport->mem_share)
		return 0;
	mutex_lock(&m->share.lock);
	rc = unshare_locked(m, p, p->n);
	mutex_unlock(&m->share.lock);
	return rc;
}

int merlon_share(struct merlon *m, struct page **pages, size_t n)
{
	const struct span p = {.pages = pages, .n = n};

	return share_span(m, &p);
}

int merlon_unshare(struct merlon *m, struct page **pages, size_t n)
{
	const struct span p = {.pages = pages, .n = n};

	return unshare_span(m, &p);
}

/* --- Buffers --- */

void *merlon_buffer_get(struct merlon *m, size_t bytes, bool warm)
{
	gfp_t flags = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN;
	struct span p;
	void *va = NULL;

	if (warm && m->share.buffers && bytes <= WARM_BUFFER)
		va = (void *)gen_pool_alloc(m->share.buffers, bytes);
	if (va)
		return memset(va, 0, bytes);
	va = alloc_pages_exact(bytes, flags);
	p = span_of(va, bytes);
	if (va && share_span(m, &p)) {
		free_pages_exact(va, bytes);
		va = NULL;
	}
	return va;
}

void merlon_buffer_put(struct merlon *m, void *va, size_t bytes)
{
	const struct span p = span_of(va, bytes);

	if (m->share.buffers && gen_pool_has_addr(m->share.buffers, (unsigned long)va, bytes))
		gen_pool_free(m->share.buffers, (unsigned long)va, bytes);
	else if (!unshare_span(m, &p))
		free_pages_exact(va, bytes);
}

/* Without them all works, by hypercalls. */
static void buffers_init(struct merlon *m)
{
	struct merlon_share *s = &m->share;
	unsigned int i;

	s->buffers = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	for (i = 0; s->buffers && i < WARM_CHUNKS; i++) {
		void *va = merlon_buffer_get(m, WARM_CHUNK, false);

		if (va && gen_pool_add(s->buffers, (unsigned long)va, WARM_CHUNK, NUMA_NO_NODE))
			merlon_buffer_put(m, va, WARM_CHUNK);
	}
}

static void chunk_free(struct gen_pool *pool, struct gen_pool_chunk *chunk, void *data)
{
	free_pages_exact((void *)chunk->start_addr, WARM_CHUNK);
}

/* --- Message and list pages --- */

/* A free page holds the address of the next. */
static void *warm_page_get(struct merlon_share *s)
{
	void **page;

	spin_lock(&s->pages_lock);
	page = s->pages;
	if (page) {
		s->pages = *page;
		s->page_count--;
	}
	spin_unlock(&s->pages_lock);
	return page;
}

static bool warm_page_put(struct merlon_share *s, void **page)
{
	bool kept;

	spin_lock(&s->pages_lock);
	kept = s->page_count < WARM_PAGES;
	if (kept) {
		*page = s->pages;
		s->pages = page;
		s->page_count++;
	}
	spin_unlock(&s->pages_lock);
	return kept;
}

static void *fresh_page(struct merlon *m)
{
	void *va = (void *)__get_free_page(GFP_KERNEL);
	const struct span p = span_of(va, PAGE_SIZE);

	if (va && share_span(m, &p)) {
		free_page((unsigned long)va);
		return NULL;
	}
	return va;
}

void *merlon_shared_page_get(struct merlon *m)
{
	void *va = m->transport->mem_share ? warm_page_get(&m->share) : NULL;

	return va ? va : fresh_page(m);
}

void merlon_shared_page_put(struct merlon *m, void *va)
{
	const struct span p = span_of(va, PAGE_SIZE);

	if (!va || (m->transport->mem_share && warm_page_put(&m->share, va)))
		return;
	if (!unshare_span(m, &p))
		free_page((unsigned long)va);
}

/* As many as the CPUs keep, so that the first calls find them shared. */
static void pages_init(struct merlon *m)
{
	unsigned int i, n = min_t(unsigned int, num_online_cpus() * MERLON_SPARE_PAGES, WARM_PAGES);

	for (i = 0; i < n; i++) {
		void *va = fresh_page(m);

		if (!va)
			return;
		warm_page_put(&m->share, va);
	}
}

/* --- Start and end --- */

int merlon_share_init(struct merlon *m)
{
	struct merlon_share *s = &m->share;
	int rc;

	mutex_init(&s->lock);
	spin_lock_init(&s->pages_lock);
	xa_init(&s->counts);
	if (!m->transport->mem_share)
		return 0;
	/* What an earlier driver shared and did not live to take back. */
	rc = m->transport->mem_reclaim_all();
	if (rc)
		return rc;
	s->list = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!s->list)
		return -ENOMEM;
	/* The TEE reads it too: the first page in the list is the list. */
	s->list[0] = virt_to_phys(s->list);
	rc = m->transport->mem_share(virt_to_phys(s->list), 1);
	if (rc) {
		free_page((unsigned long)s->list);
		s->list = NULL;
		return rc;
	}
	pages_init(m);
	buffers_init(m);
	return 0;
}

void merlon_share_exit(struct merlon *m)
{
	struct merlon_share *s = &m->share;
	void *page;

	if (!s->list)
		return;
	if (m->transport->mem_reclaim_all()) {
		pr_err("merlon: the TEE keeps shared pages: they stay allocated\n");
		return;
	}
	while ((page = warm_page_get(s)))
		free_page((unsigned long)page);
	if (s->buffers) {
		gen_pool_for_each_chunk(s->buffers, chunk_free, NULL);
		gen_pool_destroy(s->buffers);
		s->buffers = NULL;
	}
	free_page((unsigned long)s->list);
	s->list = NULL;
	xa_destroy(&s->counts);
}
