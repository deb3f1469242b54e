// SPDX-License-Identifier: BSD-2-Clause
/* Who owns which page, and that the second-level tables say the same. */
#include "tests/monitor/fake.h"

#define PAGE ((uint64_t)PAGE_SIZE)

static int change(enum mem_verb verb, uint64_t base, uint64_t size, enum mem_owner from,
		  enum mem_owner to, uint32_t access)
{
	struct mem_change c = {verb, base, size, from, to, access};

	return memory_change(&c);
}

static int setup(void **state)
{
	fake_machine(1);
	return 0;
}

static void test_start(void **state)
{
	assert_int_equal(memory_owner(0x5000), OWNER_REE);
	assert_int_equal(memory_owner(0x9f000), OWNER_DEVICE); /* only partly RAM */
	assert_int_equal(memory_owner(0xa0000), OWNER_DEVICE);
	assert_int_equal(memory_owner(FAKE_TEE), OWNER_TEE);
	assert_int_equal(memory_owner(FAKE_TEE - 1), OWNER_REE);
	assert_int_equal(memory_owner(FAKE_MONITOR + PAGE), OWNER_MONITOR);
	assert_int_equal(memory_owner(FAKE_RAM), OWNER_DEVICE);
}

static void test_access(void **state)
{
	assert_int_equal(memory_access(PART_REE, FAKE_TEE), 0);
	assert_int_equal(memory_access(PART_REE, FAKE_MONITOR), 0);
	assert_int_equal(memory_access(PART_TEE, FAKE_MONITOR), 0);
	assert_int_equal(memory_access(PART_TEE, FAKE_TEE), ACCESS_R | ACCESS_W | ACCESS_X);
	assert_int_equal(memory_access(PART_TEE, 2 << 20), ACCESS_R | ACCESS_W);
	assert_int_equal(memory_access(PART_TEE, 0xfebf0000), 0);
	assert_int_equal(memory_access(PART_REE, 0xfebf0000), ACCESS_R | ACCESS_W | ACCESS_X);
	assert_int_equal(memory_access(PART_REE, APIC_PAGE + 0x300), ACCESS_R);
	assert_int_equal(memory_access(PART_REE, IOAPIC_PAGE + 0x10), ACCESS_R);
	/* Stores there would be interrupts of any kind, INIT among them. */
	assert_int_equal(memory_access(PART_REE, APIC_PAGE + PAGE), 0);
	assert_int_equal(memory_access(PART_REE, MSI_END - 1), 0);
	assert_int_equal(memory_access(PART_REE, MSI_END), ACCESS_R | ACCESS_W | ACCESS_X);
}

static void test_guard(void **state)
{
	fake_guard = false;
	assert_int_equal(memory_access(PART_REE, FAKE_TEE), ACCESS_R | ACCESS_W | ACCESS_X);
	assert_int_equal(memory_access(PART_REE, APIC_PAGE), ACCESS_R);
	assert_int_equal(memory_access(PART_TEE, FAKE_MONITOR), 0);
	fake_guard = true;
}

static void test_refused(void **state)
{
	/* not the owner; partly the owner; a hole; misaligned; wraps; empty; devices */
	assert_int_equal(change(MEM_DONATE, FAKE_TEE, PAGE, OWNER_REE, OWNER_MONITOR, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, FAKE_TEE - PAGE, 2 * PAGE, OWNER_REE, OWNER_TEE, 0),
			 -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0x9e000, 2 * PAGE, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0x5001, PAGE, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0x5000, PAGE + 1, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0x5000, -PAGE, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0x5000, 0, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(change(MEM_DONATE, 0xfebf0000, PAGE, OWNER_DEVICE, OWNER_TEE, 0),
			 -E_INVAL);
	/* executable sharing; sharing with the monitor; nothing shared */
	assert_int_equal(change(MEM_SHARE, 0x5000, PAGE, OWNER_REE, OWNER_TEE, ACCESS_R | ACCESS_X),
			 -E_INVAL);
	assert_int_equal(change(MEM_SHARE, 0x5000, PAGE, OWNER_REE, OWNER_MONITOR, ACCESS_R),
			 -E_INVAL);
	assert_int_equal(change(MEM_SHARE, 0x5000, PAGE, OWNER_REE, OWNER_TEE, 0), -E_INVAL);
	assert_int_equal(memory_owner(0x5000), OWNER_REE);
	assert_int_equal(memory_access(PART_TEE, 0x5000), 0);
}

static void test_share_reclaim(void **state)
{
	uint64_t at = 0x200000;

	assert_int_equal(change(MEM_DONATE, at, PAGE, OWNER_REE, OWNER_TEE, 0), 0);
	assert_int_equal(memory_access(PART_REE, at), 0);
	assert_int_equal(memory_access(PART_REE, at - PAGE), ACCESS_R | ACCESS_W | ACCESS_X);
	assert_int_equal(change(MEM_SHARE, at, PAGE, OWNER_TEE, OWNER_REE, ACCESS_R), 0);
	assert_int_equal(memory_access(PART_REE, at), ACCESS_R);
	assert_int_equal(change(MEM_RECLAIM, at, PAGE, OWNER_TEE, OWNER_REE, 0), 0);
	assert_int_equal(memory_access(PART_REE, at), 0);
}

static void test_tables(void **state)
{
	hpa_t ree = second_level_build(PART_REE), tee = second_level_build(PART_TEE);
	static const uint64_t probes[] = {
		0,	    0x9f000,	0xa0000,   0xfffff,	     0x100000,	   0x1ff000,
		0x200000,   0x201000,	FAKE_TEE,  FAKE_TEE - 1,     FAKE_MONITOR, FAKE_RAM - 1,
		FAKE_RAM,   0xfec00000, APIC_PAGE, APIC_PAGE + PAGE, MSI_END - 1,  MSI_END,
		0xffffffff, 1ull << 32, 1ull << 35};

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		assert_int_equal(fake_access(ree, probes[i]), memory_access(PART_REE, probes[i]));
		if (probes[i] < FAKE_RAM)
			assert_int_equal(fake_access(tee, probes[i]),
					 memory_access(PART_TEE, probes[i]));
	}
}

/* Last: it leaves the table broken. What the TEE owns is never writable for the REE. */
static void test_invariant(void **state)
{
	expect_assert_failure(
		change(MEM_SHARE, FAKE_TEE, PAGE, OWNER_TEE, OWNER_REE, ACCESS_R | ACCESS_W));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),  cmocka_unit_test(test_access),
		cmocka_unit_test(test_guard),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tables), cmocka_unit_test(test_share_reclaim),
		cmocka_unit_test(test_tables), cmocka_unit_test(test_invariant),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
