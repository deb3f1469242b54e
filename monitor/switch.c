// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world switch: directed, on one CPU, touching nothing that another CPU writes. Each vCPU
 * keeps its own registers; what the hardware has only one of is exchanged here (see
 * docs/monitor.md for the whole list and the costs).
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

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
	arch_xregs_switch(&from->x, &to->x);
	from->cpu->current = to;
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
	tee->regs.rax = MERLON_HC_OK;
	enter(ree, tee);
	return MERLON_HC_OK;
}

void switch_to_ree(struct vcpu *tee, uint64_t status)
{
	struct vcpu *ree = &tee->cpu->vcpu[PART_REE];

	if (status == MERLON_HC_OK)
		copy_arguments(ree, tee);
	ree->regs.rax = status;
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
void switch_preempt(struct vcpu *tee)
{
	if (tee->preempted)
		return;
	stat_add(tee->cpu, MERLON_STAT_PREEMPTS);
	tee->preempted = true;
	virt->preempt(tee, true);
}
