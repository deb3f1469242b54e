// SPDX-License-Identifier: BSD-2-Clause
/* From a loader's list of tags to the memory map, the places of things, and Linux's zero page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/monitor/loader.h"

#define MIB	  (1ull << 20)
#define BOOT_DATA 4
#define FREE	  7

void panic(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

static int setup(void **state)
{
	loader_reset();
	return 0;
}

/* --- A list of tags, of exactly its size when it is parsed --- */
static uint8_t list[8192] __attribute__((aligned(8)));
static uint32_t used;
static uint8_t *parsed;

static void start(void)
{
	memset(list, 0, sizeof(list));
	used = 8;
}

/* Returns the tag's body, which begins as given. */
static uint8_t *tag(uint32_t type, const void *body, uint32_t bytes)
{
	uint32_t header[2] = {type, 8 + bytes};
	uint8_t *at = list + used;

	memcpy(at, header, 8);
	if (bytes)
		memcpy(at + 8, body, bytes);
	used += ALIGN_UP(8 + bytes, 8);
	assert_true(used < sizeof(list));
	return at + 8;
}

static void parse(void)
{
	tag(0, NULL, 0);
	memcpy(list, &used, 4);
	free(parsed);
	parsed = malloc(used);
	memcpy(parsed, list, used);
	multiboot2_parse(parsed);
}

struct entry {
	uint64_t base, length;
	uint32_t type, reserved;
};

static void memory_map(const struct entry *e, uint32_t n)
{
	struct {
		uint32_t size, version;
		struct entry e[8];
	} body = {sizeof(*e), 0, {{0}}};

	memcpy(body.e, e, n * sizeof(*e));
	tag(6, &body, 8 + n * sizeof(*e));
}

static const struct entry some_ram[] = {{0, 0x9f000, 1, 0}, {MIB, 255 * MIB, 1, 0}};

static void module(uint32_t from, uint32_t to, const char *text, uint32_t bytes)
{
	uint32_t body[64] = {from, to};

	memcpy(body + 2, text, bytes);
	tag(3, body, 8 + bytes);
}

static void test_tags(void **state)
{
	static const uint8_t old_rsdp[20] = "RSD PTR old", new_rsdp[36] = "RSD PTR new";
	struct boot_screen screen = {.base = 0xc0000000, .pitch = 3200, .width = 800};
	uint64_t system_table = 0x7f000018;
	uint32_t map[2 + 10] = {40, 1, BOOT_DATA};

	start();
	tag(1, "placeholder  log=debug serial", 29); /* without its NUL */
	memory_map(some_ram, 2);
	module(0x200000, 0x300000, "placeholder", 12);
	module(0x300000, 0x400000, "x console=ttyS0\0dropped", 23);
	module(0x400000, 0x400000, "", 1);
	module(0x500000, 0x600000, "a fourth", 9); /* there are only three */
	tag(8, &screen, sizeof(screen));
	tag(12, &system_table, 8);
	tag(15, new_rsdp, 36);
	tag(14, old_rsdp, 20); /* comes too late */
	tag(17, map, sizeof(map));
	tag(1000, "unknown", 7);
	parse();
	assert_string_equal(loader_options, "log=debug serial");
	assert_int_equal(boot.nranges, 2);
	assert_int_equal(boot.nmodules, 3);
	assert_int_equal(boot.modules[1].base, 0x300000);
	assert_int_equal(boot.modules[1].size, 0x100000);
	assert_string_equal(boot.modules[0].cmdline, "");
	assert_string_equal(boot.modules[1].cmdline, "console=ttyS0");
	assert_int_equal(boot.screen.base, 0xc0000000);
	assert_int_equal(boot.screen.width, 800);
	assert_int_equal(boot.efi.system_table, system_table);
	assert_string_equal(boot.rsdp_copy, "RSD PTR new");
	assert_int_equal(boot.efi.map_size, 40);
	assert_int_equal(boot.efi.map[0], BOOT_DATA);
}

static void test_larger_entries(void **state)
{
	uint64_t body[1 + 2 * 5] = {40, 0, MIB, 1, 0, 0, MIB, MIB, 1, 0, 0}; /* 40 bytes each */

	start();
	tag(6, body, sizeof(body));
	parse();
	assert_int_equal(boot.nranges, 1);
	assert_int_equal(boot.ranges[0].size, 2 * MIB);
}

/* What a damaged list must end in: a panic, not a read behind it. */
static void test_damage(void **state)
{
	static const uint8_t zeros[16];

	start();
	expect_assert_failure(parse()); /* no memory map */
	start();
	memory_map(some_ram, 2);
	list[8 + 4] = 7; /* shorter than a tag */
	expect_assert_failure(parse());
	start();
	memory_map(some_ram, 2);
	list[8 + 5] = 1; /* longer than the list */
	expect_assert_failure(parse());
	start();
	memory_map(some_ram, 2);
	list[8 + 8] = 16; /* entries that are no entries */
	expect_assert_failure(parse());
	start();
	memory_map(some_ram, 2);
	tag(15, zeros, 16);
	expect_assert_failure(parse());
	start();
	memory_map(some_ram, 2);
	tag(18, NULL, 0); /* UEFI's boot services */
	expect_assert_failure(parse());
	start();
	memory_map(some_ram, 2);
	module(2, 1, "", 1);
	expect_assert_failure(parse());
}

static void check_ranges(const struct boot_range *want, uint32_t n)
{
	assert_int_equal(boot.nranges, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(boot.ranges[i].base, want[i].base);
		assert_int_equal(boot.ranges[i].size, want[i].size);
		assert_int_equal(boot.ranges[i].type, want[i].type);
	}
}

static void test_ranges(void **state)
{
	static const struct boot_range joined[] = {{0, 6, E820_RAM}, {8, 2, E820_RAM}};
	static const struct boot_range cut[] = {{0, 2, E820_RAM},
						{2, 2, E820_RESERVED},
						{4, 1, E820_RAM},
						{5, 4, E820_ACPI},
						{9, 1, E820_RAM}};
	static const struct boot_range most[] = {
		{0, 3, E820_RAM}, {3, 5, E820_NVS}, {8, 92, E820_RAM}};

	ranges_add(4, 2, E820_RAM);
	ranges_add(0, 2, E820_RAM);
	ranges_add(8, 2, E820_RAM);
	ranges_add(2, 2, E820_RAM);
	ranges_add(1, 3, E820_RAM);
	ranges_add(3, 0, E820_ACPI);
	ranges_add(UINT64_MAX - 1, 3, E820_RAM); /* wraps */
	check_ranges(joined, 2);
	/* Before and after the RAM that they are cut from, whatever the order. */
	ranges_add(2, 2, 20); /* not a type of Multiboot's */
	ranges_add(5, 4, E820_ACPI);
	ranges_add(3, 5, E820_RAM);
	check_ranges(cut, 5);
	loader_reset();
	ranges_add(3, 5, E820_NVS);
	ranges_add(0, 100, E820_RAM);
	ranges_add(4, 2, E820_RESERVED);
	check_ranges(most, 3);
}

static void test_too_many_ranges(void **state)
{
	for (uint64_t i = 0; i < BOOT_MAX_RANGES; i++)
		ranges_add(i * 2, 1, E820_RAM);
	assert_int_equal(boot.nranges, BOOT_MAX_RANGES);
	expect_assert_failure(ranges_add(BOOT_MAX_RANGES * 2, 1, E820_RAM));
	/* But any number that fills one up. */
	loader_reset();
	for (uint64_t i = 0; i < 1000; i++)
		ranges_add(i * PAGE_SIZE, PAGE_SIZE, E820_RAM);
	assert_int_equal(boot.nranges, 1);
}

/* --- UEFI's memory map; entries are larger than what is known of them --- */
struct efi_entry {
	uint32_t type, pad;
	uint64_t base, virt, pages, attributes, more;
};

static void efi(const struct efi_entry *e, uint32_t n)
{
	boot.efi.system_table = 0x1234567890;
	boot.efi.entry_size = sizeof(*e);
	boot.efi.map_size = n * sizeof(*e);
	memcpy(boot.efi.map, e, n * sizeof(*e));
}

static void test_efi_map(void **state)
{
	static const struct efi_entry in[] = {{FREE, 0, 0, 0, 16, 15, 1},
					      {FREE, 0, 16 * MIB, 0, 16 * 256, 15, 2},
					      {BOOT_DATA, 0, 32 * MIB, 0, 512, 15, 3}};
	struct efi_entry out[12];
	uint8_t *zero_page = calloc(1, 4096);
	uint64_t v = 0;

	efi(in, 3);
	layout.base = 24 * MIB;
	layout.size = 9 * MIB;
	assert_int_equal(firmware_efi_map((uint8_t *)out, sizeof(out)), 5 * sizeof(*out));
	assert_memory_equal(&out[0], &in[0], sizeof(*out));
	assert_int_equal(out[1].pages, 8 * 256);
	assert_int_equal(out[1].type, FREE);
	assert_int_equal(out[2].base, 24 * MIB);
	assert_int_equal(out[2].pages, 8 * 256);
	assert_int_equal(out[2].type, 0);
	assert_int_equal(out[2].more, 2);
	assert_int_equal(out[3].base, 32 * MIB);
	assert_int_equal(out[3].pages, 256);
	assert_int_equal(out[3].type, 0);
	assert_int_equal(out[4].base, 33 * MIB);
	assert_int_equal(out[4].pages, 256);
	assert_int_equal(out[4].type, BOOT_DATA);
	firmware_efi(zero_page, hpa(0x1000));
	assert_memory_equal(zero_page + 0x1c0, "EL64", 4);
	memcpy(&v, zero_page + 0x1d4, 4);
	assert_int_equal(v, 5 * sizeof(*out));
	/* No room; entries too small; larger than what was kept: Linux goes without. */
	assert_int_equal(firmware_efi_map((uint8_t *)out, 4 * sizeof(*out)), 0);
	boot.efi.entry_size = 32;
	assert_int_equal(firmware_efi_map((uint8_t *)out, sizeof(out)), 0);
	boot.efi.entry_size = sizeof(*in);
	boot.efi.map_size = BOOT_EFI_MAP + 1;
	memset(zero_page, 0, 4096);
	firmware_efi(zero_page, hpa(0x1000));
	assert_int_equal(zero_page[0x1c0], 0);
	free(zero_page);
}

static void test_places(void **state)
{
	static const struct efi_entry services[] = {{BOOT_DATA, 0, 200 * MIB, 0, 1, 15, 0},
						    {BOOT_DATA, 0, 0x90000, 0, 1, 15, 0}};
	static const struct efi_entry all[] = {{BOOT_DATA, 0, 0, 0, 65536, 15, 0}};

	ranges_add(0, 0x9f000, E820_RAM);
	ranges_add(MIB, 255 * MIB, E820_RAM);
	ranges_add(256 * MIB, MIB, E820_ACPI);
	ranges_add(FOUR_GIB, FOUR_GIB, E820_RAM);
	layout_choose();
	assert_int_equal(layout.base + layout.size, 256 * MIB);
	assert_int_equal(layout.ram_end, 2 * FOUR_GIB);
	assert_int_equal(layout.map_end, 2 * FOUR_GIB);
	/* Below a module, and below what firmware keeps; below 640 KiB likewise. */
	boot.nmodules = 1;
	boot.modules[0].base = 220 * MIB;
	boot.modules[0].size = 10 * MIB;
	layout_choose();
	assert_int_equal(layout.base + layout.size, 220 * MIB);
	assert_int_equal(layout_low(PAGE_SIZE), 0x9e000);
	efi(services, 2);
	layout_choose();
	assert_int_equal(layout.base + layout.size, 200 * MIB);
	assert_int_equal(layout_low(16 * PAGE_SIZE), 0x80000);
	/* When it keeps everything, better there than nowhere. */
	efi(all, 1);
	layout_choose();
	assert_int_equal(layout.base + layout.size, 220 * MIB);
	assert_int_equal(layout_low(PAGE_SIZE), 0x9e000);
	/* No RAM in the usual places below 640 KiB. */
	ranges_add(0x8000, 0x97000, E820_RESERVED);
	assert_int_equal(layout_low(PAGE_SIZE), 0x7000);
	expect_assert_failure(layout_low(8 * PAGE_SIZE));
}

static void test_screen(void **state)
{
	/* An I: three points, a column, three points; the line's other text is blank. */
	uint32_t pitch = 80 * 4, bytes = pitch * 9;
	uint8_t *fb = malloc(bytes), zero_page[4096] = {0};

	memset(fb, 0x55, bytes);
	loader_device = fb;
	boot.screen = (struct boot_screen){.base = 0x1000,
					   .pitch = pitch,
					   .width = 80,
					   .height = 9,
					   .bpp = 32,
					   .type = SCREEN_RGB,
					   .color = {16, 8, 8, 8, 0, 8}};
	screen_map();
	screen_write("i", 1);
	for (uint32_t y = 0; y < 9; y++)
		for (uint32_t x = 0; x < 6; x++) {
			bool on = y == 0 || y == 6 ? x >= 1 && x <= 3 : y < 6 && x == 2;

			assert_int_equal(fb[y * pitch + (8 * 6 + x) * 4], on ? 0xff : 0);
		}
	assert_int_equal(fb[78 * 4], 0x55); /* no room for half a letter */
	screen_write("the screen is full", 18);
	firmware_screen(zero_page);
	assert_int_equal(zero_page[0x0f], 0x23);
	assert_memory_equal(zero_page + 0x26, "\10\20\10\10\10\0", 6);
	screen_leave();
	screen_write("i", 1);
	free(fb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tags, setup),
		cmocka_unit_test_setup(test_larger_entries, setup),
		cmocka_unit_test_setup(test_damage, setup),
		cmocka_unit_test_setup(test_ranges, setup),
		cmocka_unit_test_setup(test_too_many_ranges, setup),
		cmocka_unit_test_setup(test_efi_map, setup),
		cmocka_unit_test_setup(test_places, setup),
		cmocka_unit_test_setup(test_screen, setup),
	};

	int res = cmocka_run_group_tests(tests, NULL, NULL);

	free(parsed);
	return res;
}
