// SPDX-License-Identifier: BSD-2-Clause
/* Hypercalls, world switches, and what INIT, SIPI and NMI may do to whom. */
#include <string.h>
#include "tests/monitor/fake.h"

static const struct vexit hypercall = {.reason = EXIT_HYPERCALL, .insn_len = 3};
static const struct vexit interrupt = {.reason = EXIT_INTERRUPT};
static const struct vexit nmi = {.reason = EXIT_NMI};

static int setup(void **state)
{
	fake_machine(2);
	return 0;
}

static struct vcpu *ree(uint32_t cpu)
{
	return &cpus[cpu].vcpu[PART_REE];
}

static struct vcpu *tee(uint32_t cpu)
{
	return &cpus[cpu].vcpu[PART_TEE];
}

static void call_tee(uint32_t cpu)
{
	ree(cpu)->regs = (struct gprs){.rax = MERLON_HC_TEE_CALL,
				       .rdi = 1,
				       .rsi = 2,
				       .rdx = 3,
				       .rcx = 4,
				       .r8 = 5,
				       .r9 = 6,
				       .rbx = 7,
				       .r10 = 8};
	fake_turn(cpu, hypercall);
}

static void tee_return(uint32_t cpu)
{
	tee(cpu)->regs = (struct gprs){.rax = MERLON_HC_TEE_RETURN,
				       .rdi = 11,
				       .rsi = 12,
				       .rdx = 13,
				       .rcx = 14,
				       .r8 = 15,
				       .r9 = 16,
				       .rbx = 17};
	fake_turn(cpu, hypercall);
}

static void test_round_trip(void **state)
{
	uint64_t before = cpus[0].stats[MERLON_STAT_EXITS];

	call_tee(0);
	assert_ptr_equal(cpus[0].current, tee(0));
	assert_int_equal(tee(0)->regs.rax, MERLON_HC_OK);
	assert_int_equal(tee(0)->regs.rdi, 1);
	assert_int_equal(tee(0)->regs.rcx, 4);
	assert_int_equal(tee(0)->regs.r9, 6);
	assert_int_equal(tee(0)->regs.rbx, 0); /* nothing else crosses */
	assert_int_equal(tee(0)->regs.r10, 0);
	tee_return(0);
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal(ree(0)->regs.rax, MERLON_HC_OK);
	assert_int_equal(ree(0)->regs.rdi, 11);
	assert_int_equal(ree(0)->regs.r9, 16);
	assert_int_equal(ree(0)->regs.rbx, 7);
	assert_int_equal(cpus[0].stats[MERLON_STAT_EXITS] - before, 2);
	assert_int_equal(fake_switches, 2);
	assert_int_equal(fake(0, PART_REE)->skipped, 3);
}

static void test_refused(void **state)
{
	static const struct {
		enum partition_id part;
		uint64_t function, rdi, rsi;
		int64_t status;
	} cases[] = {
		{PART_REE, MERLON_HC_TEE_RETURN, 0, 0, MERLON_HC_EPERM},
		{PART_REE, MERLON_HC_TEE_PANIC, 0, 0, MERLON_HC_EPERM},
		{PART_REE, MERLON_HC_TEE_KICK, 0, 0, MERLON_HC_EPERM},
		{PART_TEE, MERLON_HC_TEE_KICK, 2, 0, MERLON_HC_EINVAL},
		{PART_TEE, MERLON_HC_TEE_CALL, 0, 0, MERLON_HC_EPERM},
		{PART_TEE, MERLON_HC_STAT, 0, 0, MERLON_HC_EPERM},
		{PART_REE, 0, 0, 0, MERLON_HC_EINVAL},
		{PART_REE, 1ull << 32 | MERLON_HC_INFO, 0, 0, MERLON_HC_EINVAL},
		{PART_REE, MERLON_HC_LOG, MERLON_LOG_COUNT, 0, MERLON_HC_EINVAL},
		{PART_REE, MERLON_HC_LOG, UINT64_MAX, 0, MERLON_HC_EINVAL},
		{PART_REE, MERLON_HC_STAT, 2, 0, MERLON_HC_EINVAL},
		{PART_REE, MERLON_HC_STAT, 0, MERLON_STAT_COUNT, MERLON_HC_EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vcpu *v = &cpus[0].vcpu[cases[i].part];

		cpus[0].current = v;
		v->regs = (struct gprs){
			.rax = cases[i].function, .rdi = cases[i].rdi, .rsi = cases[i].rsi};
		fake_turn(0, hypercall);
		assert_int_equal((int64_t)v->regs.rax, cases[i].status);
		assert_ptr_equal(cpus[0].current, v);
		assert_int_equal(v->regs.rdi, cases[i].rdi);
	}
}

static void test_privilege(void **state)
{
	ree(0)->regs.rax = MERLON_HC_TEE_CALL;
	fake_turn(0, (struct vexit){.reason = EXIT_HYPERCALL, .insn_len = 3, .user = true});
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal(fake(0, PART_REE)->injected, VECTOR_UD);
	assert_int_equal(fake(0, PART_REE)->skipped, 0);
}

static void test_not_ready(void **state)
{
	tee(0)->ready = false;
	call_tee(0);
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal((int64_t)ree(0)->regs.rax, MERLON_HC_EBUSY);
}

static void test_panic(void **state)
{
	call_tee(0);
	tee(0)->regs.rax = MERLON_HC_TEE_PANIC;
	fake_turn(0, hypercall);
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal((int64_t)ree(0)->regs.rax, MERLON_HC_EDEAD);
	assert_int_equal(ree(0)->regs.rdi, 1); /* a dead TEE gives no results */
	call_tee(0);
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal((int64_t)ree(0)->regs.rax, MERLON_HC_EDEAD);
	ree(0)->regs.rax = MERLON_HC_LOG;
	ree(0)->regs.rdi = MERLON_LOG_TEE;
	fake_turn(0, hypercall);
	assert_int_equal(ree(0)->regs.rax, MERLON_HC_OK);
	assert_int_equal(ree(0)->regs.rdi, layout.tee_ring);
}

static void test_triple_fault(void **state)
{
	call_tee(0);
	fake_turn(0, (struct vexit){.reason = EXIT_SHUTDOWN});
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal((int64_t)ree(0)->regs.rax, MERLON_HC_EDEAD);
	expect_assert_failure(fake_turn(0, (struct vexit){.reason = EXIT_SHUTDOWN}));
	assert_int_equal(fake_resets, 1);
}

static void test_preempt_once(void **state)
{
	call_tee(0);
	fake_turn(0, interrupt);
	assert_true(fake(0, PART_TEE)->virq);
	assert_true(tee(0)->preempted);
	fake_turn(0, nmi);
	assert_int_equal(cpus[0].stats[MERLON_STAT_PREEMPTS], 1);
	tee_return(0);
	assert_false(fake(0, PART_TEE)->virq);
	assert_false(tee(0)->preempted);
}

/* One vCPU of the TEE has another one preempted; nothing reaches the REE. */
static void test_kick(void **state)
{
	call_tee(0);
	call_tee(1);
	tee(1)->regs.rax = MERLON_HC_TEE_KICK;
	tee(1)->regs.rdi = 0;
	fake_turn(1, hypercall);
	assert_int_equal(tee(1)->regs.rax, MERLON_HC_OK);
	assert_int_equal(fake_nmis[0], 1);
	assert_false(fake(1, PART_TEE)->virq);
	fake_turn(0, nmi);
	assert_true(fake(0, PART_TEE)->virq);
	tee_return(0);
	events_handle(&cpus[0]);
	assert_false(fake(0, PART_REE)->nmi);
	/* Too late: it is in the REE. */
	tee(1)->regs.rax = MERLON_HC_TEE_KICK;
	fake_turn(1, hypercall);
	fake_turn(0, nmi);
	assert_false(fake(0, PART_REE)->nmi);
	call_tee(0);
	assert_false(fake(0, PART_TEE)->virq);
}

static void test_nmi_in_tee(void **state)
{
	call_tee(0);
	fake_turn(0, nmi);
	assert_false(fake(0, PART_TEE)->nmi);
	assert_true(fake(0, PART_TEE)->virq);
	tee_return(0);
	events_handle(&cpus[0]);
	assert_int_equal(cpus[0].stats[MERLON_STAT_NMI], 1);
	assert_true(fake(0, PART_REE)->nmi);
	assert_true(ree(0)->nmi_masked);
	/* A second one waits for the first handler's end. */
	fake(0, PART_REE)->nmi = false;
	fake_turn(0, nmi);
	assert_false(fake(0, PART_REE)->nmi);
	fake_turn(0, (struct vexit){.reason = EXIT_NMI_DONE});
	assert_true(fake(0, PART_REE)->nmi);
}

static void test_nmi_behind_event(void **state)
{
	fake(0, PART_REE)->event_queued = true;
	fake_turn(0, nmi);
	assert_false(fake(0, PART_REE)->nmi);
	fake(0, PART_REE)->event_queued = false;
	events_handle(&cpus[0]);
	assert_true(fake(0, PART_REE)->nmi);
}

static void post_from_0(uint32_t events)
{
	fake_on(0);
	cpu_post(&cpus[1], events);
	fake_on(1);
}

static void test_start_of_cpu(void **state)
{
	post_from_0(EVENT_SIPI | 0x99);
	assert_int_equal(fake_nmis[1], 1);
	events_handle(&cpus[1]);
	assert_int_equal(ree(1)->state, VCPU_RUN);
	assert_int_equal(fake(1, PART_REE)->start, 0x99);
	/* The NMI that woke it is not Linux's. */
	fake_turn(1, nmi);
	assert_false(fake(1, PART_REE)->nmi);
	/* A second SIPI means nothing to a CPU that runs. */
	post_from_0(EVENT_SIPI | 0x55);
	events_handle(&cpus[1]);
	assert_int_equal(fake(1, PART_REE)->started, 1);
	assert_int_equal(fake_nmis[1], 2);
}

static void test_one_kick(void **state)
{
	post_from_0(EVENT_INIT);
	post_from_0(EVENT_SIPI | 1);
	post_from_0(EVENT_SIPI | 2);
	assert_int_equal(fake_nmis[1], 1);
	events_handle(&cpus[1]);
	assert_int_equal(fake(1, PART_REE)->start, 2);
}

static void test_init_while_tee_runs(void **state)
{
	ree(1)->state = VCPU_RUN;
	fake_on(1);
	call_tee(1);
	post_from_0(EVENT_INIT);
	fake_turn(1, nmi);
	assert_ptr_equal(cpus[1].current, tee(1)); /* it finishes in its own time */
	assert_true(fake(1, PART_TEE)->virq);
	assert_int_equal(fake(1, PART_TEE)->started, 0);
	tee_return(1);
	assert_int_equal(ree(1)->state, VCPU_WAIT_SIPI);
	assert_int_equal(fake_apic_resets, 1);
	assert_true(tee(1)->ready);
	post_from_0(EVENT_SIPI | 0x10);
	events_handle(&cpus[1]);
	assert_int_equal(ree(1)->state, VCPU_RUN);
	assert_int_equal(fake(1, PART_REE)->start, 0x10);
}

static void test_dead_elsewhere(void **state)
{
	ree(1)->state = VCPU_RUN;
	fake_on(1);
	call_tee(1);
	fake_on(0);
	tee_kill("test");
	post_from_0(EVENT_TEE_DEAD);
	fake_turn(1, nmi);
	assert_ptr_equal(cpus[1].current, ree(1));
	assert_int_equal((int64_t)ree(1)->regs.rax, MERLON_HC_EDEAD);
}

static void test_violation(void **state)
{
	struct vexit e = {.reason = EXIT_FAULT, .addr = FAKE_TEE + 8};

	fake_turn(0, e);
	assert_int_equal(fake(0, PART_REE)->injected, VECTOR_GP);
	assert_int_equal(cpus[0].stats[MERLON_STAT_VIOLATIONS], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_NPF], 1);
}

static void test_hidden(void **state)
{
	fake_turn(0, (struct vexit){.reason = EXIT_HIDDEN});
	assert_int_equal(fake(0, PART_REE)->injected, VECTOR_UD);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trip),
		T(test_refused),
		T(test_privilege),
		T(test_not_ready),
		T(test_panic),
		T(test_triple_fault),
		T(test_preempt_once),
		T(test_kick),
		T(test_nmi_in_tee),
		T(test_nmi_behind_event),
		T(test_start_of_cpu),
		T(test_one_kick),
		T(test_init_while_tee_runs),
		T(test_dead_elsewhere),
		T(test_violation),
		T(test_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
