// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world switch: directed, on one CPU, touching nothing that another CPU writes. Each vCPU
 * keeps its own registers; what the hardware has only one of is exchanged here (see
 * docs/monitor.md for the whole list and the costs).
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/mitigate.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

uint64_t tee_slice;

static void copy_arguments(struct vcpu *to, const struct vcpu *from)
{
	to->regs.rdi = from->regs.rdi;
	to->regs.rsi = from->regs.rsi;
	to->regs.rdx = from->regs.rdx;
	to->regs.rcx = from->regs.rcx;
	to->regs.r8 = from->regs.r8;
	to->regs.r9 = from->regs.r9;
}

static void enter(struct vcpu *from, struct vcpu *to)
{
	exchange(from, to);
	mitigate(from->cpu, to->part);
}

static void enter_tee(struct vcpu *ree, struct vcpu *tee, uint64_t status)
{
	tee->regs.rax = status;
	if (tee_slice)
		tee->timer = arch_tsc() + tee_slice;
	enter(ree, tee);
}

uint64_t switch_to_tee(struct vcpu *ree)
{
	struct vcpu *tee = &ree->cpu->vcpu[PART_TEE];

	if (!tee_alive())
		return (uint64_t)MERLON_HC_EDEAD;
	if (!tee->ready)
		return (uint64_t)MERLON_HC_EBUSY;
	stat_add(ree->cpu, MERLON_STAT_TEE_CALLS);
	copy_arguments(tee, ree);
	enter_tee(ree, tee, MERLON_HC_OK);
	return MERLON_HC_OK;
}

void switch_to_ree(struct vcpu *tee, uint64_t status)
{
	struct vcpu *ree = &tee->cpu->vcpu[PART_REE];

	/* Else it was stopped between two of its instructions, and goes on there. */
	if (!tee->alone) {
		if (status == MERLON_HC_OK)
			copy_arguments(ree, tee);
		ree->regs.rax = status;
	}
	if (tee->undisturbed)
		arch_apic_write(APIC_TPR, tee->tpr);
	tee->alone = tee->undisturbed = false;
	if (tee->preempted) {
		tee->preempted = false;
		virt->preempt(tee, false);
	}
	enter(tee, ree);
}

/*
 * The physical interrupt stays pending and masked until the TEE has returned: one exit for each
 * preemption, however long the kernel takes.
 */
void switch_preempt(struct vcpu *tee, const struct vexit *e)
{
	if (tee->preempted)
		return;
	stat_add(tee->cpu, MERLON_STAT_PREEMPTS);
	tee->preempted = true;
	virt->preempt(tee, true);
}

bool timer_is_over(const struct vcpu *v)
{
	return v->timer && (int64_t)(arch_tsc() - v->timer) >= 0;
}

/*
 * An REE that has interrupts disabled may have one waiting, which would be the end of each run before
 * the TEE's user mode has done anything. There, interrupts wait for the end of the slice.
 */
static void take_cpu(struct vcpu *ree, struct vcpu *tee)
{
	stat_add(ree->cpu, MERLON_STAT_TIMER);
	tee->alone = true;
	tee->undisturbed = !(virt->get(ree, VREG_RFLAGS) & RFLAGS_IF);
	if (tee->undisturbed) {
		tee->tpr = (uint8_t)arch_apic_read(APIC_TPR);
		arch_apic_write(APIC_TPR, 0xff);
	}
	enter_tee(ree, tee, MERLON_HC_TIMER);
}

void handle_timer(struct vcpu *v, const struct vexit *e)
{
	struct vcpu *tee = &v->cpu->vcpu[PART_TEE];

	if (!timer_is_over(v))
		return;
	v->timer = 0;
	if (v != tee && tee_alive() && tee->ready)
		take_cpu(v, tee);
	if (v != tee || v->preempted)
		return;
	stat_add(v->cpu, MERLON_STAT_SLICES);
	switch_preempt(v, e);
}

uint64_t switch_set_timer(struct vcpu *tee)
{
	if (!tee_slice)
		return (uint64_t)MERLON_HC_EINVAL;
	tee->cpu->vcpu[PART_REE].timer = tee->regs.rdi;
	return MERLON_HC_OK;
}

void timer_init(void)
{
	bool own = virt->has_timer && virt->has_timer(), ticks = tick_find(options.timer && !own);

	if (options.timer && (own || ticks))
		tee_slice = MERLON_TICK_MS * boot.tsc_khz;
	else
		log_msg(LOG_WARN, "no timer for the TEE: how long TEE_Wait takes is up to Linux");
}
