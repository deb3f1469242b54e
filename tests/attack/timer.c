// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Linux that keeps the TEE from running: it spins with interrupts disabled, on one CPU and on all,
 * while a TA sleeps that was called on it; and it lets no interrupt come that would end a TA's turn.
 * With the monitor's timer off all of that succeeds, and the cases say FAIL.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <asm/fpu/api.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include "attack.h"
#include "test_ta.h"

#define WAIT_MS	   5
#define SPIN_MS	   50
#define WAKES_MIN  3
#define WORK	   200000000 /* rounds: several slices on any machine */
#define ALL_MASKED 15

/*
 * The machine under the tests may be slow: what counts is whether the TA wakes at all. And what stops
 * Linux's CPUs may come while the TA runs, not sleeps: then it is Linux's turn, and we try again.
 */
static unsigned int rounds = 40, tries = 10;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "of spinning, until the TA has woken often enough");
module_param(tries, uint, 0444);

/* --- A client of the test TA --- */

struct client {
	struct attack_session s;
	struct tee_shm *shm;
	u32 *count; /* waits that the TA has had, in Linux's memory */
	struct task_struct *task;
};

static u32 client_open(struct client *c)
{
	static const uuid_t test = UUID_INIT(0x6d65726c, 0x6f6e, 0x5445, 0x80, 0, 0, 0, 0, 0, 0, 1);
	u32 rc = attack_session_open(&c->s, &test);

	if (rc)
		return rc;
	c->shm = tee_shm_alloc_kernel_buf(c->s.ctx, PAGE_SIZE);
	if (IS_ERR(c->shm)) {
		attack_session_close(&c->s);
		return PTR_ERR(c->shm);
	}
	c->count = tee_shm_get_va(c->shm, 0);
	*c->count = 0;
	return 0;
}

static void client_close(struct client *c)
{
	tee_shm_free(c->shm);
	attack_session_close(&c->s);
}

/* Calls of some length, until the module ends. */
static int sleeper(void *arg)
{
	struct client *c = arg;
	struct tee_ioctl_invoke_arg invoke = {
		.session = c->s.session,
		.func = TEST_TICK,
		.num_params = 2,
	};
	struct tee_param params[2] = {
		{
			.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT,
			.u.value = {.a = WAIT_MS, .b = 100},
		},
		{
			.attr = TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT,
			.u.memref = {.size = PAGE_SIZE, .shm = c->shm},
		},
	};
	int rc = 0;

	while (!kthread_should_stop() && !rc && !invoke.ret)
		rc = tee_client_invoke_func(c->s.ctx, &invoke, params);
	while (!kthread_should_stop())
		msleep(1);
	return rc ?: (int)invoke.ret;
}

/* --- Spinning --- */

struct registers {
	u64 general[12]; /* RBX RCX RSI RDI R8-R15 */
	u64 vector[16][2];
};

/* Spins until the TSC is @end, all registers that it does not need holding a pattern; as they are then. */
static void spin(u64 end, struct registers *r)
{
	memset(r, 0x5a, sizeof(*r));
	asm volatile("push %%rdx; push %%rax\n"
		     "mov 0(%%rdx), %%rbx; mov 8(%%rdx), %%rcx; mov 16(%%rdx), %%rsi\n"
		     "mov 24(%%rdx), %%rdi; mov 32(%%rdx), %%r8; mov 40(%%rdx), %%r9\n"
		     "mov 48(%%rdx), %%r10; mov 56(%%rdx), %%r11; mov 64(%%rdx), %%r12\n"
		     "mov 72(%%rdx), %%r13; mov 80(%%rdx), %%r14; mov 88(%%rdx), %%r15\n"
		     ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
		     "movups 96+16*\\n(%%rdx), %%xmm\\n\n"
		     ".endr\n"
		     "1: rdtsc; shl $32, %%rdx; or %%rdx, %%rax; cmp (%%rsp), %%rax; jb 1b\n"
		     "mov 8(%%rsp), %%rdx\n"
		     "mov %%rbx, 0(%%rdx); mov %%rcx, 8(%%rdx); mov %%rsi, 16(%%rdx)\n"
		     "mov %%rdi, 24(%%rdx); mov %%r8, 32(%%rdx); mov %%r9, 40(%%rdx)\n"
		     "mov %%r10, 48(%%rdx); mov %%r11, 56(%%rdx); mov %%r12, 64(%%rdx)\n"
		     "mov %%r13, 72(%%rdx); mov %%r14, 80(%%rdx); mov %%r15, 88(%%rdx)\n"
		     ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
		     "movups %%xmm\\n, 96+16*\\n(%%rdx)\n"
		     ".endr\n"
		     "add $16, %%rsp\n"
		     : "+a"(end), "+d"(r)
		     :
		     : "rbx", "rcx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		       "r15", "memory", "cc");
}

struct round {
	const u32 *count;
	u32 wakes; /* of the TA while Linux spun */
	u64 entries; /* of the TEE on this CPU meanwhile, by its timer */
	u32 changed; /* registers */
	int cpu; /* who counts; the others only spin */
};

static u64 stat(int cpu, unsigned int which)
{
	struct tee_regs regs = {.rdi = cpu, .rsi = which};

	return attack_hypercall(MERLON_HC_STAT, &regs) == MERLON_HC_OK ? regs.rdi : 0;
}

static void spin_here(void *arg)
{
	static DEFINE_PER_CPU(struct registers, regs);
	struct registers *r = this_cpu_ptr(&regs);
	int cpu = smp_processor_id();
	struct round *round = arg;
	u64 entries = stat(cpu, MERLON_STAT_TIMER);
	u32 before = READ_ONCE(*round->count), changed = 0;
	const u64 *words = (const u64 *)r;
	unsigned int i, n;

	for (n = 0; n < rounds && READ_ONCE(*round->count) - before < WAKES_MIN; n++) {
		kernel_fpu_begin();
		spin(rdtsc() + (u64)tsc_khz * SPIN_MS, r);
		kernel_fpu_end();
		for (i = 0; i < sizeof(*r) / sizeof(*words); i++)
			changed += words[i] != 0x5a5a5a5a5a5a5a5aull;
	}
	if (cpu != round->cpu)
		return;
	round->wakes = READ_ONCE(*round->count) - before;
	round->entries = stat(cpu, MERLON_STAT_TIMER) - entries;
	round->changed = changed;
}

static int spin_everywhere(void *arg)
{
	spin_here(arg);
	return 0;
}

/* The TA sleeps and wakes before we begin. */
static bool has_begun(const struct client *c)
{
	u32 before = READ_ONCE(*c->count);
	unsigned int i;

	for (i = 0; i < 400 && READ_ONCE(*c->count) < before + 3; i++)
		msleep(50);
	return READ_ONCE(*c->count) >= before + 3;
}

static void attack_spin(const struct client *c, int cpu)
{
	struct round one = {.count = c->count, .cpu = cpu}, all = one;
	unsigned int i;

	attack_check("ta_sleeps_and_wakes", has_begun(c), "count stays %u", *c->count);
	for (i = 0; i < tries && one.wakes < WAKES_MIN && has_begun(c); i++)
		smp_call_function_single(cpu, spin_here, &one, true);
	attack_check("one_cpu_spins", one.wakes >= WAKES_MIN, "TA woke %u times", one.wakes);
	attack_check("entries_are_counted", one.entries && one.entries >= one.wakes,
		     "%llu entries, %u wakes", one.entries, one.wakes);
	for (i = 0; i < tries && all.wakes < WAKES_MIN && has_begun(c); i++)
		stop_machine(spin_everywhere, &all, cpu_online_mask);
	attack_check("all_cpus_spin", all.wakes >= WAKES_MIN, "TA woke %u times", all.wakes);
	attack_check("registers_stay", !one.changed && !all.changed, "%u and %u changed",
		     one.changed, all.changed);
	attack_check("ta_goes_on_after", has_begun(c), "count stays %u", *c->count);
}

/* --- A turn without an end --- */

struct turn {
	struct attack_page page;
	unsigned int preempted;
	u64 slices;
	u64 answer;
};

static u64 task_priority(u64 new)
{
	u64 old;

	asm volatile("mov %%cr8, %0; mov %1, %%cr8" : "=&r"(old) : "r"(new) : "memory");
	return old;
}

/* Nothing can interrupt the TA: Linux's interrupts are held back by the task priority. */
static void one_turn(void *arg)
{
	struct turn *t = arg;
	struct tee_regs *r = &t->page.regs;
	int cpu = smp_processor_id();
	u64 slices = stat(cpu, MERLON_STAT_SLICES);
	u64 priority = task_priority(ALL_MASKED);

	*r = (struct tee_regs){
		.rdi = TEE_OP_CALL,
		.rsi = t->page.pa,
		.rdx = ATTACK_PAGE_USED,
		.rcx = ATTACK_RPC_OFFSET,
	};
	while (attack_hypercall(MERLON_HC_TEE_CALL, r) == MERLON_HC_OK &&
	       r->rdi == TEE_RET_PREEMPTED) {
		t->preempted++;
		*r = (struct tee_regs){.rdi = TEE_OP_RESUME, .rsi = r->rsi};
	}
	t->answer = r->rdi;
	task_priority(priority);
	t->slices = stat(cpu, MERLON_STAT_SLICES) - slices;
}

static void attack_turn(const struct client *c, int cpu)
{
	struct turn t = {};

	if (attack_page_init(&t.page)) {
		attack_fail("turn_is_bounded", "no page");
		return;
	}
	t.page.arg->cmd = OPTEE_MSG_CMD_INVOKE_COMMAND;
	t.page.arg->func = TEST_WORK;
	t.page.arg->session = c->s.session;
	t.page.arg->num_params = 1;
	t.page.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	t.page.arg->params[0].u.value.a = WORK;
	smp_call_function_single(cpu, one_turn, &t, true);
	attack_check("long_call_ends", t.answer == TEE_RET_DONE && !t.page.arg->ret,
		     "answer %llu, result 0x%x", t.answer, t.page.arg->ret);
	attack_check("turn_is_bounded", t.preempted && t.slices, "%u returns, %llu slices",
		     t.preempted, t.slices);
	attack_page_free(&t.page);
}

static int __init timer_init(void)
{
	struct attack_gauges before;
	int rc = attack_probe(), cpu = num_online_cpus() - 1;
	struct client c;

	if (rc)
		return rc;
	/* Services start with the first client. */
	if (!client_open(&c))
		client_close(&c);
	attack_gauges_read(&before);
	rc = client_open(&c);
	attack_check("open", !rc, "0x%x", rc);
	if (rc)
		goto out;
	attack_turn(&c, cpu);
	c.task = kthread_create(sleeper, &c, "attack_timer");
	if (!IS_ERR(c.task)) {
		kthread_bind(c.task, cpu);
		wake_up_process(c.task);
		attack_spin(&c, cpu);
		rc = kthread_stop(c.task);
		attack_check("calls_end", !rc, "%d", rc);
	}
	client_close(&c);
	attack_gauges_check("nothing_left_behind", &before);
	attack_normal_invoke("tee_works_after");
out:
	attack_summary(KBUILD_MODNAME);
	return 0;
}

static void __exit timer_exit(void)
{
}

module_init(timer_init);
module_exit(timer_exit);
MODULE_DESCRIPTION("Merlon test: a Linux that keeps the TEE from running");
MODULE_LICENSE("GPL");
