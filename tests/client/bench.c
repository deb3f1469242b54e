// SPDX-License-Identifier: BSD-2-Clause
/*
 * bench latency    a short line for people
 * bench count      lines "name value unit"; with QEMU's -icount shift=0, one nanosecond of the
 *                  guest's clock is one instruction
 * bench parallel   calls per second of two threads with two instances on two CPUs against one
 */
#include <cpuid.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/client/common.h"

#define SAMPLES 301

static TEEC_Context ctx;
static TEEC_Session session;
static uint8_t buffer[4096];

static void null_invoke(void)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INPUT, NONE, NONE, NONE)};

	if (TEEC_InvokeCommand(&session, TEST_NOP, &op, NULL))
		die("invoke failed");
}

static void invoke_4k(void)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};

	op.params[0].tmpref.buffer = buffer;
	op.params[0].tmpref.size = sizeof(buffer);
	if (TEEC_InvokeCommand(&session, TEST_NOP, &op, NULL))
		die("invoke failed");
}

static void open_close(const TEEC_UUID *uuid)
{
	TEEC_Session s;

	open_ta(&ctx, &s, uuid);
	TEEC_CloseSession(&s);
}

static void open_close_warm(void)
{
	open_close(&keep_ta);
}

static void open_close_cold(void)
{
	open_close(&test_ta);
}

static void nothing(void)
{
}

struct result {
	uint64_t min, median;
};

static uint64_t exits(void)
{
	return monitor_counter(MERLON_STAT_EXITS);
}

/* What one run adds to a count, less what reading the count adds. */
static struct result measure_raw(void (*f)(void), unsigned int samples, uint64_t (*count)(void))
{
	static uint64_t v[SAMPLES];
	unsigned int n;

	f();
	f();
	for (n = 0; n < samples; n++) {
		uint64_t start = count();

		f();
		v[n] = count() - start;
	}
	qsort(v, samples, sizeof(v[0]), compare_u64);
	return (struct result){v[0], v[samples / 2]};
}

static struct result measure(void (*f)(void), unsigned int samples, uint64_t (*count)(void))
{
	uint64_t cost = measure_raw(nothing, SAMPLES, count).median;
	struct result r = measure_raw(f, samples, count);

	r.min = r.min > cost ? r.min - cost : 0;
	r.median = r.median > cost ? r.median - cost : 0;
	return r;
}

static void print(const char *name, struct result r, const char *unit)
{
	printf("%s_%s %llu %s\n", name, unit, (unsigned long long)r.median, unit);
	printf("%s_%s_min %llu %s\n", name, unit, (unsigned long long)r.min, unit);
	fflush(stdout);
}

static void bench_count(void)
{
	/* Linux is still busy with itself when it has just booted. */
	sleep_ms(1000);
	print("null_invoke", measure(null_invoke, SAMPLES, now_ns), "instructions");
	print("null_invoke", measure(null_invoke, SAMPLES, exits), "exits");
	print("invoke_4k", measure(invoke_4k, SAMPLES, now_ns), "instructions");
	print("invoke_4k", measure(invoke_4k, SAMPLES, exits), "exits");
	print("open_close_warm", measure(open_close_warm, 101, now_ns), "instructions");
	print("open_close_cold", measure(open_close_cold, 31, now_ns), "instructions");
}

static void bench_latency(void)
{
	struct result null = measure(null_invoke, SAMPLES, now_ns);
	struct result buf = measure(invoke_4k, SAMPLES, now_ns);
	struct result cold = measure(open_close_cold, 5, now_ns);

	printf("null invoke %.1f us, with a 4 KiB buffer in and out %.1f us, "
	       "open and close a new instance %.1f ms\n",
	       null.median / 1e3, buf.median / 1e3, cold.median / 1e6);
}

/* --- Two threads ------------------------------------------------------------------------------- */

#define SLICE_MS 100
#define ROUNDS	 40

struct worker {
	pthread_t thread;
	TEEC_Session session;
	unsigned int cpu;
	void (*step)(struct worker *w);
	uint64_t calls, ns;
};

static void step_call(struct worker *w)
{
	if (invoke_value(&w->session, TEST_NOP, 0, 0))
		die("invoke failed");
}

/* For comparison: what a second CPU of this machine is worth to a program that only computes ... */
static void step_compute(struct worker *w)
{
	volatile unsigned int n;

	for (n = 0; n < 2000; n++)
		;
}

/* ... and to one that also leaves its virtual machine as often as a call does, without the TEE: QEMU
 * handles exits one at a time. */
static void step_exits(struct worker *w)
{
	unsigned int a, b, c, d;

	__cpuid(0, a, b, c, d);
	step_compute(w);
	__cpuid(0, a, b, c, d);
}

static atomic_uint waiting;

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t start, end;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("this needs CPU %u", w->cpu);
	atomic_fetch_sub(&waiting, 1);
	while (atomic_load(&waiting))
		sched_yield();
	w->calls = 0;
	start = now_ns();
	end = start + SLICE_MS * 1000000ull;
	while ((w->ns = now_ns()) < end) {
		unsigned int n;

		for (n = 0; n < 20; n++)
			w->step(w);
		w->calls += 20;
	}
	w->ns -= start;
	return NULL;
}

/* Calls per second of the first n workers together. */
static double rate(struct worker *w, unsigned int n)
{
	double sum = 0;
	unsigned int i;

	atomic_store(&waiting, n);
	for (i = 0; i < n; i++) {
		if (pthread_create(&w[i].thread, NULL, work, &w[i]))
			die("no thread");
	}
	for (i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		sum += w[i].calls * 1e9 / w[i].ns;
	}
	return sum;
}

static int compare_double(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* A busy machine below only takes away: the ninth of ten rates is what it does undisturbed. */
static double undisturbed(double *rates)
{
	qsort(rates, ROUNDS, sizeof(rates[0]), compare_double);
	return rates[ROUNDS * 9 / 10];
}

/* Rates of one thread and of two; they alternate, so that both see the same machine. */
static void rates(struct worker *w, void (*step)(struct worker *w), double *one, double *two)
{
	double a[ROUNDS], b[ROUNDS];
	unsigned int n;

	w[0].step = w[1].step = step;
	for (n = 0; n < ROUNDS; n++) {
		a[n] = rate(&w[n % 2], 1);
		b[n] = rate(w, 2);
	}
	*one = undisturbed(a);
	*two = undisturbed(b);
}

/* The last two CPUs: a race of QEMU's hits the first one (docs/testing.md). */
static void bench_parallel(void)
{
	unsigned int cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	struct worker w[2] = {{.cpu = cpus - 2}, {.cpu = cpus - 1}};
	double one, two;

	if (cpus < 2)
		die("this needs two CPUs");
	open_ta(&ctx, &w[0].session, &test_ta);
	open_ta(&ctx, &w[1].session, &test_ta);
	rates(w, step_call, &one, &two);
	printf("parallel_speedup_2cpu %.2f ratio\n", two / one);
	printf("calls_per_second_1cpu %.0f calls/s\n", one);
	printf("calls_per_second_2cpu %.0f calls/s\n", two);
	rates(w, step_compute, &one, &two);
	printf("compute_speedup_2cpu %.2f ratio\n", two / one);
	rates(w, step_exits, &one, &two);
	printf("exits_speedup_2cpu %.2f ratio\n", two / one);
	TEEC_CloseSession(&w[0].session);
	TEEC_CloseSession(&w[1].session);
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	connect_tee(&ctx);
	open_ta(&ctx, &session, &test_ta);
	if (!strcmp(what, "latency"))
		bench_latency();
	else if (!strcmp(what, "count"))
		bench_count();
	else if (!strcmp(what, "parallel"))
		bench_parallel();
	else
		die("usage: bench latency | count | parallel");
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&ctx);
	return checks_status();
}
