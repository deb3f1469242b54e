// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory objects: a list of page frames with a kind, a reference count and a seal.
 *
 * Up to INLINE_FRAMES frames live in the object, up to LIST_FRAMES in a list page, more in list
 * pages behind a directory page. An object charges one page for itself besides its lists, so
 * that nobody can make objects without bound.
 */
#include <kernel/include/arch.h>
#include <kernel/mm/memobj.h>
#include <kernel/mm/layout.h>
#include <include/abi/syscall.h>
#include <string.h>

#define INLINE_FRAMES 12
#define LIST_FRAMES   (PAGE_SIZE / sizeof(uint64_t))
#define MAX_FRAMES    (LIST_FRAMES * LIST_FRAMES)
#define SEALED	      (-1)

struct memobj {
	uint32_t refs; /* atomic */
	int32_t writers; /* writable mappings, or SEALED; atomic */
	enum memobj_kind kind;
	uint64_t size; /* as asked for */
	uint64_t pages;
	struct quota *q;
	union {
		uint64_t base; /* MEMOBJ_BOOT: contiguous */
		uint64_t frames[INLINE_FRAMES];
		paddr_t list; /* the list page, or the directory */
	} u;
};

static uint64_t objects; /* atomic */

static uint64_t pages_of(uint64_t size)
{
	return size / PAGE_SIZE + !!(size % PAGE_SIZE);
}

/* --- The list of frames ---------------------------------------------------------------------- */

static uint64_t *frame_slot(const struct memobj *o, uint64_t i)
{
	uint64_t *list;

	if (o->pages <= INLINE_FRAMES)
		return (uint64_t *)&o->u.frames[i];
	list = page_ptr(o->u.list);
	if (o->pages > LIST_FRAMES) {
		list = page_ptr(paddr(list[i / LIST_FRAMES]));
		i %= LIST_FRAMES;
	}
	return &list[i];
}

static void free_lists(struct memobj *o)
{
	uint64_t *dir;

	if (o->kind == MEMOBJ_BOOT || o->pages <= INLINE_FRAMES || !o->u.list.v)
		return;
	if (o->pages > LIST_FRAMES) {
		dir = page_ptr(o->u.list);
		for (uint64_t i = 0; i < LIST_FRAMES && dir[i]; i++)
			page_free(o->q, paddr(dir[i]));
	}
	page_free(o->q, o->u.list);
	o->u.list = paddr(0);
}

static int alloc_lists(struct memobj *o)
{
	uint64_t *dir;
	paddr_t p;
	int r;

	if (o->pages <= INLINE_FRAMES)
		return 0;
	r = page_alloc(o->q, &o->u.list);
	if (r || o->pages <= LIST_FRAMES)
		return r;
	dir = page_ptr(o->u.list);
	for (uint64_t i = 0; i < pages_of(o->pages * sizeof(uint64_t)); i++) {
		r = page_alloc(o->q, &p);
		if (r) {
			free_lists(o);
			return r;
		}
		dir[i] = p.v;
	}
	return 0;
}

uint64_t memobj_frame(const struct memobj *o, uint64_t off)
{
	if (o->kind == MEMOBJ_BOOT)
		return o->u.base + (off & PAGE_MASK);
	return *frame_slot(o, off / PAGE_SIZE);
}

void *memobj_ptr(const struct memobj *o, uint64_t off)
{
	uint64_t p = memobj_frame(o, off) + off % PAGE_SIZE;

	return o->kind == MEMOBJ_REE ? (void *)(p + mm_ree_offset) : page_ptr(paddr(p));
}

/* --- Life ----------------------------------------------------------------------------------------- */

static int new_object(struct quota *q, enum memobj_kind kind, uint64_t size, struct memobj **out)
{
	struct memobj *o;

	if (!size || pages_of(size) > MAX_FRAMES)
		return -MERLON_EINVAL;
	if (quota_charge(q, 1))
		return -MERLON_ENOMEM;
	o = kalloc(sizeof(*o));
	if (!o) {
		quota_uncharge(q, 1);
		return -MERLON_ENOMEM;
	}
	o->refs = 1;
	o->kind = kind;
	o->size = size;
	o->pages = pages_of(size);
	o->q = q;
	__atomic_fetch_add(&objects, 1, __ATOMIC_RELAXED);
	*out = o;
	return 0;
}

static void drop_object(struct memobj *o)
{
	struct quota *q = o->q;

	free_lists(o);
	kfree(o);
	quota_uncharge(q, 1);
	__atomic_fetch_sub(&objects, 1, __ATOMIC_RELAXED);
}

/* Pages of an object may be fewer than its size says only while it is being made. */
static void free_pages(struct memobj *o, uint64_t n)
{
	while (n--)
		page_free(o->q, paddr(*frame_slot(o, n)));
}

int memobj_create(struct quota *q, uint64_t size, struct memobj **out)
{
	struct memobj *o;
	paddr_t p;
	int r;

	/* What cannot succeed should not first take all pages. */
	if (q && pages_of(size) > q->max_pages)
		return -MERLON_ENOMEM;
	r = new_object(q, MEMOBJ_ANON, size, &o);
	if (r)
		return r;
	r = alloc_lists(o);
	if (r)
		goto drop;
	for (uint64_t i = 0; i < o->pages; i++) {
		r = page_alloc(q, &p);
		if (r) {
			free_pages(o, i);
			goto drop;
		}
		*frame_slot(o, i) = p.v;
	}
	*out = o;
	return 0;
drop:
	drop_object(o);
	return r;
}

int memobj_create_boot(paddr_t base, uint64_t size, struct memobj **out)
{
	struct memobj *o;
	int r;

	if (base.v % PAGE_SIZE)
		return -MERLON_EINVAL;
	r = new_object(NULL, MEMOBJ_BOOT, size, &o);
	if (r)
		return r;
	o->u.base = base.v;
	o->writers = SEALED;
	*out = o;
	return 0;
}

int memobj_create_ree(struct quota *q, const raddr_t *frames, uint64_t n, struct memobj **out)
{
	struct memobj *o;
	int r;

	if (!n || n > MAX_FRAMES)
		return -MERLON_EINVAL;
	r = new_object(q, MEMOBJ_REE, n * PAGE_SIZE, &o);
	if (r)
		return r;
	r = alloc_lists(o);
	if (!r)
		r = ree_pin(frames, n, q);
	if (r) {
		drop_object(o);
		return r;
	}
	for (uint64_t i = 0; i < n; i++)
		*frame_slot(o, i) = frames[i].v & PAGE_MASK;
	*out = o;
	return 0;
}

struct memobj *memobj_get(struct memobj *o)
{
	__atomic_fetch_add(&o->refs, 1, __ATOMIC_RELAXED);
	return o;
}

void memobj_put(struct memobj *o)
{
	if (!o || __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (o->kind == MEMOBJ_ANON)
		free_pages(o, o->pages);
	for (uint64_t i = 0; o->kind == MEMOBJ_REE && i < o->pages; i++)
		ree_unpin(raddr(*frame_slot(o, i)));
	drop_object(o);
}

uint64_t memobj_size(const struct memobj *o)
{
	return o->size;
}

enum memobj_kind memobj_kind(const struct memobj *o)
{
	return o->kind;
}

uint64_t memobj_count(void)
{
	return __atomic_load_n(&objects, __ATOMIC_RELAXED);
}

/* --- Seal and mappings -------------------------------------------------------------------------------- */

int memobj_seal(struct memobj *o)
{
	int32_t none = 0;

	if (o->kind == MEMOBJ_REE)
		return -MERLON_EINVAL;
	if (__atomic_compare_exchange_n(&o->writers, &none, SEALED, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return 0;
	return none == SEALED ? 0 : -MERLON_EBUSY;
}

bool memobj_sealed(const struct memobj *o)
{
	return __atomic_load_n(&o->writers, __ATOMIC_ACQUIRE) == SEALED;
}

int memobj_map_begin(struct memobj *o, unsigned prot)
{
	int32_t w;

	if ((prot & PROT_EXEC) && !memobj_sealed(o))
		return -MERLON_EACCES;
	if (!(prot & PROT_WRITE))
		return 0;
	w = __atomic_load_n(&o->writers, __ATOMIC_RELAXED);
	do {
		if (w == SEALED)
			return -MERLON_EACCES;
	} while (!__atomic_compare_exchange_n(&o->writers, &w, w + 1, true, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return 0;
}

void memobj_map_end(struct memobj *o, unsigned prot)
{
	if (prot & PROT_WRITE)
		__atomic_fetch_sub(&o->writers, 1, __ATOMIC_ACQ_REL);
}

/* --- Contents ------------------------------------------------------------------------------------------- */

static int check_span(const struct memobj *o, uint64_t off, uint64_t n)
{
	uint64_t end;

	if (add_overflow(off, n, &end) || end > o->pages * PAGE_SIZE)
		return -MERLON_EINVAL;
	return 0;
}

static uint64_t chunk(uint64_t off, uint64_t n)
{
	uint64_t rest = PAGE_SIZE - off % PAGE_SIZE;

	return n < rest ? n : rest;
}

int memobj_read(struct memobj *o, uint64_t off, void *dst, uint64_t n)
{
	uint8_t *to = dst;
	uint64_t k;

	if (check_span(o, off, n))
		return -MERLON_EINVAL;
	for (; n; n -= k, off += k, to += k) {
		k = chunk(off, n);
		memcpy(to, memobj_ptr(o, off), k);
	}
	return 0;
}

int memobj_write(struct memobj *o, uint64_t off, const void *src, uint64_t n)
{
	const uint8_t *from = src;
	uint64_t k;

	if (check_span(o, off, n))
		return -MERLON_EINVAL;
	if (memobj_sealed(o))
		return -MERLON_EACCES;
	for (; n; n -= k, off += k, from += k) {
		k = chunk(off, n);
		memcpy(memobj_ptr(o, off), from, k);
	}
	return 0;
}
