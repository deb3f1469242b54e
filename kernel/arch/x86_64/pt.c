// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page tables of processes, and what keeps the TLBs of all CPUs honest.
 *
 * CR3 stays loaded when a CPU leaves user mode or goes to the REE, so that a call into the same
 * process costs no flush. A translation that was taken away is dropped in this way:
 *   - every table set has a generation; arch_pt_flush() advances it;
 *   - a CPU that enters user mode first publishes the tables in percpu.active, then compares the
 *     generation with the one it loaded, and reloads CR3 when they differ;
 *   - arch_pt_flush() has each other CPU preempted that is in user mode on these tables, and waits
 *     until it has entered the kernel once. Entry clears `active` before it takes any lock, so
 *     the wait cannot deadlock. It happens only to services that several threads may enter at once.
 * The kernel never follows a user address itself (aspace.c copies through the direct map), so
 * ring 0 may have stale translations.
 *
 * A table page that becomes empty is kept by its table set until that dies: a CPU that has the set
 * loaded may still walk it speculatively, and may only find entries of the same process there.
 * The last CPU that had a dead set loaded frees it.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/include/mm.h>
#include <kernel/mm/page.h>
#include <kernel/transport/transport.h>
#include <include/abi/syscall.h>

/* The last page stays empty: SYSRET must never see the first non-canonical address. */
const uint64_t arch_user_base = 1ull << 30;
const uint64_t arch_user_end = (1ull << 47) - PAGE_SIZE;

#define ENTRIES	   512
#define TABLE_BITS (PTE_P | PTE_W | PTE_U | PTE_A)
#define TABLE_SPAN (PAGE_SIZE * ENTRIES) /* bytes that one last-level table maps */

struct arch_pt {
	paddr_t root;
	struct quota *q; /* the owner's; not touched after arch_pt_destroy() */
	uint64_t gen; /* atomic */
	uint32_t refs; /* the owner, and each CPU that has it loaded; atomic */
	uint64_t spare; /* table pages unlinked but kept: a list through entry 0 */
};

static uint64_t *table(uint64_t entry)
{
	return page_ptr(paddr(entry & PTE_FRAME));
}

int arch_pt_create(struct quota *q, struct arch_pt **out)
{
	const uint64_t *kernel = page_ptr(paddr(boot_params.root));
	struct arch_pt *pt = kalloc(sizeof(*pt));
	uint64_t *root;
	int r;

	if (!pt)
		return -MERLON_ENOMEM;
	r = page_alloc(q, &pt->root);
	if (r) {
		kfree(pt);
		return r;
	}
	root = page_ptr(pt->root);
	for (unsigned i = ENTRIES / 2; i < ENTRIES; i++)
		root[i] = kernel[i];
	pt->q = q;
	pt->refs = 1;
	pt->gen = 1;
	*out = pt;
	return 0;
}

/* --- Death ----------------------------------------------------------------------------------- */

/* Frees the table at `entry` and all below it. Level 1 holds pages, which are not ours. */
static void free_tables(uint64_t entry, unsigned level)
{
	uint64_t *t = table(entry);

	for (unsigned i = 0; level > 1 && i < ENTRIES; i++)
		if (t[i] & PTE_P)
			free_tables(t[i], level - 1);
	page_free_idle(paddr(entry & PTE_FRAME));
}

static void pt_put(struct arch_pt *pt)
{
	uint64_t *root, next;

	if (__atomic_sub_fetch(&pt->refs, 1, __ATOMIC_ACQ_REL))
		return;
	root = page_ptr(pt->root);
	for (unsigned i = 0; i < ENTRIES / 2; i++)
		if (root[i] & PTE_P)
			free_tables(root[i], 3);
	for (; pt->spare; pt->spare = next) {
		next = *table(pt->spare);
		page_free_idle(paddr(pt->spare));
	}
	page_free_idle(pt->root);
	kfree(pt);
}

static uint64_t count_tables(uint64_t entry, unsigned level)
{
	uint64_t *t = table(entry), n = 1;

	for (unsigned i = 0; level > 1 && i < ENTRIES; i++)
		if (t[i] & PTE_P)
			n += count_tables(t[i], level - 1);
	return n;
}

/*
 * The owner is done and no CPU is in user mode on it. Its pages count as free from here on,
 * though a CPU that still has it loaded in CR3 keeps them until it loads another.
 */
void arch_pt_destroy(struct quota *q, struct arch_pt *pt)
{
	uint64_t *root = page_ptr(pt->root), n = 1;
	struct percpu *p = this_cpu();

	for (unsigned i = 0; i < ENTRIES / 2; i++)
		if (root[i] & PTE_P)
			n += count_tables(root[i], 3);
	page_make_idle(q, n);
	if (p->loaded == pt) {
		write_cr3(boot_params.root);
		p->loaded = NULL;
		pt_put(pt);
	}
	pt_put(pt);
}

/* --- Changes: under the address space's lock ---------------------------------------------------- */

static int table_new(struct arch_pt *pt, uint64_t *entry)
{
	paddr_t p;
	int r;

	if (pt->spare) {
		r = page_unmake_idle(pt->q, 1);
		if (r)
			return r;
		p = paddr(pt->spare);
		pt->spare = *table(p.v);
		*table(p.v) = 0;
	} else {
		r = page_alloc(pt->q, &p);
		if (r)
			return r;
	}
	*page_tag(p) = 0;
	*entry = p.v | TABLE_BITS;
	return 0;
}

/* A last-level table without a page in it: unlinked and kept, see above. */
static void table_retire(struct arch_pt *pt, uint64_t *pde)
{
	uint64_t p = *pde & PTE_FRAME;

	*pde = 0;
	*table(p) = pt->spare;
	pt->spare = p;
	page_make_idle(pt->q, 1);
}

static unsigned index_of(uint64_t va, unsigned level)
{
	return va >> (12 + 9 * (level - 1)) & (ENTRIES - 1);
}

/* The directory entry that names the last-level table for va, or NULL when there is none. */
static uint64_t *find_pde(struct arch_pt *pt, uint64_t va)
{
	uint64_t *e = (uint64_t *)page_ptr(pt->root) + index_of(va, 4);

	for (unsigned level = 3; level >= 2; level--) {
		if (!(*e & PTE_P))
			return NULL;
		e = table(*e) + index_of(va, level);
	}
	return *e & PTE_P ? e : NULL;
}

static int prepare_one(struct arch_pt *pt, uint64_t va)
{
	uint64_t *e = (uint64_t *)page_ptr(pt->root) + index_of(va, 4);
	int r;

	for (unsigned level = 3;; level--) {
		if (!(*e & PTE_P)) {
			r = table_new(pt, e);
			if (r)
				return r;
		}
		if (level == 1)
			return 0;
		e = table(*e) + index_of(va, level);
	}
}

static void retire_empty(struct arch_pt *pt, uint64_t at, uint64_t end)
{
	uint64_t *pde;

	for (; at < end; at += TABLE_SPAN) {
		pde = find_pde(pt, at);
		if (pde && !*page_tag(paddr(*pde & PTE_FRAME)))
			table_retire(pt, pde);
	}
}

int arch_pt_prepare(struct quota *q, struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	uint64_t at = va.v & ~(TABLE_SPAN - 1);
	int r;

	for (; at < va.v + len; at += TABLE_SPAN) {
		r = prepare_one(pt, at);
		if (r) {
			retire_empty(pt, va.v & ~(TABLE_SPAN - 1), at);
			return r;
		}
	}
	return 0;
}

/* Accessed and dirty are set at once: the processor never has to write to a table. */
void arch_pt_set(struct arch_pt *pt, uaddr_t va, uint64_t frame, unsigned prot)
{
	uint64_t *pde = find_pde(pt, va.v), *pte, v = 0, old;

	if (!pde)
		panic("page tables not prepared");
	if (prot & (PROT_READ | PROT_WRITE | PROT_EXEC))
		v = frame | PTE_P | PTE_U | PTE_A;
	if (prot & PROT_WRITE)
		v |= PTE_W | PTE_D;
	if (!(prot & PROT_EXEC))
		v |= v ? PTE_NX : 0;
	pte = table(*pde) + index_of(va.v, 1);
	old = *pte;
	__atomic_store_n(pte, v, __ATOMIC_RELAXED);
	*page_tag(paddr(*pde & PTE_FRAME)) += !!v - !!old;
}

void arch_pt_clear(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	uint64_t at = va.v, end = va.v + len, stop, *pde, *pte;
	uint16_t *live;

	for (; at < end; at = stop) {
		stop = (at & ~(TABLE_SPAN - 1)) + TABLE_SPAN;
		pde = find_pde(pt, at);
		if (!pde)
			continue;
		live = page_tag(paddr(*pde & PTE_FRAME));
		for (; at < end && at < stop; at += PAGE_SIZE) {
			pte = table(*pde) + index_of(at, 1);
			*live -= !!*pte;
			__atomic_store_n(pte, 0, __ATOMIC_RELAXED);
		}
		if (!*live)
			table_retire(pt, pde);
	}
}

/* --- Translations: the protocol above ----------------------------------------------------------- */

/* True while p is in user mode on pt and has not left it since it counted `entries`. */
static bool still_inside(const struct percpu *p, const struct arch_pt *pt, uint64_t entries)
{
	return __atomic_load_n(&p->active, __ATOMIC_SEQ_CST) == pt &&
	       __atomic_load_n(&p->entries, __ATOMIC_SEQ_CST) == entries;
}

static void wait_until_left(const struct percpu *p, const struct arch_pt *pt)
{
	uint64_t entries = __atomic_load_n(&p->entries, __ATOMIC_SEQ_CST);

	if (!still_inside(p, pt, entries))
		return;
	transport_kick(p->cpu.id);
	while (still_inside(p, pt, entries))
		cpu_relax();
}

void arch_pt_flush(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	unsigned self = this_cpu()->cpu.id;

	__atomic_add_fetch(&pt->gen, 1, __ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < arch_ncpus(); i++)
		if (i != self)
			wait_until_left(percpu_of(i), pt);
}

static void load(struct percpu *p, struct arch_pt *pt, uint64_t gen)
{
	struct arch_pt *old = p->loaded;

	if (old != pt) {
		__atomic_add_fetch(&pt->refs, 1, __ATOMIC_RELAXED);
		p->loaded = pt;
	}
	p->loaded_gen = gen;
	write_cr3(pt->root.v);
	if (old && old != pt)
		pt_put(old);
}

void pt_enter(struct percpu *p, struct arch_pt *pt)
{
	uint64_t gen;

	p->entries++;
	__atomic_store_n(&p->active, pt, __ATOMIC_SEQ_CST);
	gen = __atomic_load_n(&pt->gen, __ATOMIC_SEQ_CST);
	if (p->loaded != pt || p->loaded_gen != gen)
		load(p, pt, gen);
}
