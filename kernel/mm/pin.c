// SPDX-License-Identifier: BSD-2-Clause
/*
 * Pins on REE pages, for seats where the REE offers pages one by one: between ree_pin() and
 * ree_unpin() the monitor lets the REE take none of them back. A page that nobody pins stays ours
 * until the REE asks for it, so that a buffer that is used again and again costs one hypercall.
 *
 * Each page has a word, found by its address in a tree of three levels whose nodes are pages. Pinning
 * a page that is ours already takes no lock. Taking pages from the monitor, giving them back, and
 * growing the tree are under `lock`; the tree shrinks only in a reset, when nobody pins.
 */
#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <include/abi/syscall.h>
#include <string.h>

#define OURS	   (1u << 31) /* retrieved; the rest counts pins */
#define TAKING	   (1u << 30) /* in the list of the retrieval that is going on */
#define LEAF_WORDS (PAGE_SIZE / sizeof(uint32_t))
#define NODE_SLOTS (PAGE_SIZE / sizeof(uint64_t))
#define MAX_FRAMES (NODE_SLOTS * NODE_SLOTS * LEAF_WORDS)

static const struct ree_share_ops *ops; /* NULL: all REE RAM is ours to touch, always */
static spinlock_t lock;
static uint64_t *root;
static uint64_t nodes; /* of the tree, below the root; atomic */
static paddr_t list_page; /* what the monitor reads; under `lock` */

void ree_share_init(const struct ree_share_ops *o)
{
	paddr_t page;

	ops = o;
	if (!ops)
		return;
	if (page_alloc(NULL, &page) || page_alloc(NULL, &list_page))
		panic("no memory for shared pages");
	root = page_ptr(page);
}

uint64_t ree_pin_pages(void)
{
	return __atomic_load_n(&nodes, __ATOMIC_RELAXED);
}

/* --- The tree ------------------------------------------------------------------------------- */

static uint64_t *child(uint64_t *slot, struct quota *q)
{
	uint64_t at = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	paddr_t page;

	if (!at) {
		if (!q || page_alloc(q, &page))
			return NULL;
		at = page.v;
		__atomic_add_fetch(&nodes, 1, __ATOMIC_RELAXED);
		__atomic_store_n(slot, at, __ATOMIC_RELEASE);
	}
	return page_ptr(paddr(at));
}

static void free_node(uint64_t *slot, struct quota *q)
{
	page_free(q, paddr(*slot));
	*slot = 0;
	__atomic_sub_fetch(&nodes, 1, __ATOMIC_RELAXED);
}

/* The page's word. NULL: it never had one; with a quota (and the lock): no memory. */
static uint32_t *word(raddr_t page, struct quota *q)
{
	uint64_t n = page.v >> PAGE_SHIFT;
	uint64_t *node;
	uint32_t *leaf;

	if (n >= MAX_FRAMES)
		return NULL;
	node = child(&root[n / LEAF_WORDS / NODE_SLOTS], q);
	if (!node)
		return NULL;
	leaf = (uint32_t *)child(&node[n / LEAF_WORDS % NODE_SLOTS], q);
	return leaf ? &leaf[n % LEAF_WORDS] : NULL;
}

/* --- Pins ----------------------------------------------------------------------------------- */

static bool pin_ours(raddr_t page)
{
	uint32_t *w = word(page, NULL), old;

	if (!w)
		return false;
	old = __atomic_load_n(w, __ATOMIC_RELAXED);
	while (old & OURS)
		if (__atomic_compare_exchange_n(w, &old, old + 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

void ree_unpin(raddr_t page)
{
	if (ops)
		__atomic_fetch_sub(word(page, NULL), 1, __ATOMIC_RELEASE);
}

/* The pages of a list that are not ours yet, each once. */
static int collect(const raddr_t *pages, unsigned n, struct quota *q, unsigned *count)
{
	uint64_t *list = page_ptr(list_page);
	uint32_t *w;

	for (unsigned i = 0; i < n; i++) {
		w = word(pages[i], q);
		if (!w)
			return -MERLON_ENOMEM;
		if (__atomic_load_n(w, __ATOMIC_RELAXED) & (OURS | TAKING))
			continue;
		*w = TAKING;
		list[(*count)++] = pages[i].v;
	}
	return 0;
}

static int take(const raddr_t *pages, unsigned n, struct quota *q)
{
	const uint64_t *list = page_ptr(list_page);
	unsigned count = 0;
	int err = collect(pages, n, q, &count);

	if (!err && count && ops->retrieve(list_page, count))
		err = -MERLON_EFAULT;
	for (unsigned i = 0; i < count; i++)
		__atomic_store_n(word(raddr(list[i]), NULL), err ? 0 : OURS, __ATOMIC_RELEASE);
	return err;
}

static int pin_some(const raddr_t *pages, unsigned n, struct quota *q)
{
	unsigned i = 0;
	int err;

	while (i < n && pin_ours(pages[i]))
		i++;
	if (i == n)
		return 0;
	spin_lock(&lock);
	err = take(pages + i, n - i, q);
	/* Nothing is given back while we have the lock. */
	for (; !err && i < n; i++)
		pin_ours(pages[i]);
	spin_unlock(&lock);
	while (err && i)
		ree_unpin(pages[--i]);
	return err;
}

int ree_pin(const raddr_t *pages, uint64_t n, struct quota *q)
{
	uint64_t done = 0;
	int err = 0;

	for (uint64_t i = 0; i < n; i++)
		if (pages[i].v & ~PAGE_MASK || !ree_range_ok(pages[i], PAGE_SIZE))
			return -MERLON_EFAULT;
	while (ops && done < n && !err) {
		unsigned some = n - done < REE_LIST_MAX ? n - done : REE_LIST_MAX;

		err = pin_some(pages + done, some, q);
		if (!err)
			done += some;
	}
	while (err && done)
		ree_unpin(pages[--done]);
	return err;
}

/* --- Giving back ------------------------------------------------------------------------------ */

/* Takes the page's word to 0 and puts the page on the list. False: it is pinned. */
static bool drop(uint32_t *w, raddr_t page, unsigned *count)
{
	uint64_t *list = page_ptr(list_page);
	uint32_t old = OURS;

	if (!__atomic_compare_exchange_n(w, &old, 0, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return !old; /* never was ours: nothing to give back */
	list[(*count)++] = page.v;
	return true;
}

static void relinquish(unsigned count)
{
	if (count && ops->relinquish(list_page, count))
		panic("the monitor does not take shared pages back");
}

int ree_release(const raddr_t *pages, unsigned n)
{
	unsigned count = 0;
	bool all = true;
	uint32_t *w;

	if (!ops || n > REE_LIST_MAX)
		return -MERLON_EINVAL;
	spin_lock(&lock);
	for (unsigned i = 0; i < n; i++) {
		w = pages[i].v & ~PAGE_MASK ? NULL : word(pages[i], NULL);
		if (w && !drop(w, pages[i], &count))
			all = false;
	}
	relinquish(count);
	spin_unlock(&lock);
	return all ? 0 : -MERLON_EBUSY;
}

static bool release_leaf(uint32_t *leaf, uint64_t first)
{
	unsigned count = 0;
	bool all = true;

	for (unsigned i = 0; i < LEAF_WORDS; i++) {
		all &= drop(&leaf[i], raddr((first + i) << PAGE_SHIFT), &count);
		if (count == REE_LIST_MAX) {
			relinquish(count);
			count = 0;
		}
	}
	relinquish(count);
	return all;
}

/* True: nothing is left in it, and it is freed. */
static bool release_node(uint64_t *node, uint64_t first, struct quota *q)
{
	bool all = true;

	for (uint64_t i = 0; i < NODE_SLOTS; i++) {
		uint32_t *leaf = (uint32_t *)child(&node[i], NULL);

		if (!leaf)
			continue;
		if (release_leaf(leaf, first + i * LEAF_WORDS)) {
			free_node(&node[i], q);
		} else {
			all = false;
		}
	}
	return all;
}

void ree_release_all(struct quota *q)
{
	if (!ops)
		return;
	spin_lock(&lock);
	for (uint64_t i = 0; i < NODE_SLOTS; i++) {
		uint64_t *node = child(&root[i], NULL);

		if (!node || !release_node(node, i * NODE_SLOTS * LEAF_WORDS, q))
			continue;
		free_node(&root[i], q);
	}
	spin_unlock(&lock);
}
