// SPDX-License-Identifier: BSD-2-Clause
/* What is flushed at a world switch, for what a CPU says of itself and what the command line asks. */
#include "tests/monitor/fake.h"
#include <monitor/mitigate.h>
#include <string.h>

#define BIT(m)	 (1u << MITIGATE_##m)
#define RDCL_NO	 1ull
#define MDS_NO	 (1ull << 5)
#define TAA_NO	 (1ull << 8)
#define FB_CLEAR (1ull << 17)
#define RFDS	 (1ull << 28)

static int setup(void **state)
{
	fake_machine(1);
	memset(options.mitigate, 0, sizeof(options.mitigate));
	memset(fake_mitigated, 0, sizeof(fake_mitigated));
	return 0;
}

static void test_auto(void **state)
{
	static const struct {
		struct mitigate_facts f;
		uint32_t want;
	} cases[] = {
		/* an old CPU of Intel's with and without microcode */
		{{true, false, {false, false, false}, 0},
		 BIT(IBPB) | BIT(L1D) | BIT(VERW) | BIT(RSB)},
		{{true, false, {true, true, true}, 0}, BIT(RSB)},
		/* one that is cured of L1TF; of MDS too; of all; of all but what came later */
		{{true, false, {false, false, false}, RDCL_NO}, BIT(IBPB) | BIT(VERW) | BIT(RSB)},
		{{true, false, {false, false, false}, RDCL_NO | MDS_NO},
		 BIT(IBPB) | BIT(VERW) | BIT(RSB)},
		{{true, false, {false, false, false}, RDCL_NO | MDS_NO | TAA_NO},
		 BIT(IBPB) | BIT(RSB)},
		{{true, false, {false, false, false}, RDCL_NO | MDS_NO | TAA_NO | FB_CLEAR},
		 BIT(IBPB) | BIT(VERW) | BIT(RSB)},
		{{true, false, {false, false, false}, RDCL_NO | MDS_NO | TAA_NO | RFDS},
		 BIT(IBPB) | BIT(VERW) | BIT(RSB)},
		/* AMD: no L1TF, no MDS; IBPB may clear return predictions */
		{{false, false, {false, false, false}, 0}, BIT(IBPB) | BIT(RSB)},
		{{false, true, {false, true, true}, 0}, BIT(IBPB)},
		{{false, false, {true, true, true}, 0}, BIT(RSB)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(mitigate_choose(&cases[i].f), cases[i].want);
}

static void test_words(void **state)
{
	const struct mitigate_facts all = {true, false, {false, false, false}, 0};
	const struct mitigate_facts cured = {
		true, true, {false, false, false}, RDCL_NO | MDS_NO | TAA_NO};
	const struct mitigate_facts none = {.lacks = {true, true, true}};

	for (int m = 0; m < MITIGATE_COUNT; m++)
		options.mitigate[m] = MITIGATE_OFF;
	assert_int_equal(mitigate_choose(&all), 0);
	for (int m = 0; m < MITIGATE_COUNT; m++)
		options.mitigate[m] = MITIGATE_ALWAYS;
	assert_int_equal(mitigate_choose(&cured), BIT(IBPB) | BIT(L1D) | BIT(VERW) | BIT(RSB));
	assert_int_equal(mitigate_choose(&none), BIT(RSB)); /* the rest cannot be done */
	/* With IBPB off, what it would have cleared is cleared. */
	options.mitigate[MITIGATE_IBPB] = MITIGATE_OFF;
	options.mitigate[MITIGATE_RSB] = MITIGATE_AUTO;
	assert_true(mitigate_choose(&cured) & BIT(RSB));
}

/* Each in its direction, and counted. */
static void test_switch(void **state)
{
	const struct mitigate_facts all = {true, false, {false, false, false}, 0};

	mitigate_choose(&all);
	mitigate(&cpus[0], PART_TEE);
	assert_int_equal(fake_mitigated[MITIGATE_IBPB], 1);
	assert_int_equal(fake_mitigated[MITIGATE_RSB], 1);
	assert_int_equal(fake_mitigated[MITIGATE_L1D] + fake_mitigated[MITIGATE_VERW], 0);
	mitigate(&cpus[0], PART_REE);
	assert_int_equal(fake_mitigated[MITIGATE_IBPB], 2);
	assert_int_equal(fake_mitigated[MITIGATE_RSB], 1);
	assert_int_equal(fake_mitigated[MITIGATE_L1D], 1);
	assert_int_equal(fake_mitigated[MITIGATE_VERW], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_IBPB], 2);
	assert_int_equal(cpus[0].stats[MERLON_STAT_L1D], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_VERW], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_RSB], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_auto, setup),
		cmocka_unit_test_setup(test_words, setup),
		cmocka_unit_test_setup(test_switch, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
