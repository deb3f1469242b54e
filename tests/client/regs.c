// SPDX-License-Identifier: BSD-2-Clause
/*
 * regs: vector registers of one world are never seen in the other, nor in another TA. The call
 * is made by a bare SYSCALL between loading and storing all registers, so nothing in this program
 * can change them in between.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tee.h>

#include "tests/client/common.h"

#define REGS   16
#define ROUNDS 400

static int fd;
static bool avx;

struct regs {
	uint32_t v[REGS][8];
	uint32_t mxcsr;
	uint16_t fpu_control;
} __attribute__((aligned(64)));

struct call {
	struct tee_ioctl_invoke_arg arg;
	struct tee_ioctl_param param;
};

static bool have_avx(void)
{
	uint32_t a, b, c, d, xcr0, high;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
		return false;
	__asm__ volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	return (xcr0 & 6) == 6;
}

/* clang-format off */
#define ALL(op)	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
		op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)
#define LOAD_X(n)  "movdqu 32*" #n "(%[in]), %%xmm" #n "\n\t"
#define STORE_X(n) "movdqu %%xmm" #n ", 32*" #n "(%[out])\n\t"
#define LOAD_Y(n)  "vmovdqu 32*" #n "(%[in]), %%ymm" #n "\n\t"
#define STORE_Y(n) "vmovdqu %%ymm" #n ", 32*" #n "(%[out])\n\t"
#define SYSCALL(load, store)                                                                       \
	__asm__ volatile("ldmxcsr 512(%[in])\n\tfldcw 516(%[in])\n\t" ALL(load) "syscall\n\t"       \
			 ALL(store) "stmxcsr 512(%[out])\n\tfnstcw 516(%[out])\n\t"                \
			 : "+a"(ret)                                                               \
			 : "D"((long)fd), "S"(TEE_IOC_INVOKE), "d"(&buf), [in] "r"(in),            \
			   [out] "r"(out)                                                          \
			 : "rcx", "r11", "memory", "cc")
/* clang-format on */

_Static_assert(offsetof(struct regs, mxcsr) == 512 && offsetof(struct regs, fpu_control) == 516,
	       "used by the assembly");

static void invoke_with_regs(struct call *c, const struct regs *in, struct regs *out)
{
	struct tee_ioctl_buf_data buf = {(uintptr_t)c, sizeof(*c)};
	struct regs before;
	long ret = SYS_ioctl;

	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(before.mxcsr), "=m"(before.fpu_control));
	memset(out, 0, sizeof(*out));
	if (avx)
		SYSCALL(LOAD_Y, STORE_Y);
	else
		SYSCALL(LOAD_X, STORE_X);
	__asm__ volatile("ldmxcsr %0\n\tfldcw %1" ::"m"(before.mxcsr), "m"(before.fpu_control));
	if (ret || c->arg.ret)
		die("invoke: %ld, 0x%x", ret, c->arg.ret);
}

/* The same pattern as the TA's. */
static void make_regs(struct regs *r, uint32_t seed)
{
	unsigned int i, n;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < REGS; i++) {
		for (n = 0; n < (avx ? 8 : 4); n++)
			r->v[i][n] = seed * 2654435761u + n * 0x01010101u;
	}
	r->mxcsr = 0x1f80 | 0x6000; /* round towards zero */
	r->fpu_control = 0x0f7f; /* the same for x87 */
}

static uint32_t open_raw(unsigned int digit)
{
	static const uint8_t uuid[16] = {0x6d, 0x65, 0x72, 0x6c, 0x6f, 0x6e, 0x54, 0x45, 0x80};
	struct tee_ioctl_open_session_arg arg = {0};
	struct tee_ioctl_buf_data buf = {(uintptr_t)&arg, sizeof(arg)};

	memcpy(arg.uuid, uuid, sizeof(uuid));
	arg.uuid[15] = digit;
	if (ioctl(fd, TEE_IOC_OPEN_SESSION, &buf) || arg.ret)
		die("open: 0x%x", arg.ret);
	return arg.session;
}

static void prepare(struct call *c, uint32_t session, uint32_t cmd, uint32_t a, uint32_t b)
{
	memset(c, 0, sizeof(*c));
	c->arg.func = cmd;
	c->arg.session = session;
	c->arg.num_params = 1;
	c->param.attr = cmd == TEST_REGS_FILL ? TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT
					      : TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT;
	c->param.a = a;
	c->param.b = b;
}

/* Registers of the given pattern that the TA finds when this program has `mine` in its own. */
static uint32_t find(uint32_t session, uint32_t seed, uint32_t control, uint32_t mine, bool *kept)
{
	struct regs in, out;
	struct call c;

	make_regs(&in, mine);
	prepare(&c, session, TEST_REGS_FIND, seed, control);
	invoke_with_regs(&c, &in, &out);
	*kept = !memcmp(&in, &out, sizeof(in));
	return c.param.b;
}

static bool fill(uint32_t session, uint32_t seed, uint32_t mine)
{
	struct regs in, out;
	struct call c;

	make_regs(&in, mine);
	prepare(&c, session, TEST_REGS_FILL, seed, 0);
	invoke_with_regs(&c, &in, &out);
	return !memcmp(&in, &out, sizeof(in));
}

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set); /* on one CPU there is nothing to choose */
}

/* Several processes on the same CPUs, each with its own pattern, so that calls get interrupted. */
static int stress(unsigned int id)
{
	uint32_t a = open_raw(1), b = open_raw(2), n, bad = 0;
	bool kept;

	for (n = 0; n < ROUNDS; n++) {
		uint32_t seed = id * 100000 + n;

		bad += find(a, seed, 0, seed, &kept) != 0;
		bad += !kept;
		bad += !fill(a, seed + 7, seed);
		bad += find(b, seed + 7, 0, seed, &kept) != 0;
		bad += !kept;
	}
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void run_stress(void)
{
	unsigned int n, bad = 0;
	int status;

	for (n = 0; n < 4; n++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			fd = open("/dev/tee0", O_RDWR);
			pin(n / 2);
			_exit(stress(n + 1));
		}
	}
	for (n = 0; n < 4; n++)
		bad += wait(&status) < 0 || status;
	check(!bad, "regs: four processes at once keep and hide theirs", "%u of 4 failed", bad);
}

int main(void)
{
	uint32_t a, b, found;
	bool kept;

	avx = have_avx();
	fd = open("/dev/tee0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("no TEE");
	pin(0);
	a = open_raw(1);
	b = open_raw(2);
	found = find(a, 1, 1, 2, &kept);
	check(found == REGS, "regs: the TA can find a pattern that is there", "%u registers",
	      found);
	found = find(a, 3, 0, 3, &kept);
	check(!found, "regs: the TA does not see the client's", "%u registers", found);
	check(kept, "regs: the client keeps its own", "changed");
	kept = fill(a, 4, 5);
	check(kept, "regs: the client does not see the TA's", "changed");
	found = find(a, 4, 0, 6, &kept);
	check(!found, "regs: nothing is left for the TA's next call", "%u registers", found);
	fill(a, 7, 8);
	found = find(b, 7, 0, 9, &kept);
	check(!found, "regs: another TA does not see them", "%u registers", found);
	run_stress();
	check(avx, "regs: 256-bit registers were tested", "this machine has no AVX");
	return checks_status();
}
