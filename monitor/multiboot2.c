// SPDX-License-Identifier: BSD-2-Clause
/*
 * Multiboot 2 (specification 2.0, section 3.6): a list of tags, each 8-byte aligned. It says more
 * than Multiboot 1, and on UEFI there is no other way to learn it: ACPI's root pointer, the
 * framebuffer, the EFI system table and memory map.
 */
#include <monitor/monitor.h>
#include <string.h>

#define TAG_END	  0
#define TAG_RSDP1 14
#define MAP_ENTRY 24

struct tag {
	uint32_t type, size; /* this struct included */
};

/* What stands behind the tag's header, as much as there is of it. */
static void copy(void *to, size_t room, const struct tag *t)
{
	size_t n = t->size - sizeof(*t);

	memset(to, 0, room);
	memcpy(to, t + 1, n < room ? n : room);
}

/* Command lines run to their NUL or to the tag's end. */
static void read_options(const struct tag *t)
{
	const char *s = (const char *)(t + 1);

	boot_options(s, strnlen(s, t->size - sizeof(*t)));
}

static void read_module(const struct tag *t)
{
	const char *s = (const char *)(t + 2);

	boot_add_module((uint32_t)get_at(t, 8, 4), (uint32_t)get_at(t, 12, 4), s,
			strnlen(s, t->size - 16));
}

static void read_map(const struct tag *t)
{
	uint64_t step = get_at(t, 8, 4);

	if (step < MAP_ENTRY)
		panic("the loader's memory map has entries of %u bytes", (uint32_t)step);
	for (uint64_t at = 16; t->size - at >= step; at += step)
		ranges_add(get_at(t, at, 8), get_at(t, at + 8, 8), (uint32_t)get_at(t, at + 16, 4));
}

static void read_rsdp(const struct tag *t)
{
	/* Loaders give both; the second has all that the first has. */
	if (t->type != TAG_RSDP1 || !boot.rsdp_copy[0])
		copy(boot.rsdp_copy, sizeof(boot.rsdp_copy), t);
}

static void read_efi_map(const struct tag *t)
{
	boot.efi.map_size = t->size - 16;
	boot.efi.entry_size = (uint32_t)get_at(t, 8, 4);
	boot.efi.version = (uint32_t)get_at(t, 12, 4);
	if (boot.efi.map_size <= sizeof(boot.efi.map))
		memcpy(boot.efi.map, t + 2, boot.efi.map_size);
}

static void refuse(const struct tag *t)
{
	panic("the loader left UEFI's boot services running");
}

static const struct {
	uint32_t least; /* bytes */
	void (*read)(const struct tag *t);
	void *to; /* without a function: where it is copied */
	size_t room;
} tags[] = {
	[1] = {.least = 8, .read = read_options},
	[3] = {.least = 16, .read = read_module},
	[6] = {.least = 16, .read = read_map},
	[8] = {.least = 32, .to = &boot.screen, .room = sizeof(boot.screen)},
	[12] = {.least = 16, .to = &boot.efi.system_table, .room = 8},
	[TAG_RSDP1] = {.least = 28, .read = read_rsdp},
	[15] = {.least = 44, .read = read_rsdp},
	[17] = {.least = 16, .read = read_efi_map},
	[18] = {.least = 8, .read = refuse},
};

void multiboot2_parse(const void *info)
{
	uint32_t total = *(const uint32_t *)info;

	for (uint32_t at = 8; total >= 8 && at <= total - 8;) {
		const struct tag *t = (const void *)((const uint8_t *)info + at);
		bool known = t->type < ARRAY_SIZE(tags) && tags[t->type].least;

		if (t->size < sizeof(*t) || t->size > total - at ||
		    (known && t->size < tags[t->type].least))
			panic("the loader's tag of type %u has %u bytes", t->type, t->size);
		if (t->type == TAG_END || total - at - t->size < 8)
			break;
		if (known && tags[t->type].read)
			tags[t->type].read(t);
		else if (known)
			copy(tags[t->type].to, tags[t->type].room, t);
		at += ALIGN_UP(t->size, 8);
	}
	if (!boot.nranges)
		panic("the loader gave no memory map");
}
