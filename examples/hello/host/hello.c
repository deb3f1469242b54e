// SPDX-License-Identifier: BSD-2-Clause
/* The client of the hello TA: opens a session, runs both commands, measures one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tee_client_api.h>

#include <hello_ta.h>

#define CALLS 1000

static void check(const char *what, TEEC_Result res, uint32_t origin)
{
	if (!res)
		return;
	fprintf(stderr, "hello: %s failed: 0x%08x, origin %u\n", what, res, origin);
	if (res == TEEC_ERROR_ITEM_NOT_FOUND && origin == TEEC_ORIGIN_API)
		fprintf(stderr, "hello: no TEE here; is the driver loaded?\n");
	else if (res == TEEC_ERROR_ITEM_NOT_FOUND)
		fprintf(stderr, "hello: is the TA in /lib/merlon, and tee-supplicant running?\n");
	exit(EXIT_FAILURE);
}

static uint32_t increment(TEEC_Session *session, uint32_t value)
{
	TEEC_Operation op = {0};
	TEEC_Result res;
	uint32_t origin;

	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	op.params[0].value.a = value;
	res = TEEC_InvokeCommand(session, HELLO_CMD_INCREMENT, &op, &origin);
	check("increment", res, origin);
	return op.params[0].value.a;
}

static void capitals(TEEC_Session *session, char *from, char *to, size_t size)
{
	TEEC_Operation op = {0};
	TEEC_Result res;
	uint32_t origin;

	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE,
					 TEEC_NONE);
	op.params[0].tmpref.buffer = from;
	op.params[0].tmpref.size = size;
	op.params[1].tmpref.buffer = to;
	op.params[1].tmpref.size = size;
	res = TEEC_InvokeCommand(session, HELLO_CMD_CAPITALS, &op, &origin);
	check("capitals", res, origin);
}

static double microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

int main(void)
{
	char text[] = "a trusted application answers", answer[sizeof(text)] = "";
	const TEEC_UUID uuid = HELLO_TA_UUID;
	TEEC_Context context;
	TEEC_Session session;
	uint32_t origin, value;
	TEEC_Result res;
	double start;
	int n;

	res = TEEC_InitializeContext(NULL, &context);
	check("connecting to the TEE", res, TEEC_ORIGIN_API);
	res = TEEC_OpenSession(&context, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	check("opening a session", res, origin);

	value = increment(&session, 42);
	printf("hello: 42 + 1 = %u, says the TA\n", value);
	capitals(&session, text, answer, sizeof(text));
	printf("hello: %s\n", answer);

	start = microseconds();
	for (n = 0; n < CALLS; n++)
		increment(&session, n);
	printf("hello: %.1f us per call (average of %d)\n", (microseconds() - start) / CALLS,
	       CALLS);

	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&context);
	return value == 43 && !strcmp(answer, "A TRUSTED APPLICATION ANSWERS") ? EXIT_SUCCESS
									       : EXIT_FAILURE;
}
