// SPDX-License-Identifier: BSD-2-Clause
/*
 * Second-level tables: four levels, identity mapped, built from the ownership table with the
 * largest pages that fit. What entries look like is the business of the backend or the IOMMU.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>

#define TABLE_ENTRIES 512
#define TOP_LEVEL     3

static uint64_t *new_table(const struct second_level_format *f)
{
	uint64_t *t = pool_alloc(PAGE_SIZE);

	for (unsigned int i = 0; f->absent && i < TABLE_ENTRIES; i++)
		t[i] = f->absent;
	return t;
}

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * level;
}

static uint64_t *next_table(uint64_t entry)
{
	return phys_to_virt(hpa(entry & 0x000ffffffffff000ull));
}

static uint64_t leaf_entry(const struct second_level_format *f, uint64_t addr, uint32_t access,
			   unsigned int level, bool device)
{
	return addr | f->leaf | (access & ACCESS_R ? f->read : 0) |
	       (access & ACCESS_W ? f->write : 0) | (access & ACCESS_X ? f->exec : f->no_exec) |
	       (level ? f->large : 0) | (device ? 0 : f->ram);
}

/* For a table of this level. */
static uint64_t table_entry(const struct second_level_format *f, const uint64_t *t,
			    unsigned int level)
{
	return virt_to_phys(t).v | f->table | (level + 1) * f->level;
}

/* The entry of `level` for addr, under the root t. Makes the tables on the way to it. */
static uint64_t *make_entry(const struct second_level_format *f, uint64_t *t, uint64_t addr,
			    unsigned int level)
{
	for (unsigned int l = TOP_LEVEL; l > level; l--) {
		uint64_t *e = &t[(addr >> shift_of(l)) % TABLE_ENTRIES];

		if (!(*e & f->present))
			*e = table_entry(f, new_table(f), l - 1);
		t = next_table(*e);
	}
	return &t[(addr >> shift_of(level)) % TABLE_ENTRIES];
}

static unsigned int best_level(uint64_t addr, uint64_t end, unsigned int max_level)
{
	for (unsigned int level = max_level; level; level--)
		if (!(addr % (1ull << shift_of(level))) && (end - addr) >> shift_of(level))
			return level;
	return 0;
}

static void map_extent(const struct second_level_format *f, uint64_t *root, uint64_t addr,
		       uint64_t end, uint32_t access)
{
	bool device = memory_owner(addr) == OWNER_DEVICE;
	unsigned int level;

	if (!access)
		return;
	for (; addr < end; addr += 1ull << shift_of(level)) {
		level = best_level(addr, end, f->max_level);
		*make_entry(f, root, addr, level) = leaf_entry(f, addr, access, level, device);
	}
}

/* One past the highest address that a partition gets. */
static uint64_t top(enum partition_id part)
{
	unsigned int bits = arch_cpuid(0x80000008, 0).eax & 0xff;

	if (part == PART_TEE)
		return ALIGN_UP(layout.ram_end, PAGE_SIZE);
	/* Without 1 GiB pages, what RAM there is and as much again for devices' windows. */
	if (virt->format->max_level < 2)
		return ALIGN_UP(layout.ram_end > FOUR_GIB ? layout.ram_end : FOUR_GIB, HUGE_PAGE) +
		       16 * HUGE_PAGE;
	return 1ull << (bits < 48 ? bits : 48);
}

/* The rights are what `access` says, without it what a partition may do. */
static hpa_t build(const struct second_level_format *format, uint64_t limit, enum partition_id part,
		   uint32_t (*access)(uint64_t addr, uint64_t *end))
{
	uint64_t *root = new_table(format), base, end;
	uint32_t rights;

	for (uint64_t addr = 0; addr < limit; addr = end) {
		memory_extent(addr, &base, &end);
		end = end < limit ? end : limit;
		rights = access ? access(addr, &end) : memory_access(part, addr);
		map_extent(format, root, addr, end, rights);
	}
	return virt_to_phys(root);
}

hpa_t second_level_build(enum partition_id part)
{
	return build(virt->format, top(part), part, NULL);
}

hpa_t second_level_build_with(const struct second_level_format *format,
			      uint32_t (*access)(uint64_t addr, uint64_t *end))
{
	uint64_t limit = layout.ram_end > FOUR_GIB ? layout.ram_end : FOUR_GIB;

	return build(format, limit, PART_REE, access);
}

/* --- Tables in use ---------------------------------------------------------------------------- */

static bool is_leaf(const struct second_level_format *f, uint64_t entry, unsigned int level)
{
	return !level || !(entry & f->present) || (entry & f->kind) == f->large;
}

/* The lowest entry for addr, and its level. */
static uint64_t *lookup(const struct second_level_format *f, hpa_t root, uint64_t addr,
			unsigned int *level)
{
	uint64_t *t = phys_to_virt(root), *e;

	for (*level = TOP_LEVEL;; --*level) {
		e = &t[(addr >> shift_of(*level)) % TABLE_ENTRIES];
		if (is_leaf(f, *e, *level))
			return e;
		t = next_table(*e);
	}
}

/* Puts a table in the place of an absent entry or a large page: nobody sees a difference. */
static int lower(const struct second_level_format *f, uint64_t *e, unsigned int level)
{
	uint64_t *t = pool_page(), entry = *e;

	if (!t)
		return -E_NOMEM;
	for (uint64_t i = 0; i < TABLE_ENTRIES; i++)
		t[i] = entry & f->present ? (level == 1 ? entry & ~f->large : entry) +
						    (i << shift_of(level - 1))
					  : f->absent;
	__atomic_store_n(e, table_entry(f, t, level - 1), __ATOMIC_RELEASE);
	return 0;
}

int second_level_open(const struct second_level_format *f, hpa_t root, uint64_t addr,
		      uint32_t *splits, uint32_t max)
{
	unsigned int level;
	uint64_t *e;

	for (;;) {
		e = lookup(f, root, addr, &level);
		if (!level)
			return 0;
		if (*e & f->present && splits && *splits >= max)
			return -E_NOMEM;
		if (*e & f->present && splits)
			++*splits;
		if (lower(f, e, level))
			return -E_NOMEM;
	}
}

bool second_level_set(const struct second_level_format *f, hpa_t root, uint64_t addr,
		      uint32_t access)
{
	unsigned int level;
	uint64_t *e = lookup(f, root, addr, &level);
	bool had = *e & f->present;

	if (level)
		panic("%lx has no entry of its own", addr);
	__atomic_store_n(e, access ? leaf_entry(f, addr, access, 0, false) : f->absent,
			 __ATOMIC_RELEASE);
	return !had || access;
}

bool second_level_allows(hpa_t root, uint64_t addr)
{
	unsigned int level;

	return *lookup(virt->format, root, addr, &level) & virt->format->present;
}
