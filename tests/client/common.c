// SPDX-License-Identifier: BSD-2-Clause
#include "tests/client/common.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <include/abi/merlon_ioctl.h>

const TEEC_UUID test_ta = TEST_TA_UUID;
const TEEC_UUID single_ta = SINGLE_TA_UUID;
const TEEC_UUID lone_ta = LONE_TA_UUID;
const TEEC_UUID keep_ta = KEEP_TA_UUID;

const char *const gauge_names[TEE_STAT_COUNT] = TEE_STAT_NAMES;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int failed;

bool check(bool cond, const char *name, const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&lock);
	if (cond) {
		printf("ok %s\n", name);
	} else {
		failed++;
		printf("not ok %s: ", name);
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
		printf("\n");
	}
	fflush(stdout);
	pthread_mutex_unlock(&lock);
	return cond;
}

bool check_result(const char *name, TEEC_Result got, TEEC_Result want)
{
	return check(got == want, name, "result 0x%08x instead of 0x%08x", got, want);
}

bool check_origin(const char *name, TEEC_Result got, TEEC_Result want, uint32_t origin,
		  uint32_t want_origin)
{
	return check(got == want && origin == want_origin, name,
		     "result 0x%08x, origin %u instead of 0x%08x, %u", got, origin, want,
		     want_origin);
}

int checks_status(void)
{
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("not ok set-up: ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	exit(EXIT_FAILURE);
}

void connect_tee(TEEC_Context *c)
{
	TEEC_Result res = TEEC_InitializeContext(NULL, c);

	if (res)
		die("no TEE: 0x%08x", res);
}

void open_ta(TEEC_Context *c, TEEC_Session *s, const TEEC_UUID *uuid)
{
	uint32_t origin = 0;
	TEEC_Result res = TEEC_OpenSession(c, s, uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);

	if (res)
		die("no session with TA ..%02x: 0x%08x, origin %u", uuid->clockSeqAndNode[7], res,
		    origin);
}

TEEC_Result invoke_value(TEEC_Session *s, uint32_t cmd, uint32_t a, uint32_t b)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INPUT, NONE, NONE, NONE)};

	op.params[0].value.a = a;
	op.params[0].value.b = b;
	return TEEC_InvokeCommand(s, cmd, &op, NULL);
}

static int device(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/merlon", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("/dev/merlon: %s", strerror(errno));
	return fd;
}

static uint64_t counter(uint32_t which, uint32_t cpu, uint32_t index)
{
	struct merlon_ioc_stat s = {.which = which, .cpu = cpu, .index = index};

	if (ioctl(device(), MERLON_IOC_STAT, &s))
		die("counter %u.%u: %s", which, index, strerror(errno));
	return s.value;
}

void gauges_read(struct gauges *g)
{
	unsigned int n;

	for (n = 0; n < TEE_STAT_COUNT; n++)
		g->tee[n] = counter(1, 0, n);
}

uint64_t monitor_counter(enum merlon_stat which)
{
	struct merlon_ioc_status s;
	uint64_t sum = 0;
	unsigned int cpu;

	if (ioctl(device(), MERLON_IOC_STATUS, &s))
		die("status: %s", strerror(errno));
	for (cpu = 0; cpu < s.ncpus; cpu++)
		sum += counter(0, cpu, which);
	return sum;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

int compare_u64(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}
