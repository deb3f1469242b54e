// SPDX-License-Identifier: BSD-2-Clause
/* The TEE's own timer: by the backend, and by ticks of an HPET where the backend has none. */
#include <string.h>
#include "tests/monitor/fake.h"

#define TPR   0x80
#define SLICE (MERLON_TICK_MS * 1000ull) /* the fake TSC counts microseconds */
#define IF    (1u << 9)

/* Of the fake HPET: a tick is 100 ns. */
#define COUNTER	   (0x0f0 / 4)
#define TIMER	   (0x120 / 4)
#define COMPARATOR (0x128 / 4)
#define TICKS	   (MERLON_TICK_MS * 10000)
#define PIN	   20

static const struct vexit hypercall = {.reason = EXIT_HYPERCALL, .insn_len = 3};
static const struct vexit timer = {.reason = EXIT_TIMER};
static const struct vexit nmi = {.reason = EXIT_NMI};
static const struct vexit other = {.reason = EXIT_NMI_ENDS};

static uint32_t hpet[0x1000 / 4];

static struct vcpu *ree(uint32_t cpu)
{
	return &cpus[cpu].vcpu[PART_REE];
}

static struct vcpu *tee(uint32_t cpu)
{
	return &cpus[cpu].vcpu[PART_TEE];
}

static int setup(void **state)
{
	options.timer = 1;
	fake_machine(2);
	fake(0, PART_REE)->regs[VREG_RFLAGS] = IF;
	return 0;
}

static void call_tee(uint32_t cpu)
{
	ree(cpu)->regs.rax = MERLON_HC_TEE_CALL;
	fake_turn(cpu, hypercall);
	assert_ptr_equal(cpus[cpu].current, tee(cpu));
}

static void tee_return(uint32_t cpu)
{
	tee(cpu)->regs = (struct gprs){.rax = MERLON_HC_TEE_RETURN, .rdi = 11, .rsi = 12};
	fake_turn(cpu, hypercall);
	assert_ptr_equal(cpus[cpu].current, ree(cpu));
}

/* A call in which the TEE sets its timer. */
static uint64_t set_timer(uint32_t cpu, uint64_t tsc)
{
	uint64_t status;

	call_tee(cpu);
	tee(cpu)->regs = (struct gprs){.rax = MERLON_HC_TEE_TIMER, .rdi = tsc};
	fake_turn(cpu, hypercall);
	status = tee(cpu)->regs.rax;
	tee_return(cpu);
	return status;
}

static void test_none(void **state)
{
	timer_init();
	assert_int_equal(tee_slice, 0);
	assert_int_equal(set_timer(0, fake_tsc + 5), MERLON_HC_EINVAL);
	assert_int_equal(ree(0)->timer, 0);
	fake_timer = true;
	options.timer = 0;
	timer_init();
	assert_int_equal(tee_slice, 0);
	options.timer = 1;
	timer_init();
	assert_int_equal(tee_slice, SLICE);
}

static void test_takes_the_cpu(void **state)
{
	struct gprs before = {.rax = 1, .rdi = 2, .rsi = 3, .rdx = 4, .r9 = 5};

	assert_int_equal(set_timer(0, fake_tsc + 100), MERLON_HC_OK);
	ree(0)->regs = before;
	fake_apic[0][TPR / 4] = 0x20;
	fake_turn(0, timer);
	assert_ptr_equal(cpus[0].current, ree(0)); /* too early */
	fake_tsc += 100;
	fake_turn(0, timer);
	assert_ptr_equal(cpus[0].current, tee(0));
	assert_int_equal(tee(0)->regs.rax, MERLON_HC_TIMER);
	assert_int_equal(ree(0)->timer, 0);
	assert_int_equal(fake_apic[0][TPR / 4], 0x20);
	/* Linux's interrupts still end it. */
	fake_turn(0, (struct vexit){.reason = EXIT_INTERRUPT});
	assert_true(tee(0)->preempted);
	tee_return(0);
	assert_memory_equal(&ree(0)->regs, &before, sizeof(before));
	assert_false(tee(0)->preempted);
	/* A call has its answer again. */
	call_tee(0);
	tee_return(0);
	assert_int_equal(ree(0)->regs.rdi, 11);
	assert_int_equal(cpus[0].stats[MERLON_STAT_TIMER], 1);
}

static void test_undisturbed(void **state)
{
	fake(0, PART_REE)->regs[VREG_RFLAGS] = 0;
	fake_apic[0][TPR / 4] = 0x20;
	set_timer(0, fake_tsc + 1);
	fake_tsc += 1;
	fake_turn(0, timer);
	assert_ptr_equal(cpus[0].current, tee(0));
	assert_int_equal(fake_apic[0][TPR / 4], 0xff);
	fake_turn(0, nmi); /* Linux's: it waits */
	assert_false(tee(0)->preempted);
	fake_tsc += SLICE;
	fake_turn(0, timer);
	assert_true(tee(0)->preempted);
	tee_return(0);
	assert_int_equal(fake_apic[0][TPR / 4], 0x20);
	assert_true(fake(0, PART_REE)->nmi);
}

static void test_slice(void **state)
{
	call_tee(0);
	fake_tsc += SLICE - 1;
	fake_turn(0, timer);
	assert_false(fake(0, PART_TEE)->virq);
	fake_tsc += 1;
	fake_turn(0, timer);
	assert_true(fake(0, PART_TEE)->virq);
	assert_int_equal(cpus[0].stats[MERLON_STAT_SLICES], 1);
	tee_return(0);
	/* The next call has a slice of its own. */
	call_tee(0);
	assert_int_equal(tee(0)->timer, fake_tsc + SLICE);
}

static void test_init_ends_it(void **state)
{
	set_timer(0, fake_tsc + 1);
	cpu_post(&cpus[0], EVENT_INIT);
	fake_tsc += 1;
	fake_turn(0, other);
	assert_int_equal(ree(0)->timer, 0);
	assert_ptr_equal(cpus[0].current, ree(0));
}

static void test_dead(void **state)
{
	set_timer(0, fake_tsc + 1);
	tee_kill("test");
	fake_tsc += 1;
	fake_turn(0, timer);
	assert_ptr_equal(cpus[0].current, ree(0));
}

static void test_dies_alone(void **state)
{
	set_timer(0, fake_tsc + 1);
	fake_tsc += 1;
	fake_turn(0, timer);
	ree(0)->regs.rax = 77;
	tee_kill("test");
	fake_turn(0, other);
	assert_ptr_equal(cpus[0].current, ree(0));
	assert_int_equal(ree(0)->regs.rax, 77);
}

/* --- Ticks --- */

static int setup_hpet(void **state)
{
	setup(state);
	fake_timer = false;
	fake_hpet = hpet;
	memset(hpet, 0, sizeof(hpet));
	hpet[0] = 2 << 8; /* three timers */
	hpet[1] = 100000000; /* fs */
	hpet[0x104 / 4] = 0xffffff;
	hpet[0x124 / 4] = 1u << PIN | 1u << 2;
	hpet[0x144 / 4] = 0x104; /* only pins of ISA */
	fake_ioapic[1] = 23 << 16;
	return 0;
}

static void test_tick_find(void **state)
{
	timer_init();
	assert_int_equal(tee_slice, SLICE);
	assert_true(tick_owns_pin(PIN));
	assert_false(tick_owns_pin(PIN + 1));
	assert_int_equal(hpet[TIMER] >> 9 & 31, PIN);
	assert_int_equal(fake_ioapic[0x10 + 2 * PIN], 0x400);
	assert_int_equal(fake_ioapic[0x11 + 2 * PIN], 10u << 24);
	assert_int_equal(memory_access(PART_REE, 0xfed00000), ACCESS_R);
}

/* Linux has the other timers, and cannot stop ours. */
static void test_hpet_writes(void **state)
{
	uint32_t config, compare;

	timer_init();
	tick_hpet_write(0x10, 2);
	tick_hpet_write(0xf0, 1);
	assert_int_equal(hpet[0x10 / 4], 2);
	assert_int_equal(hpet[0xf0 / 4], 1);
	call_tee(0);
	fake_turn(0, other); /* it ticks */
	assert_int_equal(hpet[0x10 / 4], 3);
	tick_hpet_write(0x10, 2);
	assert_int_equal(hpet[0x10 / 4], 3);
	tick_hpet_write(0xf0, 7);
	tick_hpet_write(0xf4, 7);
	assert_int_equal(hpet[0xf0 / 4], 1);
	assert_int_equal(hpet[0xf4 / 4], 0);
	config = hpet[TIMER];
	compare = hpet[COMPARATOR];
	for (uint32_t offset = 0x120; offset < 0x140; offset += 4)
		tick_hpet_write(offset, 0xffff);
	assert_int_equal(hpet[TIMER], config);
	assert_int_equal(hpet[COMPARATOR], compare);
	tick_hpet_write(0x150, 0x500); /* INIT, by message */
	tick_hpet_write(0x154, 0x123000);
	assert_int_equal(hpet[0x150 / 4], 0);
	assert_int_equal(hpet[0x154 / 4], APIC_PAGE);
	tick_hpet_write(0x154, APIC_PAGE + 0x1000);
	assert_int_equal(hpet[0x154 / 4], APIC_PAGE + 0x1000);
	tick_hpet_write(0x108, 5);
	tick_hpet_write(0x148, 6);
	assert_int_equal(hpet[0x108 / 4], 5);
	assert_int_equal(hpet[0x148 / 4], 6);
	tee_return(0);
	hpet[COUNTER] = hpet[COMPARATOR];
	fake_turn(0, nmi); /* it stops */
}

/* CPU 0 has the tick's NMI. */
static void tick_comes(void)
{
	hpet[COUNTER] = hpet[COMPARATOR];
	fake_turn(0, nmi);
}

static void test_tick_runs_while_needed(void **state)
{
	hpet[COUNTER] = 500;
	fake_turn(0, other);
	assert_int_equal(hpet[COMPARATOR], 0); /* nothing has a timer */
	call_tee(0);
	fake_turn(0, other);
	assert_int_equal(hpet[COMPARATOR], 500 + TICKS);
	tick_comes();
	assert_int_equal(hpet[COMPARATOR], 500 + 2 * TICKS);
	hpet[COUNTER] = 7; /* it has wrapped */
	fake_turn(0, nmi);
	assert_int_equal(hpet[COMPARATOR], 7 + TICKS);
	hpet[COUNTER] = 500 + TICKS;
	fake_turn(0, nmi);
	assert_false(cpus[0].events & EVENT_NMI);
	assert_true(hpet[TIMER] & 4);
	tee_return(0);
	tick_comes();
	assert_int_equal(hpet[COMPARATOR], 500 + 2 * TICKS); /* it stopped */
	assert_false(hpet[TIMER] & 4);
	assert_false(fake(0, PART_REE)->nmi);
	fake_turn(0, nmi); /* this one is Linux's */
	assert_true(fake(0, PART_REE)->nmi);
}

static void test_tick_for_another(void **state)
{
	ree(1)->state = VCPU_RUN;
	fake_on(1);
	set_timer(1, fake_tsc + 100);
	cpus[1].running = 1 + PART_REE;
	fake_turn(0, other);
	fake_on(1);
	fake_turn(1, other);
	cpus[1].running = 1 + PART_REE;
	fake_on(0);
	tick_comes();
	assert_int_equal(fake_nmis[1], 0); /* not yet */
	fake_tsc += 100;
	tick_comes();
	assert_int_equal(fake_nmis[1], 1);
	assert_true(cpus[1].events & EVENT_TIMER);
	fake_turn(1, nmi);
	assert_ptr_equal(cpus[1].current, tee(1));
	tee_return(1);
	cpus[1].running = 0;
	fake_on(0);
	tick_comes(); /* stops */
}

/* One NMI stood for a kick and a tick, or for the kick alone and the tick's follows. */
static void test_tick_and_kick(void **state)
{
	call_tee(0);
	fake_turn(0, other);
	cpu_post(&cpus[0], EVENT_KICK);
	tick_comes();
	assert_false(cpus[0].events & (EVENT_NMI | EVENT_KICK));
	fake_turn(0, nmi);
	assert_false(cpus[0].events & EVENT_NMI);
	cpu_post(&cpus[0], EVENT_KICK);
	tick_comes();
	fake_tsc += 1000;
	fake_turn(0, nmi);
	assert_true(cpus[0].events & EVENT_NMI);
	tee_return(0);
	tick_comes();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, setup)
		T(test_none),
		T(test_takes_the_cpu),
		T(test_undisturbed),
		T(test_slice),
		T(test_init_ends_it),
		T(test_dead),
		T(test_dies_alone),
#undef T
#define T(f) cmocka_unit_test_setup(f, setup_hpet)
		T(test_tick_find),
		T(test_hpet_writes),
		T(test_tick_runs_while_needed),
		T(test_tick_for_another),
		T(test_tick_and_kick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
