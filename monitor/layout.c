// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where things live: one block at the top of RAM below 4 GiB, so that Linux keeps its low memory
 * in one piece. Everything is 2 MiB aligned, so that second-level tables keep large pages.
 *
 *	base: TEE RAM | monitor image | monitor pool | monitor ring, TEE ring
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

struct layout layout;

static uint64_t pool_used;

/* The end of the highest block of `size` bytes in [.., limit) that avoids all modules. */
static uint64_t place_below(uint64_t base, uint64_t limit, uint64_t size)
{
	uint64_t at;
	bool moved;

	do {
		limit = ALIGN_DOWN(limit, LARGE_PAGE);
		if (limit < size || limit - size < base)
			return 0;
		at = limit - size;
		moved = false;
		for (uint32_t i = 0; i < boot.nmodules; i++) {
			const struct boot_module *m = &boot.modules[i];

			if (m->base >= limit || m->base + m->size <= at)
				continue;
			limit = m->base;
			moved = true;
		}
	} while (moved);
	return at;
}

static uint64_t place(uint64_t size)
{
	for (uint32_t i = boot.nranges; i--;) {
		const struct boot_range *r = &boot.ranges[i];
		uint64_t end = r->base + r->size, at;

		if (r->type != E820_RAM || r->base >= FOUR_GIB)
			continue;
		/* 16 MiB and below stays with Linux and with the loader's leftovers. */
		at = place_below(r->base > 16ull << 20 ? r->base : 16ull << 20,
				 end < FOUR_GIB ? end : FOUR_GIB, size);
		if (at)
			return at;
	}
	panic("no room for %llu MiB below 4 GiB", (unsigned long long)size >> 20);
}

void layout_choose(void)
{
	uint64_t at;

	layout.tee_size = options.tee_mem;
	layout.size = options.tee_mem + IMAGE_SIZE + POOL_SIZE + LARGE_PAGE;
	layout.base = place(layout.size);
	at = layout.base;
	layout.tee = at;
	at += layout.tee_size;
	layout.image = at;
	at += IMAGE_SIZE;
	layout.pool = at;
	at += POOL_SIZE;
	layout.monitor_ring = at;
	layout.tee_ring = at + RING_SIZE;
	for (uint32_t i = 0; i < boot.nranges; i++) {
		const struct boot_range *r = &boot.ranges[i];

		if (r->type == E820_RAM && r->base + r->size > layout.ram_end)
			layout.ram_end = r->base + r->size;
	}
}

void *pool_alloc(size_t bytes)
{
	uint64_t at = __atomic_fetch_add(&pool_used, ALIGN_UP(bytes, PAGE_SIZE), __ATOMIC_RELAXED);
	void *p;

	if (at + bytes > POOL_SIZE)
		panic("the monitor's memory pool is used up");
	p = phys_to_virt(hpa(layout.pool + at));
	return memset(p, 0, ALIGN_UP(bytes, PAGE_SIZE));
}
