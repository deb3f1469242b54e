// SPDX-License-Identifier: BSD-2-Clause
/*
 * Address spaces: a sorted list of ranges, each a piece of a memory object with rights of its own,
 * over the architecture's page tables.
 *
 * Layout: one gibibyte at a random place, in which each mapping gets a random page of its own. So
 * an absolute address has 35 random bits, and a process needs one table of each upper level.
 *
 * Changes are made in this order: check all, allocate all (ranges, tables), change the
 * tables, flush, and only then let go of the objects, whose pages somebody else may get.
 */
#include <kernel/mm/range.h>
#include <include/abi/syscall.h>
#include <string.h>

#define WINDOW	    (1ull << 30)
#define GUARD	    PAGE_SIZE /* never mapped, on both sides of a randomly placed range */
#define PLACE_TRIES 16
#define PROT_ALL    (PROT_READ | PROT_WRITE | PROT_EXEC)

/* --- Life ------------------------------------------------------------------------------------ */

/* splitmix64: spreads one random seed over all placements of a process. */
static uint64_t next_random(struct aspace *as)
{
	uint64_t z = as->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void choose_window(struct aspace *as)
{
	uint64_t n = (arch_user_end - arch_user_base) / WINDOW;

	as->base = arch_user_base;
	if (n)
		as->base += next_random(as) % n * WINDOW;
	as->end = n ? as->base + WINDOW : arch_user_end;
}

int aspace_create(struct quota *q, struct aspace **out)
{
	struct aspace *as = kalloc(sizeof(*as));
	int r;

	if (!as)
		return -MERLON_ENOMEM;
	r = arch_entropy(&as->random, sizeof(as->random));
	if (!r)
		r = arch_pt_create(q, &as->pt);
	if (r) {
		kfree(as);
		return r;
	}
	as->quota = q;
	choose_window(as);
	*out = as;
	return 0;
}

void aspace_destroy(struct aspace *as)
{
	struct range *all = as->first;

	arch_pt_destroy(as->quota, as->pt);
	range_drop_list(all);
	kfree(as);
}

struct arch_pt *aspace_pt(struct aspace *as)
{
	return as->pt;
}

void aspace_seal_exec(struct aspace *as)
{
	spin_lock(&as->lock);
	as->exec_sealed = true;
	spin_unlock(&as->lock);
}

/* --- Placement -------------------------------------------------------------------------------- */

static bool is_free(struct aspace *as, uint64_t at, uint64_t len)
{
	const struct range *r;

	if (at < as->base + GUARD || len > as->end - GUARD || at > as->end - GUARD - len)
		return false;
	r = range_at_or_after(as, at - GUARD);
	return !r || r->base >= at + len + GUARD;
}

/* Random first; in a crowded window, the first gap. 0 when there is none. */
static uint64_t place(struct aspace *as, uint64_t len)
{
	uint64_t at, span = as->end - as->base;

	if (len > span - 2 * GUARD)
		return 0;
	for (int i = 0; i < PLACE_TRIES; i++) {
		at = as->base + GUARD;
		at += next_random(as) % ((span - 2 * GUARD - len) / PAGE_SIZE + 1) * PAGE_SIZE;
		if (is_free(as, at, len))
			return at;
	}
	at = as->base + GUARD;
	for (const struct range *r = as->first; r; r = r->next) {
		if (is_free(as, at, len))
			return at;
		at = r->base + r->size + GUARD;
	}
	return is_free(as, at, len) ? at : 0;
}

/* --- Map ----------------------------------------------------------------------------------------- */

static unsigned normal_prot(unsigned prot)
{
	return prot ? prot | PROT_READ : PROT_NONE;
}

static int check_map(const struct aspace *as, const struct memobj *o, uint64_t off, uint64_t len,
		     unsigned prot)
{
	uint64_t end;

	if (!len || len % PAGE_SIZE || off % PAGE_SIZE || (prot & ~PROT_ALL))
		return -MERLON_EINVAL;
	if ((prot & PROT_WRITE) && (prot & PROT_EXEC))
		return -MERLON_EACCES;
	if ((prot & PROT_EXEC) && as->exec_sealed)
		return -MERLON_EACCES;
	if (!o)
		return prot ? -MERLON_EINVAL : 0;
	if ((prot & PROT_EXEC) && memobj_kind(o) == MEMOBJ_REE)
		return -MERLON_EACCES;
	if (add_overflow(off, len, &end) || end > ((memobj_size(o) + PAGE_SIZE - 1) & PAGE_MASK))
		return -MERLON_EINVAL;
	return 0;
}

/* All of [va, +len) is mapped, and by nothing that only the kernel may touch. */
static int check_owned(struct aspace *as, uint64_t va, uint64_t len, bool by_kernel)
{
	const struct range *r;
	uint64_t end;

	if (va % PAGE_SIZE || !len || len % PAGE_SIZE || add_overflow(va, len, &end))
		return -MERLON_EINVAL;
	for (; va < end; va = r->base + r->size) {
		r = range_at_or_after(as, va);
		if (!r || r->base > va)
			return -MERLON_EINVAL;
		if (!by_kernel && (r->flags & (MAP_KERNEL | MAP_PARAM)))
			return -MERLON_EPERM;
	}
	return 0;
}

static void set_tables(struct aspace *as, const struct range *r)
{
	if (!r->prot) {
		arch_pt_clear(as->pt, uaddr(r->base), r->size);
		return;
	}
	for (uint64_t at = 0; at < r->size; at += PAGE_SIZE)
		arch_pt_set(as->pt, uaddr(r->base + at), memobj_frame(r->obj, r->off + at),
			    r->prot);
}

/* Puts r where it says, in place of whatever is there; *old gets what was there. */
static int insert_locked(struct aspace *as, struct range *r, unsigned flags, struct range **old)
{
	int err;

	if (flags & MAP_FIXED_REPLACE) {
		err = check_owned(as, r->base, r->size, r->flags & MAP_KERNEL);
		if (!err)
			err = range_split(as, r->base, r->size);
		if (err)
			return err;
	} else {
		r->base = place(as, r->size);
		if (!r->base)
			return -MERLON_ENOMEM;
	}
	if (as->count >= MAX_RANGES)
		return -MERLON_ENOMEM;
	if (r->prot) {
		err = arch_pt_prepare(as->quota, as->pt, uaddr(r->base), r->size);
		if (err)
			return err;
	}
	*old = range_unlink(as, r->base, r->size);
	range_link(as, r);
	set_tables(as, r);
	if (range_list_visible(*old))
		arch_pt_flush(as->pt, uaddr(r->base), r->size);
	return 0;
}

int aspace_map(struct aspace *as, struct memobj *o, uint64_t off, uint64_t len, unsigned prot,
	       unsigned flags, const char *name, uaddr_t *va)
{
	struct range *r, *old = NULL;
	int err;

	if (add_overflow(len, PAGE_SIZE - 1, &len))
		return -MERLON_EINVAL;
	len &= PAGE_MASK;
	prot = normal_prot(prot);
	err = range_new(o, prot, &r);
	if (err)
		return err;
	r->base = va->v;
	r->size = len;
	r->off = off;
	r->flags = flags & ~MAP_FIXED_REPLACE;
	r->name = name;
	spin_lock(&as->lock);
	err = check_map(as, o, off, len, prot);
	if (!err)
		err = insert_locked(as, r, flags, &old);
	if (!err)
		*va = uaddr(r->base);
	spin_unlock(&as->lock);
	range_drop_list(err ? r : old);
	return err;
}

/* --- Unmap and protect --------------------------------------------------------------------------- */

static int unmap_locked(struct aspace *as, uint64_t va, uint64_t len, bool by_kernel,
			struct range **old)
{
	int err = check_owned(as, va, len, by_kernel);

	if (!err)
		err = range_split(as, va, len);
	if (err)
		return err;
	*old = range_unlink(as, va, len);
	arch_pt_clear(as->pt, uaddr(va), len);
	if (range_list_visible(*old))
		arch_pt_flush(as->pt, uaddr(va), len);
	return 0;
}

int aspace_unmap(struct aspace *as, uaddr_t va, uint64_t len, bool by_kernel)
{
	struct range *old = NULL;
	int err;

	if (add_overflow(len, PAGE_SIZE - 1, &len))
		return -MERLON_EINVAL;
	spin_lock(&as->lock);
	err = unmap_locked(as, va.v, len & PAGE_MASK, by_kernel, &old);
	spin_unlock(&as->lock);
	range_drop_list(old);
	return err;
}

static int check_protect(struct aspace *as, uint64_t va, uint64_t end, unsigned prot)
{
	const struct range *r;

	if ((prot & ~PROT_ALL) || ((prot & PROT_WRITE) && (prot & PROT_EXEC)))
		return -MERLON_EINVAL;
	for (r = range_at_or_after(as, va); r && r->base < end; r = r->next) {
		if (prot && !r->obj)
			return -MERLON_EINVAL;
		if ((prot & PROT_EXEC) && !(r->prot & PROT_EXEC))
			return -MERLON_EACCES;
		if ((prot & PROT_WRITE) && !(r->prot & PROT_WRITE) && memobj_sealed(r->obj))
			return -MERLON_EACCES;
	}
	return 0;
}

/* The new rights count from here on, the old ones until after the flush; all or none. */
static int begin_protect(struct range *r, uint64_t end, unsigned prot)
{
	struct range *start = r;
	int err = 0;

	for (; r && r->base < end; r = r->next) {
		err = r->obj ? memobj_map_begin(r->obj, prot) : 0;
		if (err)
			break;
	}
	if (err)
		for (; start != r; start = start->next)
			if (start->obj)
				memobj_map_end(start->obj, prot);
	return err;
}

static int protect_locked(struct aspace *as, uint64_t va, uint64_t len, unsigned prot)
{
	struct range *first, *r;
	uint64_t end = va + len;
	int err = check_owned(as, va, len, false);

	if (!err)
		err = check_protect(as, va, end, prot);
	if (!err)
		err = range_split(as, va, len);
	if (!err && prot)
		err = arch_pt_prepare(as->quota, as->pt, uaddr(va), len);
	if (err)
		return err;
	first = range_at_or_after(as, va);
	err = begin_protect(first, end, prot);
	if (err)
		return err;
	for (r = first; r && r->base < end; r = r->next) {
		struct range changed = *r;

		changed.prot = prot;
		set_tables(as, &changed);
	}
	arch_pt_flush(as->pt, uaddr(va), len);
	for (r = first; r && r->base < end; r = r->next) {
		if (r->obj)
			memobj_map_end(r->obj, r->prot);
		r->prot = prot;
	}
	return 0;
}

int aspace_protect(struct aspace *as, uaddr_t va, uint64_t len, unsigned prot)
{
	int err;

	if (add_overflow(len, PAGE_SIZE - 1, &len))
		return -MERLON_EINVAL;
	spin_lock(&as->lock);
	err = protect_locked(as, va.v, len & PAGE_MASK, normal_prot(prot));
	spin_unlock(&as->lock);
	return err;
}

/* --- Questions -------------------------------------------------------------------------------------- */

int aspace_find(struct aspace *as, uaddr_t va, struct aspace_info *out)
{
	const struct range *r;

	spin_lock(&as->lock);
	r = range_at_or_after(as, va.v);
	if (r)
		*out = (struct aspace_info){
			.base = uaddr(r->base),
			.size = r->size,
			.prot = r->prot,
			.flags = r->flags,
			.name = r->name,
			.obj = r->obj,
			.off = r->off,
		};
	spin_unlock(&as->lock);
	return r ? 0 : -MERLON_ENOENT;
}

bool aspace_check(struct aspace *as, uaddr_t va, uint64_t len, unsigned prot)
{
	const struct range *r;
	uint64_t at = va.v, end;
	bool ok = true;

	if (!len)
		return true;
	if (add_overflow(at, len, &end))
		return false;
	spin_lock(&as->lock);
	for (; ok && at < end; at = r->base + r->size) {
		r = range_at_or_after(as, at);
		ok = r && r->base <= at && r->prot && (r->prot & prot) == prot;
		if (!ok)
			break;
	}
	spin_unlock(&as->lock);
	return ok;
}

/* --- Copies --------------------------------------------------------------------------------------------- */

/* The kernel's view of the byte at va, and how many bytes follow it in its page; or NULL. */
static void *user_byte(struct aspace *as, uint64_t va, unsigned prot, uint64_t *n)
{
	const struct range *r = range_at_or_after(as, va);

	if (!r || r->base > va || !(r->prot & prot))
		return NULL;
	*n = PAGE_SIZE - va % PAGE_SIZE;
	return memobj_ptr(r->obj, r->off + (va - r->base));
}

static int copy(struct aspace *as, uint64_t va, uint8_t *kernel, uint64_t n, bool out)
{
	uint64_t k;
	void *user;

	spin_lock(&as->lock);
	for (; n; n -= k, va += k, kernel += k) {
		user = user_byte(as, va, out ? PROT_WRITE : PROT_READ, &k);
		if (!user)
			break;
		k = k < n ? k : n;
		memcpy(out ? user : kernel, out ? kernel : user, k);
	}
	spin_unlock(&as->lock);
	return n ? -MERLON_EFAULT : 0;
}

int copy_in(struct aspace *as, void *dst, uaddr_t src, uint64_t n)
{
	return copy(as, src.v, dst, n, false);
}

int copy_out(struct aspace *as, uaddr_t dst, const void *src, uint64_t n)
{
	return copy(as, dst.v, (uint8_t *)(uintptr_t)src, n, true);
}
