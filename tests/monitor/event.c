// SPDX-License-Identifier: BSD-2-Clause
/* Events whose delivery an exit interrupted, and faults that come on top of them. */
#include "tests/monitor/fake.h"
#include <monitor/event.h>

#define DE 0
#define DB 1
#define BP 3
#define UD 6
#define DF 8
#define GP 13
#define PF 14

static uint8_t merged(uint64_t first, uint8_t vector)
{
	uint64_t e = event_merge(first, vector);

	assert_true(e & EVENT_VALID);
	assert_int_equal(EVENT_TYPE(e), EVENT_TYPE_EXC);
	assert_int_equal(EVENT_ERROR(e), 0);
	assert_int_equal(!!(e & EVENT_HAS_ERROR), EVENT_VECTOR(e) == DF || EVENT_VECTOR(e) == GP);
	return EVENT_VECTOR(e);
}

static void test_merge(void **state)
{
	assert_int_equal(merged(0, GP), GP);
	assert_int_equal(merged(0, UD), UD);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXC, DB), GP), GP);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXC, GP), UD), UD);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXC, GP), GP), DF);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXC, PF), GP), DF);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXC, DE), GP), DF);
	assert_int_equal(merged(event_make(EVENT_TYPE_EXTERNAL, GP), GP), GP);
	assert_int_equal(merged(event_make(EVENT_TYPE_NMI, 2), GP), GP);
	assert_int_equal(event_merge(event_make(EVENT_TYPE_EXC, DF), GP), 0);
}

static void test_again(void **state)
{
	const uint64_t with_error = event_make(EVENT_TYPE_EXC, PF) | EVENT_HAS_ERROR | 5ull << 32;

	assert_int_equal(event_again(0), 0);
	assert_int_equal(event_again(with_error & ~EVENT_VALID), 0);
	assert_int_equal(event_again(with_error), with_error);
	assert_int_equal(event_again(event_make(EVENT_TYPE_NMI, 2)), event_make(EVENT_TYPE_NMI, 2));
	assert_int_equal(event_again(event_make(EVENT_TYPE_EXTERNAL, 0x31)),
			 event_make(EVENT_TYPE_EXTERNAL, 0x31));
	for (uint64_t type = EVENT_TYPE_SOFT; type < 8; type++)
		assert_int_equal(event_again(event_make(type, 0x80)), 0);
	assert_int_equal(event_again(event_make(EVENT_TYPE_EXC, BP)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("monitor_event", tests, NULL, NULL);
}
