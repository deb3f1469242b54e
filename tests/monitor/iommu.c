// SPDX-License-Identifier: BSD-2-Clause
/* What firmware says of IOMMUs, damaged too; and who reaches what through the tables made from it. */
#include "tests/monitor/fake.h"
#include <monitor/iommu/iommu.h>
#include <string.h>

static uint8_t table[512];
static size_t used;
static struct iommu_config config;

static int setup(void **state)
{
	memset(table, 0, sizeof(table));
	memset(&config, 0, sizeof(config));
	used = 48;
	return 0;
}

static void put(size_t at, uint64_t value, size_t size)
{
	memcpy(table + at, &value, size);
}

static void dmar_unit(uint8_t size, uint64_t base)
{
	put(used + 2, 16, 2);
	put(used + 5, size, 1);
	put(used + 8, base, 8);
	used += 16;
}

static void dmar_reserved(uint64_t base, uint64_t limit)
{
	put(used, 1, 2);
	put(used + 2, 24, 2);
	put(used + 8, base, 8);
	put(used + 16, limit, 8);
	used += 24;
}

static void ivrs_unit(uint8_t type, uint64_t base)
{
	put(used, type, 1);
	put(used + 2, 40, 2);
	put(used + 8, base, 8);
	used += 40;
}

static void ivrs_memory(uint8_t flags, uint64_t base, uint64_t size)
{
	put(used, 0x21, 1);
	put(used + 1, flags, 1);
	put(used + 2, 32, 2);
	put(used + 16, base, 8);
	put(used + 24, size, 8);
	used += 32;
}

static void test_dmar(void **state)
{
	dmar_unit(0, 0xfed90000);
	put(used + 2, 8, 2); /* of a kind that is of no interest: 0 would be a unit */
	put(used, 2, 2);
	used += 8;
	dmar_unit(1, 0xfed91000);
	dmar_reserved(0x7f000000, 0x7f0fffff);
	assert_true(iommu_parse(table, used, &config, dmar_entry));
	assert_int_equal(config.nunits, 2);
	assert_int_equal(config.units[0].base, 0xfed90000);
	assert_int_equal(config.units[0].end, 0xfed91000);
	assert_int_equal(config.units[1].end, 0xfed93000);
	assert_int_equal(config.nreserved, 1);
	assert_int_equal(config.reserved[0].end, 0x7f100000);
}

static void test_dmar_damaged(void **state)
{
	assert_false(iommu_parse(table, used, &config, dmar_entry)); /* no unit at all */
	dmar_unit(0, 0xfed90000);
	assert_false(iommu_parse(table, used - 1, &config, dmar_entry)); /* cut off */
	put(50, 0, 2);
	assert_false(iommu_parse(table, used, &config, dmar_entry)); /* an entry without length */
	put(50, 12, 2);
	assert_false(iommu_parse(table, used, &config,
				 dmar_entry)); /* too short for what it says it is */
	setup(NULL);
	dmar_unit(0, 0xfed90800);
	assert_false(iommu_parse(table, used, &config, dmar_entry)); /* not a page */
	setup(NULL);
	dmar_unit(0, 0);
	assert_false(iommu_parse(table, used, &config, dmar_entry));
	setup(NULL);
	dmar_unit(0, 0xfed90000);
	dmar_reserved(0x7f000000, UINT64_MAX); /* wraps */
	assert_false(iommu_parse(table, used, &config, dmar_entry));
	setup(NULL);
	for (unsigned int i = 0; i <= IOMMU_MAX_UNITS; i++)
		dmar_unit(0, 0xfed90000 + i * PAGE_SIZE);
	assert_false(iommu_parse(table, used, &config, dmar_entry)); /* too many */
}

static void test_ivrs(void **state)
{
	ivrs_unit(0x10, 0xfed80000);
	ivrs_unit(0x11, 0xfed80000); /* the same one, in the newer form */
	ivrs_memory(1, 0x7f000000, 0x1000);
	ivrs_memory(8, 0x7f800000, 0x1000); /* an exclusion range, which is not used */
	assert_true(iommu_parse(table, used, &config, ivrs_entry));
	assert_int_equal(config.nunits, 1);
	assert_int_equal(config.units[0].base, 0xfed80000);
	assert_int_equal(config.units[0].end, 0xfed84000);
	assert_int_equal(config.nreserved, 1);
	setup(NULL);
	ivrs_unit(0x40, 0xfed80000);
	assert_false(iommu_parse(table, used - 1, &config, ivrs_entry));
	ivrs_memory(1, UINT64_MAX - 0xfff, 0x2000);
	assert_false(iommu_parse(table, used, &config, ivrs_entry));
}

static uint32_t ree_only(uint64_t addr, uint64_t *end)
{
	return memory_owner(addr) == OWNER_REE ? ACCESS_R | ACCESS_W : 0;
}

static uint64_t look_up(hpa_t root, uint64_t addr)
{
	uint64_t e = ((uint64_t *)phys_to_virt(root))[addr >> 39 & 511];

	for (unsigned int shift = 30; e & 0x100; shift -= 9)
		e = ((uint64_t *)phys_to_virt(hpa(e & ~0xfffull)))[addr >> shift & 511];
	return e;
}

/* A table in another form than the CPU's: each page of Linux's is there, no other is. */
static void test_table(void **state)
{
	/* An entry for a table has bit 8, and 1 + the level from bit 9 on. */
	const struct second_level_format format = {.read = ACCESS_R,
						   .write = ACCESS_W,
						   .table = 0x100,
						   .level = 0x200,
						   .absent = 0x200,
						   .max_level = 1,
						   .present = 0x103,
						   .large = 0x80};
	hpa_t root;

	fake_machine(1);
	root = second_level_build_with(&format, ree_only);
	for (uint64_t addr = 0; addr < 2 * FAKE_RAM; addr += PAGE_SIZE) {
		uint64_t e = look_up(root, addr);

		if (memory_owner(addr) == OWNER_REE)
			assert_int_equal(e & 3, ACCESS_R | ACCESS_W);
		else
			assert_int_equal(e, 0x200);
	}
}

static void test_claim(void **state)
{
	uint64_t base, end;

	fake_machine(1);
	memory_claim(0xfed90000, PAGE_SIZE);
	assert_int_equal(memory_owner(0xfed90000), OWNER_MONITOR);
	assert_int_equal(memory_access(PART_REE, 0xfed90000), 0);
	assert_int_equal(memory_owner(0xfed91000), OWNER_DEVICE);
	assert_int_equal(memory_access(PART_REE, 0xfed8f000), ACCESS_R | ACCESS_W | ACCESS_X);
	memory_extent(0xfed8f000, &base, &end);
	assert_int_equal(end, 0xfed90000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_dmar, setup),
		cmocka_unit_test_setup(test_dmar_damaged, setup),
		cmocka_unit_test_setup(test_ivrs, setup),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_claim),
	};

	return cmocka_run_group_tests_name("monitor_iommu", tests, NULL, NULL);
}
