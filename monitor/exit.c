// SPDX-License-Identifier: BSD-2-Clause
/* The loop that each CPU runs for ever once Linux has it. */
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

static void handle_nothing(struct vcpu *v, const struct vexit *e)
{
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

/* A partition that cannot go on: the TEE is dead, Linux is reset, as it would be without us. */
static void handle_end(struct vcpu *v, const struct vexit *e)
{
	const char *why =
		e->reason == EXIT_SHUTDOWN ? "triple fault" : "its state was refused by the CPU";

	if (v->part == PART_TEE) {
		tee_kill(why);
		return;
	}
	log_msg(LOG_ERR, "CPU %u: Linux: %s (exit %lx, RIP %lx): the machine is reset", v->cpu->id,
		why, e->addr, virt->get(v, VREG_RIP));
	tee_wipe("Linux resets the machine");
	arch_platform_reset();
}

static const exit_handler handlers[EXIT_COUNT] = {
	[EXIT_HYPERCALL] = handle_hypercall,
	[EXIT_CPUID] = handle_cpuid,
	[EXIT_MSR] = handle_msr,
	[EXIT_IO] = handle_io,
	[EXIT_FAULT] = handle_fault,
	[EXIT_INTERRUPT] = switch_preempt,
	[EXIT_NMI] = handle_nmi,
	[EXIT_INIT] = handle_init,
	[EXIT_SMI] = handle_nothing,
	[EXIT_TIMER] = handle_timer,
	[EXIT_NMI_ENDS] = handle_nothing,
	[EXIT_NMI_DONE] = handle_nmi_done,
	[EXIT_HIDDEN] = handle_hidden,
	[EXIT_CACHE] = handle_cache,
	[EXIT_SHUTDOWN] = handle_end,
	[EXIT_BROKEN] = handle_end,
};

static uint32_t shootdowns[PART_COUNT];

/*
 * Who changes tables counts first and then looks whether this CPU is running; here it is the other
 * way round, so one of the two sees the other.
 */
static void run(struct cpu *c, struct vcpu *v, struct vexit *e)
{
	uint32_t seen;

	__atomic_store_n(&c->running, 1u + v->part, __ATOMIC_SEQ_CST);
	seen = __atomic_load_n(&shootdowns[v->part], __ATOMIC_SEQ_CST);
	if (seen != v->tlb_seen) {
		virt->flush(v);
		__atomic_store_n(&v->tlb_seen, seen, __ATOMIC_RELEASE);
	}
	if (v->timer)
		tick_start();
	virt->run(v, e);
	__atomic_store_n(&c->running, 0, __ATOMIC_RELEASE);
}

static bool behind(const struct cpu *c, enum partition_id part, uint32_t count)
{
	return c->online && __atomic_load_n(&c->running, __ATOMIC_SEQ_CST) == 1u + (uint32_t)part &&
	       (int32_t)(__atomic_load_n(&c->vcpu[part].tlb_seen, __ATOMIC_ACQUIRE) - count) < 0;
}

/* A CPU that is not running the partition, or waits here itself, looks before it does so again. */
void tlb_shootdown(enum partition_id part)
{
	uint32_t count = __atomic_add_fetch(&shootdowns[part], 1, __ATOMIC_SEQ_CST);

	for (uint32_t i = 0; i < ncpus; i++)
		if (behind(&cpus[i], part, count))
			cpu_post(&cpus[i], 0);
	for (uint32_t i = 0; i < ncpus; i++)
		while (behind(&cpus[i], part, count))
			arch_pause();
}

void cpu_step(struct cpu *c)
{
	struct vcpu *v = c->current;
	struct vexit e;

	run(c, v, &e);
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
			tick_nmi(true);
			/* An NMI for Linux that finds the CPU in this state is lost, as on hardware. */
			__atomic_fetch_and(&c->events, ~EVENT_KICK, __ATOMIC_SEQ_CST);
			continue;
		}
		cpu_step(c);
	}
}
