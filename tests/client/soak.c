// SPDX-License-Identifier: BSD-2-Clause
/*
 * soak KIND COUNT...: does a thing many times and then compares what the TEE has in use with what it
 * had before. Kinds: invokes, opens, panics, kills; and loop, which takes no count.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/common.h"

static const enum tee_stat compared[] = {TEE_STAT_PAGES_FREE, TEE_STAT_THREADS, TEE_STAT_SESSIONS,
					 TEE_STAT_PROCESSES,  TEE_STAT_SHM,	TEE_STAT_MEMOBJS};

#define COMPARED (sizeof(compared) / sizeof(compared[0]))

static bool same(const struct gauges *a, const struct gauges *b)
{
	unsigned int n;

	for (n = 0; n < COMPARED; n++) {
		if (a->tee[compared[n]] != b->tee[compared[n]])
			return false;
	}
	return true;
}

/* Linux ends what a killed process left in its own time: a few seconds are allowed. */
static void compare(const struct gauges *before, const char *name)
{
	struct gauges now;
	char why[256] = "";
	size_t len = 0;
	unsigned int n;

	for (n = 0; n < 100; n++) {
		gauges_read(&now);
		if (same(before, &now))
			break;
		sleep_ms(50);
	}
	for (n = 0; n < COMPARED; n++) {
		uint64_t b = before->tee[compared[n]], a = now.tee[compared[n]];

		if (a != b && len < sizeof(why))
			len += snprintf(why + len, sizeof(why) - len, "%s %llu -> %llu  ",
					gauge_names[compared[n]], (unsigned long long)b,
					(unsigned long long)a);
	}
	check(same(before, &now), name, "%s", why);
}

/* --- Kinds: how many of them went wrong ---------------------------------------------------------- */

static unsigned int invokes(unsigned int count)
{
	unsigned int n, wrong = 0;
	uint8_t buffer[4096];
	TEEC_Context c;
	TEEC_Session s;

	connect_tee(&c);
	open_ta(&c, &s, &test_ta);
	for (n = 0; n < count; n++) {
		TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};

		op.params[0].tmpref.buffer = buffer;
		op.params[0].tmpref.size = n % sizeof(buffer);
		if (n % 16)
			wrong += invoke_value(&s, TEST_NOP, n, 0) != TEEC_SUCCESS;
		else
			wrong += TEEC_InvokeCommand(&s, TEST_NOP, &op, NULL) != TEEC_SUCCESS;
	}
	TEEC_CloseSession(&s);
	TEEC_FinalizeContext(&c);
	return wrong;
}

/* Most with an instance that is there; every 20th makes one and ends it. */
static unsigned int opens(unsigned int count)
{
	unsigned int n, wrong = 0;
	TEEC_Context c;
	TEEC_Session s;

	connect_tee(&c);
	for (n = 0; n < count; n++) {
		const TEEC_UUID *uuid = n % 20 ? &keep_ta : &test_ta;

		if (TEEC_OpenSession(&c, &s, uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL))
			wrong++;
		else
			TEEC_CloseSession(&s);
	}
	TEEC_FinalizeContext(&c);
	return wrong;
}

static unsigned int panics(unsigned int count)
{
	unsigned int n, wrong = 0;
	TEEC_Context c;
	TEEC_Session s;

	connect_tee(&c);
	for (n = 0; n < count; n++) {
		const TEEC_UUID *uuid = n % 2 ? &single_ta : &test_ta;
		uint32_t cmd = n % 3 ? TEST_PANIC : TEST_FAULT;

		if (TEEC_OpenSession(&c, &s, uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL)) {
			wrong++;
			continue;
		}
		wrong += invoke_value(&s, cmd, n % FAULT_COUNT, 0) != TEEC_ERROR_TARGET_DEAD;
		TEEC_CloseSession(&s);
	}
	TEEC_FinalizeContext(&c);
	return wrong;
}

/* In the child that will be killed; does not return. */
static void victim(unsigned int n, int ready)
{
	TEEC_Context c;
	TEEC_Session s;

	connect_tee(&c);
	if (n % 8 == 7 && write(ready, "", 1) == 1) {
		for (;;) { /* killed while it opens and closes */
			open_ta(&c, &s, &test_ta);
			TEEC_CloseSession(&s);
		}
	}
	open_ta(&c, &s, n % 3 ? &test_ta : &single_ta);
	if (write(ready, "", 1) != 1)
		_exit(1);
	switch (n % 4) {
	case 0:
		TEEC_InvokeCommand(&s, TEST_LOOP, NULL, NULL);
		break;
	case 1:
		invoke_value(&s, TEST_WAIT_MASKED, 1000000, 0);
		break;
	case 2:
		TEEC_InvokeCommand(&s, TEST_SPIN, NULL, NULL);
		break;
	default:
		for (;;)
			invoke_value(&s, TEST_NOP, 0, 0);
	}
	_exit(1);
}

static pid_t start_victim(unsigned int n)
{
	int fd[2];
	pid_t pid;
	char c;

	if (pipe(fd))
		die("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		close(fd[0]);
		victim(n, fd[1]);
	}
	close(fd[1]);
	if (read(fd[0], &c, 1) != 1)
		die("victim %u ended early", n);
	close(fd[0]);
	return pid;
}

static unsigned int kills(unsigned int count)
{
	unsigned int n, wrong = 0;

	for (n = 0; n < count; n++) {
		pid_t pid = start_victim(n);
		uint64_t start;
		int status;

		sleep_ms(n * 7 % 20);
		start = now_ns();
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) ||
		    now_ns() - start > 5000000000ull)
			wrong++;
	}
	return wrong;
}

/* --- A TA that loops for ever does not stop Linux, even on its own CPU -------------------------------- */

static void loop(void)
{
	uint64_t start, longest = 0, spun = 0;
	unsigned int n;
	cpu_set_t set;
	int status;
	pid_t pid;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	pid = start_victim(0);
	for (n = 0; n < 50; n++) {
		start = now_ns();
		sleep_ms(20);
		if (now_ns() - start > longest)
			longest = now_ns() - start;
	}
	check(longest < 1000000000, "loop: Linux's timers go on", "a sleep of 20 ms took %llu ms",
	      (unsigned long long)longest / 1000000);
	start = now_ns();
	while (now_ns() - start < 1000000000)
		spun++;
	check(spun > 1000, "loop: Linux computes on the same CPU", "%llu rounds in 1 s",
	      (unsigned long long)spun);
	start = now_ns();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(now_ns() - start < 2000000000, "loop: killing its client ends it", "after %llu ms",
	      (unsigned long long)(now_ns() - start) / 1000000);
}

static const struct {
	const char *name;
	unsigned int (*run)(unsigned int count);
} kinds[] = {
	{"invokes", invokes},
	{"opens", opens},
	{"panics", panics},
	{"kills", kills},
};

static void soak(const char *kind, unsigned int count)
{
	struct gauges before;
	unsigned int n, wrong;
	char name[96];

	for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (strcmp(kind, kinds[n].name))
			continue;
		kinds[n].run(20); /* what is kept for later, is kept now */
		gauges_read(&before);
		wrong = kinds[n].run(count);
		snprintf(name, sizeof(name), "soak: %u %s", count, kind);
		check(!wrong, name, "%u went wrong", wrong);
		snprintf(name, sizeof(name), "soak: all is as it was before %u %s", count, kind);
		compare(&before, name);
		return;
	}
	die("no kind \"%s\"", kind);
}

int main(int argc, char **argv)
{
	struct gauges before;
	int n;

	for (n = 1; n < argc; n++) {
		if (!strcmp(argv[n], "loop")) {
			opens(1);
			gauges_read(&before);
			loop();
			compare(&before, "loop: all is as it was before");
		} else if (n + 1 < argc) {
			soak(argv[n], strtoul(argv[n + 1], NULL, 10));
			n++;
		} else {
			die("usage: soak KIND COUNT... | loop");
		}
	}
	return checks_status();
}
