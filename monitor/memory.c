// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/share.h>
#include <monitor/spinlock.h>

#define MAX_GUARDED 32
#define MAX_RANGES  168 /* BOOT_MAX_RANGES, what is cut out of them, and devices */

struct mem_range {
	uint64_t base, end;
	enum mem_owner owner;
	uint32_t access[PART_COUNT];
};

static struct mem_range ranges[MAX_RANGES];
static uint32_t nranges;
static struct spinlock lock;

static const uint32_t all_rights = ACCESS_R | ACCESS_W | ACCESS_X;

/* The first range that ends above addr, or nranges. */
static uint32_t find(uint64_t addr)
{
	uint32_t i = 0;

	while (i < nranges && ranges[i].end <= addr)
		i++;
	return i;
}

static const struct mem_range *range_at(uint64_t addr)
{
	uint32_t i = find(addr);

	return i < nranges && ranges[i].base <= addr ? &ranges[i] : NULL;
}

static void insert(uint32_t at, const struct mem_range *r)
{
	for (uint32_t i = nranges++; i > at; i--)
		ranges[i] = ranges[i - 1];
	ranges[at] = *r;
}

/* Makes addr a border between ranges. */
static void split(uint64_t addr)
{
	uint32_t i = find(addr);
	struct mem_range upper;

	if (i == nranges || ranges[i].base >= addr)
		return;
	upper = ranges[i];
	upper.base = addr;
	ranges[i].end = addr;
	insert(i + 1, &upper);
}

static bool owned(uint64_t base, uint64_t end, enum mem_owner owner)
{
	for (uint32_t i = find(base); base < end; i++) {
		if (i == nranges || ranges[i].base > base || ranges[i].owner != owner)
			return false;
		base = ranges[i].end;
	}
	return true;
}

static enum partition_id part_of(enum mem_owner owner)
{
	return owner == OWNER_TEE ? PART_TEE : owner == OWNER_REE ? PART_REE : PART_COUNT;
}

static void apply(struct mem_range *r, const struct mem_change *c)
{
	enum partition_id to = part_of(c->to);

	if (c->verb == MEM_DONATE) {
		r->owner = c->to;
		for (uint32_t p = 0; p < PART_COUNT; p++)
			r->access[p] = p == to ? all_rights : 0;
		return;
	}
	r->access[to] = c->verb == MEM_SHARE ? c->access : 0;
}

static int check_change(const struct mem_change *c, uint64_t end)
{
	if (c->base % PAGE_SIZE || c->size % PAGE_SIZE || !c->size || end < c->base)
		return -E_INVAL;
	if (c->from == c->to || c->from == OWNER_DEVICE || c->to == OWNER_DEVICE)
		return -E_INVAL;
	if (c->verb != MEM_DONATE && part_of(c->to) == PART_COUNT)
		return -E_INVAL;
	if (c->verb == MEM_SHARE && (!c->access || c->access & ~(ACCESS_R | ACCESS_W)))
		return -E_INVAL;
	return owned(c->base, end, c->from) ? 0 : -E_INVAL;
}

int memory_change(const struct mem_change *c)
{
	uint64_t end = c->base + c->size;
	int res;

	spin_lock(&lock);
	res = check_change(c, end);
	if (!res && nranges + 2 > MAX_RANGES)
		res = -E_NOMEM;
	if (!res) {
		split(c->base);
		split(end);
		for (uint32_t i = find(c->base); i < nranges && ranges[i].base < end; i++)
			apply(&ranges[i], c);
		memory_check();
	}
	spin_unlock(&lock);
	return res;
}

void memory_init(void)
{
	struct mem_range r = {.owner = OWNER_REE, .access = {[PART_REE] = all_rights}};

	for (uint32_t i = 0; i < boot.nranges; i++) {
		if (boot.ranges[i].type != E820_RAM)
			continue;
		/* A page that is only partly RAM stays with the devices. */
		r.base = ALIGN_UP(boot.ranges[i].base, PAGE_SIZE);
		r.end = ALIGN_DOWN(boot.ranges[i].base + boot.ranges[i].size, PAGE_SIZE);
		if (r.base >= r.end)
			continue;
		if (nranges == MAX_RANGES)
			panic("too many memory ranges");
		insert(nranges, &r);
	}
	memory_check();
}

void memory_claim(uint64_t base, uint64_t size)
{
	struct mem_range r = {.base = base, .end = base + size, .owner = OWNER_MONITOR};
	uint32_t i = find(base);

	if (base % PAGE_SIZE || r.end % PAGE_SIZE || r.end <= base || nranges == MAX_RANGES ||
	    (i < nranges && ranges[i].base < r.end))
		panic("registers at %lx cannot be taken from Linux", base);
	insert(i, &r);
	memory_check();
}

static uint64_t guarded[MAX_GUARDED] = {APIC_PAGE, IOAPIC_PAGE};
static uint32_t nguarded = 2;

void memory_guard(uint64_t page)
{
	if (nguarded == MAX_GUARDED)
		panic("too many pages whose writes must be filtered");
	guarded[nguarded++] = page;
}

bool memory_is_guarded(uint64_t addr)
{
	for (uint32_t i = 0; i < nguarded; i++)
		if (guarded[i] == ALIGN_DOWN(addr, PAGE_SIZE))
			return true;
	return false;
}

uint32_t memory_access(enum partition_id part, uint64_t addr)
{
	const struct mem_range *r = range_at(addr);
	uint8_t state = r && r->owner == OWNER_REE ? share_state(addr) : SHARE_NONE;

	if (r && part == PART_REE && !guard_enabled())
		return all_rights;
	if (state && part == PART_TEE)
		return state & SHARE_RETRIEVED ? ACCESS_R | ACCESS_W : 0;
	if (state)
		return (state & SHARE_MODE) == SHARE_SHARED ? all_rights : 0;
	if (r)
		return r->access[part];
	if (part != PART_REE)
		return 0;
	if (memory_is_guarded(addr))
		return ACCESS_R;
	return addr >= APIC_PAGE && addr < MSI_END ? 0 : all_rights;
}

enum mem_owner memory_owner(uint64_t addr)
{
	const struct mem_range *r = range_at(addr);

	if (r && r->owner == OWNER_REE && share_state(addr) == (SHARE_DONATED | SHARE_RETRIEVED))
		return OWNER_TEE;
	return r ? r->owner : OWNER_DEVICE;
}

bool memory_is_ree_ram(uint64_t base, uint64_t end)
{
	return owned(base, end, OWNER_REE);
}

static void narrow(uint64_t addr, uint64_t border, uint64_t *base, uint64_t *end)
{
	if (border <= addr && border > *base)
		*base = border;
	if (border > addr && border < *end)
		*end = border;
}

void memory_extent(uint64_t addr, uint64_t *base, uint64_t *end)
{
	uint32_t i = find(addr);

	if (i < nranges && ranges[i].base <= addr) {
		*base = ranges[i].base;
		*end = ranges[i].end;
		return;
	}
	*base = i ? ranges[i - 1].end : 0;
	*end = i < nranges ? ranges[i].base : UINT64_MAX;
	/* Where the answers change among the devices. */
	for (i = 0; i < nguarded; i++) {
		narrow(addr, guarded[i], base, end);
		narrow(addr, guarded[i] + PAGE_SIZE, base, end);
	}
	narrow(addr, MSI_END, base, end);
}

static void check_range(const struct mem_range *r)
{
	uint32_t tee = r->access[PART_TEE], ree = r->access[PART_REE];
	const bool ok[] = {
		[OWNER_DEVICE] = false, /* has no range */
		/* at most readable for others */
		[OWNER_MONITOR] = !((tee | ree) & (ACCESS_W | ACCESS_X)),
		/* what the REE may see of it, it only reads */
		[OWNER_TEE] = tee == all_rights && !(ree & (ACCESS_W | ACCESS_X)),
		/* the TEE never executes what the REE can write */
		[OWNER_REE] = ree == all_rights && !(tee & ACCESS_X),
	};

	if (r->owner >= ARRAY_SIZE(ok) || !ok[r->owner])
		panic("ownership of %lx is broken: owner %u, TEE %x, REE %x", r->base, r->owner,
		      tee, ree);
}

void memory_check(void)
{
	for (uint32_t i = 0; i < nranges; i++) {
		if (ranges[i].base >= ranges[i].end || (i && ranges[i - 1].end > ranges[i].base))
			panic("ownership ranges %u are not in order", i);
		check_range(&ranges[i]);
	}
	share_check();
}
