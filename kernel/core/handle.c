// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/include/handle.h>
#include <kernel/include/process.h>

#define INDEX_BITS 6
#define GEN_MASK   0xffffu
_Static_assert(HANDLES_MAX == 1 << INDEX_BITS, "handle layout");
_Static_assert(HANDLES_MAX * sizeof(struct handle) <= 2048, "kalloc");

int handles_create(struct handle_table *ht)
{
	ht->h = kalloc(HANDLES_MAX * sizeof(*ht->h));
	return ht->h ? 0 : -MERLON_ENOMEM;
}

int64_t handle_add(struct handle_table *ht, enum handle_kind kind, void *ptr)
{
	for (unsigned i = 0; i < HANDLES_MAX; i++) {
		struct handle *h = &ht->h[i];

		if (h->kind != HANDLE_FREE)
			continue;
		h->kind = kind;
		h->gen = (h->gen + 1) & GEN_MASK;
		h->ptr = ptr;
		return (int64_t)h->gen << INDEX_BITS | i;
	}
	return -MERLON_ENOSPC;
}

static struct handle *find(struct handle_table *ht, uint64_t n)
{
	struct handle *h = &ht->h[n & (HANDLES_MAX - 1)];

	return h->kind != HANDLE_FREE && h->gen == n >> INDEX_BITS ? h : NULL;
}

void *handle_find(struct handle_table *ht, uint64_t n, enum handle_kind kind)
{
	struct handle *h = find(ht, n);

	return h && h->kind == kind ? h->ptr : NULL;
}

void *handle_remove(struct handle_table *ht, uint64_t n, enum handle_kind *kind)
{
	struct handle *h = find(ht, n);

	if (!h)
		return NULL;
	*kind = h->kind;
	h->kind = HANDLE_FREE;
	return h->ptr;
}

void handles_destroy(struct process *p)
{
	struct handle *h = p->handles.h;

	if (!h)
		return;
	for (unsigned i = 0; i < HANDLES_MAX; i++) {
		if (h[i].kind == HANDLE_MEMOBJ)
			memobj_put(h[i].obj);
		else if (h[i].kind == HANDLE_REEBUF)
			reebuf_lose(h[i].buf);
	}
	kfree(h);
	p->handles.h = NULL;
}
