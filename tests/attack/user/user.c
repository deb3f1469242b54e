// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: attack_user [EVERY]: reads, writes and runs every page (or each EVERY-th) of TEE and monitor memory
 * from user mode, on each CPU, through the window that attack_window.ko opens. Each access must end in
 * SIGSEGV: that is what Linux makes of the exception that the monitor gives it. With the guard off the cases
 * say LEAK. A program cannot call the monitor either.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE	4096ul
#define WORDS	(PAGE / sizeof(uint64_t))
#define PATTERN 0x6b63617474415f5full
#define RET	0xc3
#define RETS	0xc3c3c3c3c3c3c3c3ull
#define OTHERS	16 /* CPUs but the first try every so many-th page */

static size_t every = 1;
static sigjmp_buf back;
static volatile uintptr_t fault_rip;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *c = context;

	fault_rip = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];
	siglongjmp(back, sig);
}

static void die(const char *what)
{
	printf("not ok %s: ", what);
	fflush(stdout);
	perror(NULL);
	exit(1);
}

static bool load(const volatile uint64_t *at, uint64_t *value)
{
	if (sigsetjmp(back, 0))
		return false;
	*value = *at;
	return true;
}

static bool store(volatile uint64_t *at, uint64_t value)
{
	if (sigsetjmp(back, 0))
		return false;
	*at = value;
	return true;
}

/* Whether code at @to was run. Only a SIGSEGV at its first byte says that it was not. */
static bool run(void *to)
{
	void (*volatile code)(void);
	int sig = sigsetjmp(back, 0);

	if (sig)
		return sig != SIGSEGV || fault_rip != (uintptr_t)to;
	memcpy((void *)&code, &to, sizeof(to));
	code();
	return true;
}

/* Each says whether the page leaked. */

static bool try_read(uint64_t *at)
{
	uint64_t value;

	return load(at, &value) && value != ~0ull;
}

/* What was there is put back. */
static bool try_write(uint64_t *at)
{
	uint64_t before, after = 0;
	bool had = load(at, &before), leaked = store(at, PATTERN) && load(at, &after);

	if (had)
		store(at, before);
	return leaked && after == PATTERN;
}

/* A page that can be read is called at a RET, its own or one written there for the moment. */
static bool try_execute(uint64_t *at)
{
	uint64_t *page = (uint64_t *)((uintptr_t)at & ~(PAGE - 1)), value, before;
	unsigned int i;
	uint8_t *ret;
	bool ran;

	for (i = 0; i < WORDS; i++) {
		if (!load(&page[i], &value))
			break;
		ret = memchr(&value, RET, sizeof(value));
		if (ret)
			return run((uint8_t *)&page[i] + (ret - (uint8_t *)&value));
	}
	if (i < WORDS || !load(at, &before) || !store(at, RETS))
		return run(at);
	ran = run(at);
	store(at, before);
	return ran;
}

/* Whether the monitor answered. Either instruction is illegal on the other vendor's CPU. */
static bool call_monitor(uint64_t function, bool amd)
{
	if (sigsetjmp(back, 0))
		return false;
	if (amd)
		asm volatile("vmmcall"
			     : "+a"(function)
			     : "D"(0), "S"(0), "d"(0), "c"(0)
			     : "memory");
	else
		asm volatile("vmcall" : "+a"(function) : "D"(0), "S"(0), "d"(0), "c"(0) : "memory");
	return true;
}

/* Hypercalls are for kernels. */
static void expect_no_answer(const char *name)
{
	uint64_t function;
	unsigned int answers = 0;

	for (function = 0; function < 0x40; function++)
		answers += call_monitor(function, true) + call_monitor(function, false);
	if (answers)
		printf("not ok %s: %u of 128 were answered\n", name, answers);
	else
		printf("ok %s\n", name);
}

static bool on_cpu(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* One access in each page from the first CPU, at another word of each, and samples from the others. */
static void sweep(const char *name, uint8_t *window, size_t size, bool (*try)(uint64_t *at))
{
	unsigned int cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), cpu, leaking = 0;
	unsigned long leaks = 0, here;
	size_t offset, step;

	for (cpu = 0; cpu < cpus; cpu++) {
		if (!on_cpu(cpu))
			die(name);
		here = leaks;
		step = every * (cpu ? OTHERS * PAGE : PAGE);
		for (offset = cpu * PAGE % step; offset < size; offset += step)
			leaks += try((uint64_t *)(window + offset) + offset / PAGE * 37 % WORDS);
		leaking += leaks != here;
	}
	if (leaks)
		printf("not ok %s: LEAK on %u CPUs in %lu pages\n", name, leaking, leaks);
	else
		printf("ok %s (%zu pages, %u CPUs)\n", name, size / PAGE / every, cpus);
}

static size_t window_size(void)
{
	FILE *f = fopen("/sys/module/attack_window/parameters/size", "r");
	size_t size = 0;

	if (!f || fscanf(f, "%zu", &size) != 1 || !size)
		die("size of the window");
	fclose(f);
	return size;
}

int main(int argc, char **argv)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
	size_t size = window_size();
	int fd = open("/dev/attack", O_RDWR);
	uint8_t *window;
	unsigned int i;

	if (argc > 1)
		every = (size_t)atoi(argv[1]);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &sa, NULL))
			die("handler");
	window = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);
	if (fd < 0 || window == MAP_FAILED)
		die("window");
	expect_no_answer("user_hypercall");
	sweep("user_read", window, size, try_read);
	sweep("user_write", window, size, try_write);
	sweep("user_execute", window, size, try_execute);
	return 0;
}
