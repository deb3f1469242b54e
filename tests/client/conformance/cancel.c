// SPDX-License-Identifier: BSD-2-Clause
/* Cancellation from another thread. */
#include <pthread.h>

#include "conformance.h"

static TEEC_Operation op;

static void *cancel_soon(void *arg)
{
	sleep_ms(200);
	TEEC_RequestCancellation(&op);
	return NULL;
}

/* Runs a command and cancels it after a while. Milliseconds that it took. */
static uint64_t cancelled(TEEC_Session *s, uint32_t cmd, uint32_t types, uint32_t ms,
			  TEEC_Result *res, uint32_t *origin)
{
	uint64_t start = now_ns();
	pthread_t t;

	op = (TEEC_Operation){.paramTypes = types};
	op.params[0].value.a = ms;
	if (pthread_create(&t, NULL, cancel_soon, NULL))
		die("no thread");
	*res = TEEC_InvokeCommand(s, cmd, &op, origin);
	start = (now_ns() - start) / 1000000;
	pthread_join(t, NULL);
	return start;
}

void test_cancel(TEEC_Context *c)
{
	uint32_t value = TYPES(VALUE_INPUT, NONE, NONE, NONE), origin = 0;
	TEEC_Session s;
	TEEC_Result res;
	uint64_t ms;

	open_ta(c, &s, &test_ta);
	ms = cancelled(&s, TEST_WAIT, value, 20000, &res, &origin);
	check_origin("cancel: a waiting TA", res, TEEC_ERROR_CANCEL, origin,
		     TEEC_ORIGIN_TRUSTED_APP);
	check(ms < 10000, "cancel: a waiting TA ends early", "%llu ms", (unsigned long long)ms);
	cancelled(&s, TEST_SPIN, 0, 0, &res, &origin);
	check_origin("cancel: a computing TA sees the flag", res, TEEC_ERROR_CANCEL, origin,
		     TEEC_ORIGIN_TRUSTED_APP);
	ms = cancelled(&s, TEST_WAIT_MASKED, value, 600, &res, &origin);
	check(!res && ms >= 600, "cancel: masked, the TA goes on", "0x%08x after %llu ms", res,
	      (unsigned long long)ms);
	check_result("cancel: the session can be used again",
		     TEEC_InvokeCommand(&s, TEST_NOP, NULL, NULL), TEEC_SUCCESS);

	op = (TEEC_Operation){.paramTypes = value};
	TEEC_RequestCancellation(&op);
	res = TEEC_InvokeCommand(&s, TEST_WAIT, &op, &origin);
	check_origin("cancel: before it starts", res, TEEC_ERROR_CANCEL, origin, TEEC_ORIGIN_API);
	op.paramTypes = 0;
	check_result("cancel: the operation can be used again",
		     TEEC_InvokeCommand(&s, TEST_NOP, &op, NULL), TEEC_SUCCESS);
	TEEC_RequestCancellation(&op);
	check_result("cancel: a finished operation", TEEC_InvokeCommand(&s, TEST_NOP, NULL, NULL),
		     TEEC_SUCCESS);
	TEEC_RequestCancellation(NULL);
	check(true, "cancel: NULL", "-");
	TEEC_CloseSession(&s);
}
