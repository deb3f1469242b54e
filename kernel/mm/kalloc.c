// SPDX-License-Identifier: BSD-2-Clause
/*
 * Small kernel objects: pages cut into objects of one size. Each page begins with a struct slab.
 * One empty page of each size is kept, as an idle page; all others go back.
 */
#include <kernel/include/arch.h>
#include <kernel/mm/page.h>
#include <kernel/mm/layout.h>
#include <string.h>

struct slab {
	struct slab *next, *prev; /* in its class's list while an object is free */
	void *free; /* linked through the objects' first words */
	uint32_t used;
	uint32_t class;
	uint64_t reserved[4];
};
_Static_assert(sizeof(struct slab) == 64, "objects are aligned to 16");

static const uint16_t sizes[] = {32, 64, 96, 144, 192, 256, 384, 576, 1008, 2016, 4032};

#define CLASSES	   (sizeof(sizes) / sizeof(sizes[0]))
#define KALLOC_MAX 2048

static struct class
{
	spinlock_t lock;
	struct slab *partial; /* pages with a free object */
	struct slab *empty; /* at most one page without any object, or NULL */
} classes[CLASSES];

static void link_partial(struct class *c, struct slab *s)
{
	s->prev = NULL;
	s->next = c->partial;
	if (s->next)
		s->next->prev = s;
	c->partial = s;
}

static void unlink_partial(struct class *c, struct slab *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		c->partial = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

static struct slab *new_slab(unsigned class)
{
	struct slab *s;
	paddr_t page;
	uint8_t *o;

	if (page_alloc(NULL, &page))
		return NULL;
	s = page_ptr(page);
	s->class = class;
	o = (uint8_t *)(s + 1);
	for (; o + sizes[class] <= (uint8_t *)s + PAGE_SIZE; o += sizes[class]) {
		*(void **)o = s->free;
		s->free = o;
	}
	return s;
}

/* A page with a free object, linked in the class's list; under the class's lock. */
static struct slab *get_slab(unsigned class)
{
	struct class *c = &classes[class];
	struct slab *s = c->partial;

	if (s)
		return s;
	s = c->empty;
	if (s) {
		c->empty = NULL;
		(void)page_unmake_idle(NULL, 1);
	} else {
		s = new_slab(class);
	}
	if (s)
		link_partial(c, s);
	return s;
}

void *kalloc(size_t n)
{
	unsigned class = 0;
	struct class *c;
	struct slab *s;
	void **o = NULL;

	if (n > KALLOC_MAX)
		return NULL;
	while (sizes[class] < n)
		class ++;
	c = &classes[class];
	spin_lock(&c->lock);
	s = get_slab(class);
	if (s) {
		o = s->free;
		s->free = *o;
		s->used++;
		*o = NULL;
		if (!s->free)
			unlink_partial(c, s);
	}
	spin_unlock(&c->lock);
	return o;
}

void kfree(void *p)
{
	struct slab *s = (struct slab *)((uint64_t)p & PAGE_MASK), *surplus = NULL;
	struct class *c;

	if (!p)
		return;
	c = &classes[s->class];
	memset(p, 0, sizes[s->class]);
	spin_lock(&c->lock);
	if (!s->free)
		link_partial(c, s);
	*(void **)p = s->free;
	s->free = p;
	if (!--s->used) {
		unlink_partial(c, s);
		if (c->empty) {
			surplus = s;
		} else {
			c->empty = s;
			page_make_idle(NULL, 1);
		}
	}
	spin_unlock(&c->lock);
	if (surplus)
		page_free(NULL, paddr((uint64_t)surplus - mm_direct_offset));
}
