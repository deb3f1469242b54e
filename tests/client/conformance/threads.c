// SPDX-License-Identifier: BSD-2-Clause
/* Many threads with one context. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "conformance.h"

#define THREADS 8
#define ROUNDS	300

static TEEC_Context *ctx;
static TEEC_Session shared;

static unsigned int xor_rounds(TEEC_Session *s, unsigned int seed, unsigned int rounds)
{
	unsigned int n, wrong = 0;
	uint8_t b[4096];

	for (n = 0; n < rounds; n++) {
		TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};
		size_t size = (seed * 977 + n * 131) % sizeof(b) + 1, i;
		TEEC_Result res;

		memset(b, seed + n, size);
		op.params[0].tmpref.buffer = b;
		op.params[0].tmpref.size = size;
		res = TEEC_InvokeCommand(s, TEST_XOR, &op, NULL);
		if (res) {
			printf("# thread %u, round %u: result 0x%x\n", seed, n, res);
			wrong++;
			continue;
		}
		for (i = 0; i < size && b[i] == (uint8_t)((uint8_t)(seed + n) ^ 0x5a); i++)
			;
		if (i == size)
			continue;
		printf("# thread %u, round %u: byte %zu of %zu is %02x\n", seed, n, i, size, b[i]);
		wrong++;
	}
	return wrong;
}

static void *own_session(void *arg)
{
	TEEC_Session s;
	uintptr_t wrong;

	open_ta(ctx, &s, &test_ta);
	wrong = xor_rounds(&s, (unsigned int)(uintptr_t)arg, ROUNDS);
	TEEC_CloseSession(&s);
	return (void *)wrong;
}

static void *same_session(void *arg)
{
	return (void *)(uintptr_t)xor_rounds(&shared, (unsigned int)(uintptr_t)arg, ROUNDS / 4);
}

static void *open_close(void *arg)
{
	uintptr_t wrong = 0;
	TEEC_Session s;
	unsigned int n;

	for (n = 0; n < 20; n++) {
		if (TEEC_OpenSession(ctx, &s, n & 1 ? &single_ta : &test_ta, TEEC_LOGIN_PUBLIC,
				     NULL, NULL, NULL)) {
			wrong++;
			continue;
		}
		wrong += TEEC_InvokeCommand(&s, TEST_NOP, NULL, NULL) != TEEC_SUCCESS;
		TEEC_CloseSession(&s);
	}
	return (void *)wrong;
}

static void run(void *(*main)(void *), const char *name)
{
	unsigned long wrong = 0;
	pthread_t t[THREADS];
	uintptr_t n;
	void *ret;

	for (n = 0; n < THREADS; n++) {
		if (pthread_create(&t[n], NULL, main, (void *)(n + 1)))
			die("no thread");
	}
	for (n = 0; n < THREADS; n++) {
		pthread_join(t[n], &ret);
		wrong += (uintptr_t)ret;
	}
	check(!wrong, name, "%lu wrong answers", wrong);
}

void test_threads(TEEC_Context *c)
{
	ctx = c;
	run(own_session, "threads: 8, a session each");
	open_ta(c, &shared, &single_ta);
	run(same_session, "threads: 8, one session");
	TEEC_CloseSession(&shared);
	run(open_close, "threads: 8 open and close");
}
