// SPDX-License-Identifier: BSD-2-Clause
/* A TA that goes wrong dies alone. */
#include "conformance.h"

static const char *const fault_names[FAULT_COUNT] = TEST_FAULT_NAMES;

static void each_fault(TEEC_Context *c)
{
	TEEC_Session s;
	char name[64];
	unsigned int n;

	for (n = 0; n < FAULT_COUNT; n++) {
		snprintf(name, sizeof(name), "fault: %s", fault_names[n]);
		open_ta(c, &s, &test_ta);
		check_result(name, invoke_value(&s, TEST_FAULT, n, 0), TEEC_ERROR_TARGET_DEAD);
		TEEC_CloseSession(&s);
	}
}

void test_panics(TEEC_Context *c)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INPUT, NONE, NONE, NONE)};
	struct gauges before, after;
	uint32_t origin = 0;
	TEEC_Session a, b;
	TEEC_Result res;

	gauges_read(&before);
	open_ta(c, &a, &test_ta);
	open_ta(c, &b, &test_ta);
	res = TEEC_InvokeCommand(&a, TEST_PANIC, &op, &origin);
	check_origin("panic: the caller learns it", res, TEEC_ERROR_TARGET_DEAD, origin,
		     TEEC_ORIGIN_TEE);
	res = TEEC_InvokeCommand(&a, TEST_NOP, NULL, &origin);
	check_origin("panic: the session stays dead", res, TEEC_ERROR_TARGET_DEAD, origin,
		     TEEC_ORIGIN_TEE);
	TEEC_CloseSession(&a);
	check_result("panic: another instance lives", TEEC_InvokeCommand(&b, TEST_NOP, NULL, NULL),
		     TEEC_SUCCESS);
	TEEC_CloseSession(&b);
	gauges_read(&after);
	check(after.tee[TEE_STAT_PANICS] == before.tee[TEE_STAT_PANICS] + 1, "panic: is counted",
	      "%llu before, %llu after", (unsigned long long)before.tee[TEE_STAT_PANICS],
	      (unsigned long long)after.tee[TEE_STAT_PANICS]);

	open_ta(c, &a, &single_ta);
	open_ta(c, &b, &single_ta);
	TEEC_InvokeCommand(&a, TEST_PANIC, &op, NULL);
	check_result("panic: ends all sessions of the instance",
		     TEEC_InvokeCommand(&b, TEST_NOP, NULL, NULL), TEEC_ERROR_TARGET_DEAD);
	TEEC_CloseSession(&a);
	TEEC_CloseSession(&b);
	open_ta(c, &a, &single_ta);
	check_result("panic: a new instance can be opened",
		     TEEC_InvokeCommand(&a, TEST_NOP, NULL, NULL), TEEC_SUCCESS);
	TEEC_CloseSession(&a);
	each_fault(c);
}
