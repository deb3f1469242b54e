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

static const uint64_t level_size[] = {PAGE_SIZE, LARGE_PAGE, HUGE_PAGE};

struct build {
	uint64_t *root;
	const struct second_level_format *format;
	/* Which next-level table an entry points to is not encoded neutrally; remember it. */
	uint64_t *last[TOP_LEVEL + 1];
	uint64_t last_index[TOP_LEVEL + 1];
};

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

/* The table of `level` that holds addr. Addresses only grow, so the last one used is enough. */
static uint64_t *table(struct build *b, uint64_t addr, unsigned int level)
{
	uint64_t index = addr >> shift_of(level + 1);
	uint64_t *parent;

	if (level == TOP_LEVEL)
		return b->root;
	if (b->last[level] && b->last_index[level] == index)
		return b->last[level];
	parent = table(b, addr, level + 1);
	b->last[level] = new_table(b->format);
	b->last_index[level] = index;
	parent[index % TABLE_ENTRIES] = b->format->table(virt_to_phys(b->last[level]), level);
	return b->last[level];
}

static unsigned int best_level(uint64_t addr, uint64_t end, unsigned int max_level)
{
	for (unsigned int level = max_level; level; level--)
		if (!(addr % level_size[level]) && end - addr >= level_size[level])
			return level;
	return 0;
}

static void map_extent(struct build *b, uint64_t addr, uint64_t end, uint32_t access)
{
	bool device = memory_owner(addr) == OWNER_DEVICE;
	unsigned int level;
	uint64_t *t;

	if (!access)
		return;
	for (; addr < end; addr += level_size[level]) {
		level = best_level(addr, end, b->format->max_level);
		t = table(b, addr, level);
		t[(addr >> shift_of(level)) % TABLE_ENTRIES] =
			b->format->leaf(hpa(addr), access, level, device);
	}
}

/* One past the highest address that a partition gets. */
static uint64_t top(enum partition_id part)
{
	unsigned int bits = arch_cpuid(0x80000008, 0).eax & 0xff;

	if (part == PART_TEE)
		return ALIGN_UP(layout.ram_end, PAGE_SIZE);
	/* Without 1 GiB pages, what RAM there is and as much again for devices' windows. */
	if (!virt->has_huge())
		return ALIGN_UP(layout.ram_end > FOUR_GIB ? layout.ram_end : FOUR_GIB, HUGE_PAGE) +
		       16 * HUGE_PAGE;
	return 1ull << (bits < 48 ? bits : 48);
}

static uint64_t cpu_table(hpa_t to, unsigned int level)
{
	return virt->entry_table(to);
}

hpa_t second_level_build(enum partition_id part)
{
	const struct second_level_format format = {
		.leaf = virt->entry, .table = cpu_table, .max_level = virt->has_huge() ? 2 : 1};
	struct build b = {.root = new_table(&format), .format = &format};
	uint64_t base, end, limit = top(part);

	for (uint64_t addr = 0; addr < limit; addr = end) {
		memory_extent(addr, &base, &end);
		map_extent(&b, addr, end < limit ? end : limit, memory_access(part, addr));
	}
	return virt_to_phys(b.root);
}

hpa_t second_level_build_with(const struct second_level_format *format,
			      uint32_t (*access)(uint64_t addr, uint64_t *end))
{
	uint64_t base, end, limit = layout.ram_end > FOUR_GIB ? layout.ram_end : FOUR_GIB;
	struct build b = {.root = new_table(format), .format = format};
	uint32_t rights;

	for (uint64_t addr = 0; addr < limit; addr = end) {
		memory_extent(addr, &base, &end);
		end = end < limit ? end : limit;
		rights = access(addr, &end);
		map_extent(&b, addr, end, rights);
	}
	return virt_to_phys(b.root);
}
