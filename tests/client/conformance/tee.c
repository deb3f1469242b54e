// SPDX-License-Identifier: BSD-2-Clause
/* What the TEE does for a TA, seen from outside. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance.h"

static const uint8_t single_octets[16] = {0x6d, 0x65, 0x72, 0x6c, 0x6f, 0x6e, 0x54, 0x45,
					  0x80, 0,    0,    0,	  0,	0,    0,    2};
static const uint8_t nobody_octets[16] = {0x6d, 0x65, 0x72, 0x6c, 0x6f, 0x6e, 0x54, 0x45,
					  0x80, 0,    0,    0,	  0,	0,    0,    0xff};

static TEEC_Result call(TEEC_Session *s, const uint8_t uuid[16], uint32_t cmd, uint32_t out[4])
{
	TEEC_Operation op = {
		.paramTypes = TYPES(MEMREF_TEMP_INPUT, VALUE_INPUT, VALUE_INOUT, VALUE_OUTPUT)};
	TEEC_Result res;

	op.params[0].tmpref.buffer = (void *)uuid;
	op.params[0].tmpref.size = 16;
	op.params[1].value.a = cmd;
	op.params[2].value.a = 5;
	op.params[2].value.b = 99; /* for TEST_REGS_FIND: the answer is 16 */
	res = TEEC_InvokeCommand(s, TEST_CALL, &op, NULL);
	out[0] = op.params[3].value.a;
	out[1] = op.params[3].value.b;
	out[2] = op.params[2].value.a;
	out[3] = op.params[2].value.b;
	return res;
}

static void calls(TEEC_Session *s)
{
	uint32_t out[4];
	TEEC_Result res;

	res = call(s, single_octets, TEST_REGS_FIND, out);
	check(!res && !out[0] && out[2] == 5 && out[3] == 16, "TA to TA: call and answer",
	      "0x%08x: 0x%08x, origin %u, values %u %u", res, out[0], out[1], out[2], out[3]);
	res = call(s, single_octets, 0xffff, out);
	check(!res && out[0] == TEEC_ERROR_NOT_SUPPORTED && out[1] == TEEC_ORIGIN_TRUSTED_APP,
	      "TA to TA: error of the other TA", "0x%08x: 0x%08x, origin %u", res, out[0], out[1]);
	res = call(s, nobody_octets, TEST_NOP, out);
	check(!res && out[0] == TEEC_ERROR_ITEM_NOT_FOUND && out[1] == TEEC_ORIGIN_TEE,
	      "TA to TA: unknown TA", "0x%08x: 0x%08x, origin %u", res, out[0], out[1]);
}

static uint64_t ta_time(TEEC_Session *s, uint64_t *ree_ms)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_OUTPUT, VALUE_OUTPUT, NONE, NONE)};

	if (TEEC_InvokeCommand(s, TEST_TIME, &op, NULL))
		die("TEST_TIME");
	*ree_ms = op.params[1].value.a * 1000ull + op.params[1].value.b;
	return op.params[0].value.a * 1000ull + op.params[0].value.b;
}

static void times(TEEC_Session *s)
{
	uint64_t ree, ree2, linux_ms, t0, t1;
	struct timespec ts;

	t0 = ta_time(s, &ree);
	clock_gettime(CLOCK_REALTIME, &ts);
	linux_ms = ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
	check(linux_ms + 2 >= ree && linux_ms - ree < 5000, "time: the REE's",
	      "%llu, Linux has %llu", (unsigned long long)ree, (unsigned long long)linux_ms);
	check_result("time: wait", invoke_value(s, TEST_WAIT, 100, 0), TEEC_SUCCESS);
	t1 = ta_time(s, &ree2);
	check(t1 >= t0 + 100 && t1 < t0 + 20000, "time: passes while the TA waits", "%llu ms",
	      (unsigned long long)(t1 - t0));
}

static void memory(TEEC_Session *s)
{
	static uint8_t in[100], out[100];
	TEEC_Operation op = {
		.paramTypes = TYPES(MEMREF_TEMP_INPUT, MEMREF_TEMP_OUTPUT, VALUE_OUTPUT, NONE)};

	check_result("heap: 64 times 1000 bytes", invoke_value(s, TEST_HEAP, 64, 1000), 0);
	check_result("heap: again", invoke_value(s, TEST_HEAP, 64, 1000), 0);
	check_result("heap: nothing", invoke_value(s, TEST_HEAP, 4, 0), 0);
	check_result("heap: far too much", invoke_value(s, TEST_HEAP, 256, 16 << 20),
		     TEEC_ERROR_OUT_OF_MEMORY);
	check_result("heap: and then a little", invoke_value(s, TEST_HEAP, 64, 1000), 0);
	check_result("stack: 24 KiB", invoke_value(s, TEST_STACK, 24 << 10, 0), 0);
	op.params[0].tmpref.buffer = in;
	op.params[0].tmpref.size = sizeof(in);
	op.params[1].tmpref.buffer = out;
	op.params[1].tmpref.size = sizeof(out);
	check(!TEEC_InvokeCommand(s, TEST_RIGHTS, &op, NULL) &&
		      (op.params[2].value.a & ~2u) == (1 | 4 | 16),
	      "memory: access rights of parameters and stack", "0x%x", op.params[2].value.a);
}

/* Is the text in the log? */
static bool in_log(const char *text)
{
	static char log[1 << 20];
	int fd = open("/dev/merlon", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		die("/dev/merlon: %s", strerror(errno));
	while (have < sizeof(log) && (n = read(fd, log + have, sizeof(log) - have)) > 0)
		have += n;
	close(fd);
	return memmem(log, have, text, strlen(text));
}

static void logs(TEEC_Session *s)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INPUT, NONE, NONE, NONE)};
	char text[64];

	snprintf(text, sizeof(text), "conformance %d was here", (int)getpid());
	check(!in_log(text), "log: before", "already there");
	op.params[0].tmpref.buffer = text;
	op.params[0].tmpref.size = strlen(text);
	TEEC_InvokeCommand(s, TEST_LOG, &op, NULL);
	check(in_log(text), "log: a line of a TA", "not there");
}

void test_tee(TEEC_Context *c)
{
	TEEC_Session s;

	open_ta(c, &s, &test_ta);
	calls(&s);
	times(&s);
	memory(&s);
	logs(&s);
	TEEC_CloseSession(&s);
}
