// SPDX-License-Identifier: BSD-2-Clause
/*
 * INIT, SIPI and NMI: they only ever happen to a CPU's REE vCPU, at a moment when the monitor
 * holds the CPU. A CPU is made to look by an NMI of our own (EVENT_KICK says it is ours): NMIs
 * exit from both partitions and wake a waiting CPU.
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

static uint32_t merge(uint32_t old, uint32_t events)
{
	if (events & EVENT_INIT)
		old &= ~(EVENT_SIPI | EVENT_SIPI_VECTOR);
	if (events & EVENT_SIPI)
		old &= ~EVENT_SIPI_VECTOR;
	return old | events;
}

void cpu_post(struct cpu *c, uint32_t events)
{
	bool self = c == this_cpu();
	uint32_t old = __atomic_load_n(&c->events, __ATOMIC_RELAXED);

	if (!self)
		events |= EVENT_KICK;
	while (!__atomic_compare_exchange_n(&c->events, &old, merge(old, events), false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	/* One kick in flight is enough, and a second would be taken for Linux's. */
	if (!self && !(old & EVENT_KICK))
		arch_apic_nmi(c->apic_id);
}

static uint32_t take(struct cpu *c, uint32_t mask)
{
	return __atomic_fetch_and(&c->events, ~mask, __ATOMIC_SEQ_CST) & mask;
}

static void init_vcpu(struct vcpu *v)
{
	stat_add(v->cpu, MERLON_STAT_INIT);
	log_msg(LOG_DEBUG, "CPU %u: INIT", v->cpu->id);
	v->state = VCPU_WAIT_SIPI;
	v->nmi_masked = false;
	v->timer = 0;
	arch_apic_reset();
	v->cpu->ldr = 0;
}

static void start_vcpu(struct vcpu *v, uint8_t vector)
{
	stat_add(v->cpu, MERLON_STAT_INIT);
	log_msg(LOG_DEBUG, "CPU %u: SIPI, vector %x", v->cpu->id, vector);
	virt->vcpu_start(v, START_SIPI, vector);
	v->regs.rdx = arch_cpuid(1, 0).eax;
	v->state = VCPU_RUN;
}

static void deliver_nmi(struct vcpu *v)
{
	if (v->state != VCPU_RUN) {
		take(v->cpu, EVENT_NMI);
		return;
	}
	if (v->nmi_masked || !virt->inject_nmi(v))
		return;
	take(v->cpu, EVENT_NMI);
	stat_add(v->cpu, MERLON_STAT_NMI);
	v->nmi_masked = true;
}

void events_handle(struct cpu *c)
{
	struct vcpu *v = c->current;
	uint32_t events;

	if (v->part == PART_TEE) {
		if (take(c, EVENT_TIMER))
			handle_timer(v, NULL);
		if (!tee_alive())
			switch_to_ree(v, (uint64_t)MERLON_HC_EDEAD);
		else if (take(c, EVENT_TEE_KICK) || c->events & (EVENT_INIT | EVENT_SIPI) ||
			 (c->events & EVENT_NMI && !v->undisturbed))
			switch_preempt(v, NULL);
		return;
	}
	take(c, EVENT_TEE_DEAD | EVENT_TEE_KICK);
	if (take(c, EVENT_INIT))
		init_vcpu(v);
	if (v->state == VCPU_WAIT_SIPI || v->state == VCPU_RUN) {
		events = take(c, EVENT_SIPI | EVENT_SIPI_VECTOR);
		if (events & EVENT_SIPI && v->state == VCPU_WAIT_SIPI)
			start_vcpu(v, events & EVENT_SIPI_VECTOR);
	}
	if (c->events & EVENT_NMI)
		deliver_nmi(v);
	if (take(c, EVENT_TIMER))
		handle_timer(v, NULL);
}

void handle_nmi(struct vcpu *v, const struct vexit *e)
{
	bool kick = take(v->cpu, EVENT_KICK);

	if (tick_nmi(kick) || kick)
		return;
	cpu_post(v->cpu, EVENT_NMI);
}

/* An INIT that came over the bus (from a device): refused. */
void handle_init(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_INIT);
	log_limited(LOG_WARN, "INIT", "from outside refused on CPU %u", v->cpu->id);
}

void handle_nmi_done(struct vcpu *v, const struct vexit *e)
{
	v->nmi_masked = false;
}
