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

/* Undoes the first n steps of counting up. */
static void count_down(struct merlon_share *s, struct page **pages, size_t n)
{
	while (n--)
		set_count(s, pages[n], count_of(s, pages[n]) - 1);
}

/* --- Sharing, at most a list at a time; all of it or nothing --- */

static int share_some(struct merlon *m, struct page **pages, size_t n)
{
	struct merlon_share *s = &m->share;
	unsigned int fresh = 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && !rc; i++) {
		unsigned long count = count_of(s, pages[i]);

		if (!count)
			s->list[fresh++] = page_to_phys(pages[i]);
		rc = set_count(s, pages[i], count + 1);
		if (rc)
			break;
	}
	if (!rc && fresh)
		rc = m->transport->mem_share(virt_to_phys(s->list), fresh);
	if (rc)
		count_down(s, pages, i);
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

static int unshare_some(struct merlon *m, struct page **pages, size_t n)
{
	struct merlon_share *s = &m->share;
	unsigned int last = 0;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		unsigned long count = count_of(s, pages[i]);

		if (WARN_ON_ONCE(!count))
			continue;
		if (count == 1)
			s->list[last++] = page_to_phys(pages[i]);
		set_count(s, pages[i], count - 1);
	}
	rc = last ? take_back(m, last) : 0;
	if (rc)
		pr_err_ratelimited("merlon: %u pages stay shared (%d)\n", last, rc);
	/* They are still the TEE's: whoever shares them again must not ask the monitor. */
	for (i = 0; rc && i < last; i++)
		set_count(s, pfn_to_page(PHYS_PFN(s->list[i])), 1);
	return rc;
}

int merlon_share(struct merlon *m, struct page **pages, size_t n)
{
	size_t done, some;
	int rc = 0;

	if (!m->transport->mem_share)
		return 0;
	mutex_lock(&m->share.lock);
	for (done = 0; done < n; done += some) {
		some = min_t(size_t, n - done, MERLON_MEM_LIST_MAX);
		rc = share_some(m, pages + done, some);
		if (rc)
			break;
	}
	for (n = done, done = 0; rc && done < n; done += some) {
		some = min_t(size_t, n - done, MERLON_MEM_LIST_MAX);
		unshare_some(m, pages + done, some);
	}
	mutex_unlock(&m->share.lock);
	if (rc)
		pr_err_ratelimited("merlon: sharing memory with the TEE failed (%d)\n", rc);
	return rc;
}

int merlon_unshare(struct merlon *m, struct page **pages, size_t n)
{
	size_t done, some;
	int rc = 0;

	if (!m->transport->mem_share)
		return 0;
	mutex_lock(&m->share.lock);
	for (done = 0; done < n; done += some) {
		int err;

		some = min_t(size_t, n - done, MERLON_MEM_LIST_MAX);
		err = unshare_some(m, pages + done, some);
		rc = rc ? rc : err;
	}
	mutex_unlock(&m->share.lock);
	return rc;
}

/* A contiguous kernel buffer, page by page. */
static int range(struct merlon *m, void *va, size_t bytes,
		 int (*fn)(struct merlon *m, struct page **pages, size_t n), bool stop)
{
	int rc = 0;
	size_t at;

	for (at = 0; at < bytes; at += PAGE_SIZE) {
		struct page *page = virt_to_page(va + at);
		int err = fn(m, &page, 1);

		rc = rc ? rc : err;
		if (err && stop)
			break;
	}
	if (rc && stop)
		range(m, va, at, merlon_unshare, false);
	return rc;
}

/* --- Buffers --- */

void *merlon_buffer_get(struct merlon *m, size_t bytes, bool warm)
{
	gfp_t flags = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN;
	void *va = NULL;

	if (warm && m->share.buffers && bytes <= WARM_BUFFER)
		va = (void *)gen_pool_alloc(m->share.buffers, bytes);
	if (va)
		return memset(va, 0, bytes);
	va = alloc_pages_exact(bytes, flags);
	if (va && range(m, va, bytes, merlon_share, true)) {
		free_pages_exact(va, bytes);
		va = NULL;
	}
	return va;
}

void merlon_buffer_put(struct merlon *m, void *va, size_t bytes)
{
	if (m->share.buffers && gen_pool_has_addr(m->share.buffers, (unsigned long)va, bytes))
		gen_pool_free(m->share.buffers, (unsigned long)va, bytes);
	else if (!range(m, va, bytes, merlon_unshare, false))
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

void *merlon_shared_page_get(struct merlon *m)
{
	void *va = m->transport->mem_share ? warm_page_get(&m->share) : NULL;
	struct page *page;

	if (va)
		return va;
	va = (void *)__get_free_page(GFP_KERNEL);
	page = va ? virt_to_page(va) : NULL;
	if (va && merlon_share(m, &page, 1)) {
		free_page((unsigned long)va);
		return NULL;
	}
	return va;
}

void merlon_shared_page_put(struct merlon *m, void *va)
{
	struct page *page;

	if (!va || (m->transport->mem_share && warm_page_put(&m->share, va)))
		return;
	page = virt_to_page(va);
	if (!merlon_unshare(m, &page, 1))
		free_page((unsigned long)va);
}

/* As many as the CPUs keep, so that the first calls find them shared. */
static void pages_init(struct merlon *m)
{
	unsigned int i, n = min_t(unsigned int, num_online_cpus() * MERLON_SPARE_PAGES, WARM_PAGES);

	for (i = 0; i < n; i++) {
		void *va = (void *)__get_free_page(GFP_KERNEL);
		struct page *page = va ? virt_to_page(va) : NULL;

		if (!va || merlon_share(m, &page, 1)) {
			free_page((unsigned long)va);
			return;
		}
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
