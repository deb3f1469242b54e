/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ranges of an address space (range.c), used by aspace.c under the address space's lock.
 */
#ifndef MM_RANGE_H
#define MM_RANGE_H

#include <kernel/include/arch.h>
#include <kernel/mm/memobj.h>

struct range {
	struct range *next; /* ascending, disjoint */
	uint64_t base, size;
	struct memobj *obj; /* referenced; NULL: a reservation */
	uint64_t off;
	unsigned prot, flags;
	const char *name;
};

struct aspace {
	spinlock_t lock;
	bool exec_sealed;
	unsigned count; /* of ranges */
	struct range *first;
	struct range *hint; /* the range found last, or NULL */
	struct arch_pt *pt;
	struct quota *quota;
	uint64_t base, end; /* the window */
	uint64_t random; /* state of the placement generator */
};

/* Most ranges of an address space: each costs kernel memory that nobody is charged for. */
#define MAX_RANGES 512

/* A range of o (or NULL) with a reference and, if writable, a place among o's writers. */
int range_new(struct memobj *o, unsigned prot, struct range **out);
/* Lets go of the objects of a list that is in no address space any more. */
void range_drop_list(struct range *list);
/* The range that holds va, or the next one above it, or NULL. */
struct range *range_at_or_after(struct aspace *as, uint64_t va);
/* Makes range borders at va and va + len. -ENOMEM when there would be more than MAX_RANGES. */
int range_split(struct aspace *as, uint64_t va, uint64_t len);
/* Takes all ranges out that lie in [va, +len), after range_split(). */
struct range *range_unlink(struct aspace *as, uint64_t va, uint64_t len);
void range_link(struct aspace *as, struct range *r);
/* True when user mode could reach a page of the list. */
bool range_list_visible(const struct range *list);

#endif
