// SPDX-License-Identifier: BSD-2-Clause
/*
 * The machine's memory map as the loader told it, made sorted and disjoint while it comes in. UEFI
 * has a range for each use that firmware makes of memory; those of one type that touch become one.
 */
#include <monitor/monitor.h>
#include <string.h>

static void append(uint64_t base, uint64_t end, uint32_t type)
{
	struct boot_range *last = boot.nranges ? &boot.ranges[boot.nranges - 1] : NULL;

	if (base >= end)
		return;
	if (last && last->type == type && last->base + last->size == base) {
		last->size += end - base;
		return;
	}
	if (boot.nranges == BOOT_MAX_RANGES)
		panic("more than %u memory ranges", BOOT_MAX_RANGES);
	boot.ranges[boot.nranges++] = (struct boot_range){base, end - base, type};
}

/* Where two ranges overlap the higher type holds: all are higher than RAM. Types that Multiboot does
 * not know, GRUB's own for UEFI's code among them, are reserved. */
void ranges_add(uint64_t base, uint64_t size, uint32_t type)
{
	static struct boot_range old[BOOT_MAX_RANGES];
	uint32_t n = boot.nranges;
	uint64_t end = base + size;

	if (end < base)
		return;
	if (!type || type > E820_BAD)
		type = E820_RESERVED;
	memcpy(old, boot.ranges, sizeof(old));
	boot.nranges = 0;
	/* What is below `base` has been written; [base, end) is what is left of the new range. */
	for (uint32_t i = 0; i < n; i++) {
		uint64_t lo = old[i].base, hi = lo + old[i].size, common = hi < end ? hi : end;

		if (hi <= base || base >= end) {
			append(lo, hi, old[i].type);
		} else if (old[i].type >= type || lo >= end) {
			append(base, lo < end ? lo : end, type);
			append(lo, hi, old[i].type);
			base = hi;
		} else {
			append(lo, base, old[i].type);
			append(base, common, type);
			append(common, hi, old[i].type);
			base = common;
		}
	}
	append(base, end, type);
}
