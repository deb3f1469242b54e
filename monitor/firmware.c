// SPDX-License-Identifier: BSD-2-Clause
/*
 * What Linux's zero page says of the screen and of UEFI, which Linux cannot find by itself (the
 * kernel's include/uapi/linux/screen_info.h and arch/x86/include/uapi/asm/bootparam.h give the
 * offsets). UEFI's services that stay at run time are Linux's to call.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

#define VIDEO_VGA_TEXT 1
#define VIDEO_VESA     0x23
#define VIDEO_EFI      0x70
#define BASE_64_BITS   2

#define EFI_RESERVED  0
#define EFI_BOOT_CODE 3
#define EFI_BOOT_DATA 4

struct efi_entry {
	uint32_t type, pad;
	uint64_t base, virt, pages, attributes;
};

static void linear(uint8_t *zp, const struct boot_screen *b)
{
	uint64_t bytes = (uint64_t)b->pitch * b->height;
	bool efi = boot.efi.system_table;

	put_at(zp, 0x0f, efi ? VIDEO_EFI : VIDEO_VESA, 1);
	put_at(zp, 0x12, b->width, 2);
	put_at(zp, 0x14, b->height, 2);
	put_at(zp, 0x16, b->bpp, 2);
	put_at(zp, 0x18, b->base, 4);
	put_at(zp, 0x1c, efi ? bytes : ALIGN_UP(bytes, 0x10000) >> 16, 4); /* VESA: in 64 KiB */
	put_at(zp, 0x24, b->pitch, 2);
	for (size_t i = 0; i < 6; i++)
		put_at(zp, 0x26 + (i ^ 1), b->color[i], 1); /* there, size comes before position */
	put_at(zp, 0x36, b->base >= FOUR_GIB ? BASE_64_BITS : 0, 4);
	put_at(zp, 0x3a, b->base >> 32, 4);
}

void firmware_screen(uint8_t *zp)
{
	const struct boot_screen *b = &boot.screen;

	if (b->type == SCREEN_RGB) {
		linear(zp, b);
	} else if (b->type == SCREEN_TEXT) {
		put_at(zp, 0x01, b->height - 1, 1); /* the cursor's line */
		put_at(zp, 0x06, 3, 1); /* mode */
		put_at(zp, 0x07, b->width, 1);
		put_at(zp, 0x0a, 3, 2); /* the BIOS' answer for "colour, 256 KiB" */
		put_at(zp, 0x0e, b->height, 1);
		put_at(zp, 0x0f, VIDEO_VGA_TEXT, 1);
		put_at(zp, 0x10, 16, 2); /* lines of a character */
	}
}

/* A part of an entry, if it has any page. */
static void put_part(uint8_t **to, const uint8_t *entry, uint64_t base, uint64_t end, uint32_t type)
{
	struct efi_entry e;

	if (base >= end)
		return;
	memcpy(&e, entry, sizeof(e));
	e.type = type;
	e.base = base;
	e.pages = (end - base) / PAGE_SIZE;
	memcpy(*to, entry, boot.efi.entry_size);
	memcpy(*to, &e, sizeof(e));
	*to += boot.efi.entry_size;
}

/* The entry at an offset of the map; false: the map has ended. */
static bool entry_at(uint32_t at, struct efi_entry *e, uint64_t *end)
{
	if (boot.efi.map_size > sizeof(boot.efi.map) || boot.efi.entry_size < sizeof(*e) ||
	    boot.efi.map_size - at < boot.efi.entry_size)
		return false;
	memcpy(e, boot.efi.map + at, sizeof(*e));
	*end = e->base + e->pages * PAGE_SIZE;
	return true;
}

bool firmware_keeps(uint64_t base, uint64_t end, uint64_t *from)
{
	struct efi_entry e;
	uint64_t e_end;

	for (uint32_t at = 0; entry_at(at, &e, &e_end); at += boot.efi.entry_size) {
		*from = e.base;
		if (e.base < end && e_end > base &&
		    (e.type == EFI_BOOT_CODE || e.type == EFI_BOOT_DATA))
			return true;
	}
	return false;
}

size_t firmware_efi_map(uint8_t *to, size_t room)
{
	uint64_t lo = layout.base, hi = layout.base + layout.size, end;
	uint8_t *start = to;
	struct efi_entry e;

	for (uint32_t at = 0; entry_at(at, &e, &end); at += boot.efi.entry_size) {
		const uint8_t *entry = boot.efi.map + at;

		if (room - (size_t)(to - start) < 3ull * boot.efi.entry_size)
			return 0;
		put_part(&to, entry, e.base, end < lo ? end : lo, e.type);
		put_part(&to, entry, e.base > lo ? e.base : lo, end < hi ? end : hi, EFI_RESERVED);
		put_part(&to, entry, e.base > hi ? e.base : hi, end, e.type);
	}
	return (size_t)(to - start);
}

void firmware_efi(uint8_t *zp, hpa_t map)
{
	size_t bytes;

	if (!boot.efi.system_table)
		return;
	bytes = firmware_efi_map(phys_to_virt(map), EFI_MAP_MAX);
	if (!bytes) {
		log_msg(LOG_WARN,
			"UEFI's memory map (%u bytes) is not usable: Linux goes without UEFI",
			boot.efi.map_size);
		return;
	}
	put_at(zp, 0x1c0, 0x34364c45, 4); /* "EL64" */
	put_at(zp, 0x1c4, boot.efi.system_table, 4);
	put_at(zp, 0x1c8, boot.efi.entry_size, 4);
	put_at(zp, 0x1cc, boot.efi.version, 4);
	put_at(zp, 0x1d0, map.v, 4);
	put_at(zp, 0x1d4, bytes, 4);
	put_at(zp, 0x1d8, boot.efi.system_table >> 32, 4);
}
