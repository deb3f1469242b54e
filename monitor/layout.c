// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where things live: one block at the top of RAM below 4 GiB, so that Linux keeps its low memory
 * in one piece. Everything is 2 MiB aligned, so that second-level tables keep large pages.
 *
 *	base: TEE RAM | monitor image | monitor pool | monitor ring, TEE ring
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/share.h>
#include <string.h>

struct layout layout;

static uint64_t pool_used;

#define LOW_END 0xa0000ull

/* Whether something that must stay lies in [at, limit); then *from is where it begins. */
static bool taken(uint64_t at, uint64_t limit, bool firmware, uint64_t *from)
{
	for (uint32_t i = 0; i < boot.nmodules; i++) {
		const struct boot_module *m = &boot.modules[i];

		*from = m->base;
		if (m->base < limit && m->base + m->size > at)
			return true;
	}
	return firmware && firmware_keeps(at, limit, from);
}

/* The highest block of `size` bytes in [base, limit) with nothing in it that must stay, or 0. */
static uint64_t place_below(uint64_t base, uint64_t limit, uint64_t size, uint64_t align,
			    bool firmware)
{
	uint64_t at;

	do {
		limit = ALIGN_DOWN(limit, align);
		if (limit < size || limit - size < base)
			return 0;
		at = limit - size;
	} while (taken(at, limit, firmware, &limit));
	return at;
}

static uint64_t place(uint64_t base, uint64_t limit, uint64_t size, uint64_t align, bool firmware)
{
	for (uint32_t i = boot.nranges; i--;) {
		const struct boot_range *r = &boot.ranges[i];
		uint64_t lo = r->base > base ? r->base : base, end = r->base + r->size, at;

		if (r->type != E820_RAM)
			continue;
		at = place_below(lo, end < limit ? end : limit, size, align, firmware);
		if (at)
			return at;
	}
	/* Where firmware has left something for Linux is better than nowhere. */
	return firmware ? place(base, limit, size, align, false) : 0;
}

uint64_t layout_low(uint64_t size)
{
	uint64_t at = place(PAGE_SIZE, LOW_END, size, PAGE_SIZE, true);

	if (!at)
		panic("no %lu KiB of RAM below 640 KiB", size >> 10);
	return at;
}

void layout_choose(void)
{
	for (uint32_t i = 0; i < boot.nranges; i++) {
		const struct boot_range *r = &boot.ranges[i];

		if (r->type == E820_RAM)
			layout.ram_end = r->base + r->size;
		if (r->type == E820_RAM || r->type == E820_ACPI || r->type == E820_NVS)
			layout.map_end = ALIGN_UP(r->base + r->size, HUGE_PAGE);
	}
	layout.tee_size = options.tee_mem;
	layout.pool_size = ALIGN_UP(POOL_SIZE + share_pool_size(), LARGE_PAGE);
	layout.size = options.tee_mem + IMAGE_SIZE + layout.pool_size + LARGE_PAGE;
	/* 16 MiB and below stays with Linux and with the loader's leftovers. */
	layout.base = place(16ull << 20, FOUR_GIB, layout.size, LARGE_PAGE, true);
	if (!layout.base)
		panic("no room for %lu MiB below 4 GiB", layout.size >> 20);
	layout.tee = layout.base;
	layout.image = layout.tee + layout.tee_size;
	layout.pool = layout.image + IMAGE_SIZE;
	layout.monitor_ring = layout.pool + layout.pool_size;
	layout.tee_ring = layout.monitor_ring + RING_SIZE;
}

static void *take(size_t bytes)
{
	uint64_t at = __atomic_fetch_add(&pool_used, bytes, __ATOMIC_RELAXED);

	if (at + bytes <= layout.pool_size)
		return memset(phys_to_virt(hpa(layout.pool + at)), 0, bytes);
	__atomic_fetch_sub(&pool_used, bytes, __ATOMIC_RELAXED);
	return NULL;
}

void *pool_alloc(size_t bytes)
{
	void *p = take(ALIGN_UP(bytes, PAGE_SIZE));

	if (!p)
		panic("the monitor's memory pool is used up");
	return p;
}

void *pool_page(void)
{
	return take(PAGE_SIZE);
}
