// SPDX-License-Identifier: BSD-2-Clause
/* The loop that each CPU runs for ever once Linux has it. */
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

static void handle_interrupt(struct vcpu *v, const struct vexit *e)
{
	switch_preempt(v);
}

static void handle_hidden(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_OTHER);
	virt->inject(v, VECTOR_UD);
}

static void handle_cache(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_OTHER);
	arch_wbinvd();
	virt->skip(v, e);
}

static void handle_shutdown(struct vcpu *v, const struct vexit *e)
{
	if (v->part == PART_TEE) {
		tee_kill("triple fault");
		return;
	}
	log_msg(LOG_ERR, "CPU %u: triple fault of the REE: the machine is reset", v->cpu->id);
	arch_platform_reset();
}

static void handle_broken(struct vcpu *v, const struct vexit *e)
{
	if (v->part == PART_TEE) {
		tee_kill("its state was refused by the CPU");
		return;
	}
	panic("CPU %u: unexpected exit %llx of the REE at RIP %llx", v->cpu->id,
	      (unsigned long long)e->addr, (unsigned long long)virt->get(v, VREG_RIP));
}

static const exit_handler handlers[EXIT_COUNT] = {
	[EXIT_HYPERCALL] = handle_hypercall,
	[EXIT_CPUID] = handle_cpuid,
	[EXIT_MSR] = handle_msr,
	[EXIT_IO] = handle_io,
	[EXIT_FAULT] = handle_fault,
	[EXIT_INTERRUPT] = handle_interrupt,
	[EXIT_NMI] = handle_nmi,
	[EXIT_INIT] = handle_init,
	[EXIT_NMI_DONE] = handle_nmi_done,
	[EXIT_HIDDEN] = handle_hidden,
	[EXIT_CACHE] = handle_cache,
	[EXIT_SHUTDOWN] = handle_shutdown,
	[EXIT_BROKEN] = handle_broken,
};

void cpu_step(struct cpu *c)
{
	struct vcpu *v = c->current;
	struct vexit e;

	virt->run(v, &e);
	stat_add(c, MERLON_STAT_EXITS);
	if (v->part == PART_TEE)
		stat_add(c, MERLON_STAT_EXITS_TEE);
	/* Linux's timer makes exits, so this comes round; calls are spared it. */
	if (!c->id && e.reason != EXIT_HYPERCALL)
		iommu_poll();
	handlers[e.reason](v, &e);
}

void cpu_loop(struct cpu *c)
{
	for (;;) {
		if (c->events)
			events_handle(c);
		if (c->current->state == VCPU_WAIT_SIPI) {
			virt->wait();
			/* An NMI for Linux that finds the CPU in this state is lost, as on hardware. */
			__atomic_fetch_and(&c->events, ~EVENT_KICK, __ATOMIC_SEQ_CST);
			continue;
		}
		cpu_step(c);
	}
}
