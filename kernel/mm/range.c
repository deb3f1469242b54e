// SPDX-License-Identifier: BSD-2-Clause
/*
 * The sorted list of an address space's ranges. Its length is bounded by aspace.c, and most look-ups
 * hit the range of the one before.
 */
#include <kernel/mm/range.h>
#include <include/abi/syscall.h>

int range_new(struct memobj *o, unsigned prot, struct range **out)
{
	struct range *r = kalloc(sizeof(*r));
	int err;

	if (!r)
		return -MERLON_ENOMEM;
	if (o) {
		err = memobj_map_begin(o, prot);
		if (err) {
			kfree(r);
			return err;
		}
		r->obj = memobj_get(o);
	}
	r->prot = prot;
	*out = r;
	return 0;
}

void range_drop_list(struct range *list)
{
	struct range *next;

	for (; list; list = next) {
		next = list->next;
		if (list->obj) {
			memobj_map_end(list->obj, list->prot);
			memobj_put(list->obj);
		}
		kfree(list);
	}
}

struct range *range_at_or_after(struct aspace *as, uint64_t va)
{
	struct range *r = as->hint;

	if (!r || va < r->base)
		r = as->first;
	while (r && r->base + r->size <= va)
		r = r->next;
	if (r)
		as->hint = r;
	return r;
}

static int split_at(struct aspace *as, uint64_t va)
{
	struct range *r = range_at_or_after(as, va), *upper;
	int err;

	if (!r || r->base >= va)
		return 0;
	/* Or unmapping every other page of a reservation, which costs no page, would have no end. */
	if (as->count >= MAX_RANGES)
		return -MERLON_ENOMEM;
	err = range_new(r->obj, r->prot, &upper);
	if (err)
		return err;
	upper->base = va;
	upper->size = r->base + r->size - va;
	upper->off = r->off + (va - r->base);
	upper->flags = r->flags;
	upper->name = r->name;
	upper->next = r->next;
	r->size = va - r->base;
	r->next = upper;
	as->count++;
	return 0;
}

int range_split(struct aspace *as, uint64_t va, uint64_t len)
{
	int err = split_at(as, va);

	return err ? err : split_at(as, va + len);
}

struct range *range_unlink(struct aspace *as, uint64_t va, uint64_t len)
{
	struct range **link = &as->first, *list, **end;

	while (*link && (*link)->base < va)
		link = &(*link)->next;
	list = *link;
	for (end = link; *end && (*end)->base < va + len; end = &(*end)->next)
		as->count--;
	if (end == link)
		return NULL;
	*link = *end;
	*end = NULL;
	as->hint = NULL;
	return list;
}

void range_link(struct aspace *as, struct range *r)
{
	struct range **link = &as->first;

	while (*link && (*link)->base < r->base)
		link = &(*link)->next;
	r->next = *link;
	*link = r;
	as->count++;
}

bool range_list_visible(const struct range *list)
{
	for (; list; list = list->next)
		if (list->prot)
			return true;
	return false;
}
