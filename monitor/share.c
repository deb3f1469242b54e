// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each hypercall reads its list of pages once, checks and marks all of them, and only then changes
 * tables: what is refused has changed nothing. Translations that become wrong are gone from all
 * CPUs before the hypercall returns.
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>
#include <monitor/share.h>
#include <monitor/spinlock.h>
#include <string.h>

/* Tables that lending and donating may cost by breaking up large pages of Linux. */
#define SPLIT_TABLES 128

enum verb {
	OFFER, /* + enum share_state */
	RECLAIM = 4,
	RETRIEVE,
	RELINQUISH
};

static uint8_t *states; /* NULL: another seat */
static hpa_t roots[PART_COUNT];
static uint64_t offered; /* pages that are not SHARE_NONE */
static uint64_t list[MERLON_MEM_LIST_MAX], count;
static struct spinlock lock; /* of all above */

static uint64_t pages(void)
{
	return layout.ram_end / PAGE_SIZE;
}

uint64_t share_pool_size(void)
{
	if (options.seat != MERLON_SEAT_VM)
		return 0;
	/* The states; the TEE's tables for all RAM by the page; tables for what is broken up. */
	return ALIGN_UP(pages(), PAGE_SIZE) +
	       (layout.ram_end / LARGE_PAGE + layout.ram_end / HUGE_PAGE + 4 + SPLIT_TABLES) *
		       PAGE_SIZE;
}

void share_init(const hpa_t r[PART_COUNT])
{
	if (options.seat != MERLON_SEAT_VM)
		return;
	states = pool_alloc(pages());
	memcpy(roots, r, sizeof(roots));
}

uint8_t share_state(uint64_t addr)
{
	return states && addr < layout.ram_end ? states[addr / PAGE_SIZE] : SHARE_NONE;
}

/* --- Rules ------------------------------------------------------------------------------------ */

static int64_t reclaimed(uint8_t now, uint8_t *next)
{
	*next = SHARE_NONE;
	if (now == SHARE_NONE)
		return MERLON_HC_EINVAL;
	if (now & SHARE_RETRIEVED && tee_alive())
		return (now & SHARE_MODE) == SHARE_DONATED ? MERLON_HC_EPERM : MERLON_HC_EBUSY;
	return MERLON_HC_OK;
}

/* What `verb` makes of a page in state `now`; else an error. */
static int64_t step(unsigned int verb, uint8_t now, uint8_t *next)
{
	switch (verb) {
	case RECLAIM:
		return reclaimed(now, next);
	case RETRIEVE:
		*next = now | SHARE_RETRIEVED;
		return now && !(now & SHARE_RETRIEVED) ? MERLON_HC_OK : MERLON_HC_EINVAL;
	case RELINQUISH:
		/* What was donated goes back for good, the rest stays offered. */
		*next = (now & SHARE_MODE) == SHARE_DONATED ? SHARE_NONE : now & SHARE_MODE;
		return now & SHARE_RETRIEVED ? MERLON_HC_OK : MERLON_HC_EINVAL;
	default:
		*next = (uint8_t)(verb - OFFER);
		return now ? MERLON_HC_EBUSY : MERLON_HC_OK;
	}
}

static bool lendable(uint64_t addr)
{
	/* The ownership table alone: pages that were donated are Linux's there. */
	return !(addr % PAGE_SIZE) && addr < layout.ram_end && memory_is_ree_ram(addr, addr + 1);
}

static void set_state(uint64_t addr, uint8_t next)
{
	uint8_t *s = &states[addr / PAGE_SIZE];

	offered += (next != SHARE_NONE) - (uint64_t)(*s != SHARE_NONE);
	*s = next;
}

/* Marks the first n pages of the list, or says which one cannot be. before: their states. */
static int64_t mark(unsigned int verb, uint8_t *before, uint64_t *n)
{
	int64_t res = MERLON_HC_OK;
	uint8_t next;

	for (*n = 0; *n < count; ++*n) {
		if (!lendable(list[*n]))
			return MERLON_HC_EINVAL;
		before[*n] = share_state(list[*n]);
		res = step(verb, before[*n], &next);
		if (!res && !before[*n] && offered >= pages() / 2)
			res = MERLON_HC_ENOMEM;
		if (res)
			return res;
		set_state(list[*n], next);
	}
	return res;
}

/* --- Tables ------------------------------------------------------------------------------------- */

/* Whether states a and b differ in what a partition, or a device of Linux's, may do. */
static bool differs(enum partition_id part, uint8_t a, uint8_t b)
{
	if (part == PART_TEE)
		return (a ^ b) & SHARE_RETRIEVED;
	return ((a & SHARE_MODE) > SHARE_SHARED) != ((b & SHARE_MODE) > SHARE_SHARED);
}

static int prepare(const uint8_t *before)
{
	static uint32_t splits;

	for (uint64_t i = 0; i < count; i++) {
		uint8_t now = share_state(list[i]);

		for (unsigned int p = 0; p < PART_COUNT; p++)
			if (differs(p, before[i], now) &&
			    second_level_open(virt->format, roots[p], list[i],
					      p == PART_REE ? &splits : NULL, SPLIT_TABLES))
				return -E_NOMEM;
		if (differs(PART_REE, before[i], now) && iommu_open(list[i]))
			return -E_NOMEM;
	}
	return 0;
}

static void change(const uint8_t *before)
{
	bool lost[PART_COUNT] = {0};

	for (uint64_t i = 0; i < count; i++) {
		uint8_t now = share_state(list[i]);

		for (unsigned int p = 0; p < PART_COUNT; p++) {
			if (!differs(p, before[i], now))
				continue;
			lost[p] |= !second_level_set(virt->format, roots[p], list[i],
						     memory_access(p, list[i]));
			if (p == PART_REE)
				iommu_set(list[i]);
		}
	}
	for (unsigned int p = 0; p < PART_COUNT; p++)
		if (lost[p])
			tlb_shootdown(p);
	if (lost[PART_REE])
		iommu_flush();
}

/* Before Linux gets back what the TEE had alone, and once no CPU of the TEE reaches it: nothing of the
 * TEE's is left there. */
static void wipe_unshared(const uint8_t *before)
{
	for (uint64_t i = 0; i < count; i++)
		if (before[i] & SHARE_RETRIEVED && !(share_state(list[i]) & SHARE_RETRIEVED) &&
		    (before[i] & SHARE_MODE) != SHARE_SHARED)
			memset(phys_to_virt(hpa(list[i])), 0, PAGE_SIZE);
}

/* --- Hypercalls ------------------------------------------------------------------------------------ */

/* Reads the caller's list: RDI = address of the page that it lies in, RSI = count. */
static int64_t read_list(struct vcpu *v)
{
	uint64_t at = v->regs.rdi;

	if (!states || !v->regs.rsi || v->regs.rsi > MERLON_MEM_LIST_MAX || at % PAGE_SIZE ||
	    at >= layout.ram_end ||
	    memory_owner(at) != (v->part == PART_TEE ? OWNER_TEE : OWNER_REE) ||
	    !(memory_access(v->part, at) & ACCESS_R))
		return MERLON_HC_EINVAL;
	count = v->regs.rsi;
	memcpy(list, phys_to_virt(hpa(at)), count * sizeof(list[0]));
	return MERLON_HC_OK;
}

static int64_t run_locked(struct vcpu *v, unsigned int verb)
{
	static uint8_t before[MERLON_MEM_LIST_MAX];
	int64_t res = read_list(v);
	uint64_t n = 0;

	if (res)
		return res;
	res = mark(verb, before, &n);
	if (!res && prepare(before))
		res = MERLON_HC_ENOMEM;
	if (res) {
		v->regs.rdi = n;
		while (n--) /* unmark */
			set_state(list[n], before[n]);
		return res;
	}
	/* The TEE loses its pages first; Linux gets them when they are clean. */
	change(before);
	wipe_unshared(before);
	return MERLON_HC_OK;
}

static uint64_t run(struct vcpu *v, unsigned int verb, enum merlon_stat stat)
{
	uint64_t asked = v->regs.rsi;
	int64_t res;

	spin_lock(&lock);
	res = run_locked(v, verb);
	spin_unlock(&lock);
	if (!res)
		v->cpu->stats[stat] += asked;
	else if (res != MERLON_HC_EBUSY) /* which is how one finds out */
		log_limited(LOG_WARN, "sharing", "refused to the %s: verb %u, %lu pages: %ld",
			    v->part == PART_TEE ? "TEE" : "REE", verb, asked, res);
	return (uint64_t)res;
}

uint64_t share_offer(struct vcpu *v)
{
	if (v->regs.rdx < SHARE_SHARED || v->regs.rdx > SHARE_DONATED)
		return (uint64_t)MERLON_HC_EINVAL;
	return run(v, OFFER + (unsigned int)v->regs.rdx, MERLON_STAT_SHARED);
}

/* All that can be had back. RDI: how many pages came back, RSI: how many did not. */
static uint64_t reclaim_all(struct vcpu *v)
{
	uint8_t before, next;
	uint64_t back = 0;

	spin_lock(&lock);
	for (uint64_t n = 0; states && offered && n < pages(); n++) {
		before = states[n];
		if (step(RECLAIM, before, &next))
			continue;
		count = 1;
		list[0] = n * PAGE_SIZE;
		set_state(list[0], next);
		change(&before);
		wipe_unshared(&before);
		back++;
	}
	v->regs.rdi = back;
	v->regs.rsi = offered;
	spin_unlock(&lock);
	v->cpu->stats[MERLON_STAT_RECLAIMED] += back;
	return states ? MERLON_HC_OK : (uint64_t)MERLON_HC_EINVAL;
}

uint64_t share_reclaim(struct vcpu *v)
{
	return v->regs.rdi == MERLON_MEM_ALL ? reclaim_all(v)
					     : run(v, RECLAIM, MERLON_STAT_RECLAIMED);
}

uint64_t share_retrieve(struct vcpu *v)
{
	return run(v, RETRIEVE, MERLON_STAT_RETRIEVED);
}

uint64_t share_relinquish(struct vcpu *v)
{
	return run(v, RELINQUISH, MERLON_STAT_RELINQUISHED);
}

/* --- For the others ---------------------------------------------------------------------------------- */

void share_wipe(void)
{
	for (uint64_t n = 0; states && offered && n < pages(); n++)
		if (states[n] & SHARE_RETRIEVED && (states[n] & SHARE_MODE) != SHARE_SHARED)
			memset(phys_to_virt(hpa(n * PAGE_SIZE)), 0, PAGE_SIZE);
}

static void check_page(uint64_t addr)
{
	if (share_state(addr) && !lendable(addr))
		panic("page %lx is shared and not Linux's", addr);
	for (unsigned int p = 0; p < PART_COUNT; p++)
		if (second_level_allows(roots[p], addr) != !!memory_access(p, addr))
			panic("page %lx, state %u: partition %u's table is wrong", addr,
			      share_state(addr), p);
}

static void check_all(void)
{
	uint64_t found = 0;

	for (uint64_t n = 0; n < pages(); n++) {
		found += states[n] != SHARE_NONE;
		if (states[n])
			check_page(n * PAGE_SIZE);
	}
	if (found != offered)
		panic("%lu pages are shared, counted %lu", found, offered);
}

void share_check(void)
{
	static uint32_t turn;

	if (!states)
		return;
	spin_lock(&lock);
	for (uint64_t i = 0; i < count; i++)
		if (lendable(list[i]))
			check_page(list[i]);
	if (turn++ % 1000 == 0)
		check_all();
	spin_unlock(&lock);
}
