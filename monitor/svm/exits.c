// SPDX-License-Identifier: BSD-2-Clause
/* From the CPU's exit codes to neutral reasons, and events on their way into a guest. */
#include <abi/hypercall.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/event.h>
#include <monitor/svm/svm.h>
#include <string.h>

struct decode {
	uint16_t code;
	uint8_t reason, insn_len;
};

/* Lengths are those without prefixes, for CPUs that do not save the next RIP. */
static const struct decode table[] = {
	{VMEXIT_VMMCALL, EXIT_HYPERCALL, 3}, {VMEXIT_INTR, EXIT_INTERRUPT, 0},
	{VMEXIT_NPF, EXIT_FAULT, 0},	     {VMEXIT_MSR, EXIT_MSR, 2},
	{VMEXIT_CPUID, EXIT_CPUID, 2},	     {VMEXIT_NMI, EXIT_NMI, 0},
	{VMEXIT_INIT, EXIT_INIT, 0},	     {VMEXIT_IRET, EXIT_NMI_ENDS, 0},
	{VMEXIT_INVD, EXIT_CACHE, 2},	     {VMEXIT_SHUTDOWN, EXIT_SHUTDOWN, 0},
	{VMEXIT_INVLPGA, EXIT_HIDDEN, 0},    {VMEXIT_VMRUN, EXIT_HIDDEN, 0},
	{VMEXIT_VMLOAD, EXIT_HIDDEN, 0},     {VMEXIT_VMLOAD + 1, EXIT_HIDDEN, 0},
	{VMEXIT_VMLOAD + 2, EXIT_HIDDEN, 0}, {VMEXIT_VMLOAD + 3, EXIT_HIDDEN, 0},
	{VMEXIT_SKINIT, EXIT_HIDDEN, 0},     {VMEXIT_IOIO, EXIT_IO, 0},
	{VMEXIT_VINTR, EXIT_NMI_DONE, 0},    {VMEXIT_SMI, EXIT_SMI, 0},
};

/*
 * With V_INTR_MASKING and the monitor's IF clear, a physical interrupt waits until the guest has
 * taken the virtual one (APM volume 2, 15.21.1). Bochs looks at the guest's IF alone, and exits
 * again and again. There the preemption becomes an event of the next entry, which comes first.
 */
static void inject_preempt(struct vcpu *v)
{
	struct vmcb *b = vmcb_of(v);

	if (!v->preempted || !(b->int_ctl & V_IRQ) || !(b->rflags & RFLAGS_IF) || b->int_shadow ||
	    b->event_inj)
		return;
	b->int_ctl &= ~V_IRQ;
	b->event_inj = event_make(EVENT_TYPE_EXTERNAL, MERLON_VEC_PREEMPT);
}

/*
 * The handler's IRET exits before it runs. An NMI injected there would overwrite the frame that the IRET
 * is to pop. So NMIs stay masked until it is known to have run: at the interrupt window, or when
 * another NMI finds the guest elsewhere.
 */
static void watch_iret(struct vcpu *v, bool on)
{
	struct svm_vcpu *s = v->control;
	struct vmcb *b = s->vmcb;

	s->iret_rip = on ? b->rip : 0;
	b->intercept1 &= ~(I1_IRET | I1_VINTR);
	b->intercept1 |= on ? I1_VINTR : 0;
	b->int_ctl = on ? V_IRQ | V_PRIO_HIGHEST | V_IGNORE_TPR : 0;
}

void svm_decode(struct vcpu *v, struct vexit *e)
{
	struct svm_vcpu *s = v->control;
	struct vmcb *b = vmcb_of(v);
	size_t i = 0;

	b->event_inj = event_again(b->exit_int_info);
	while (i < ARRAY_SIZE(table) && table[i].code != b->exit_code)
		i++;
	*e = (struct vexit){.reason = EXIT_BROKEN, .user = b->cpl, .addr = b->exit_code};
	if (i == ARRAY_SIZE(table))
		return;
	e->reason = table[i].reason;
	e->insn_len = table[i].insn_len;
	switch (b->exit_code) {
	case VMEXIT_MSR:
		e->write = b->exit_info1 & 1;
		break;
	case VMEXIT_IOIO:
		e->write = !(b->exit_info1 & IOIO_IN);
		e->string = b->exit_info1 & IOIO_STRING;
		e->size = IOIO_SIZE(b->exit_info1);
		e->port = IOIO_PORT(b->exit_info1);
		e->insn_len = (uint8_t)(b->exit_info2 - b->rip);
		break;
	case VMEXIT_NPF:
		e->write = b->exit_info1 & NPF_WRITE;
		e->exec = b->exit_info1 & NPF_EXEC;
		e->addr = b->exit_info2;
		break;
	case VMEXIT_INTR:
		inject_preempt(v);
		break;
	case VMEXIT_NMI:
	case VMEXIT_INIT:
	case VMEXIT_SMI:
		v->cpu->nmi_seen = 0;
		svm_take_pending();
		if (v->cpu->nmi_seen)
			e->reason = EXIT_NMI;
		if (!s->iret_rip || s->iret_rip == b->rip)
			break;
		v->nmi_masked = false;
		watch_iret(v, false);
		break;
	case VMEXIT_IRET:
	case VMEXIT_VINTR:
		watch_iret(v, b->exit_code == VMEXIT_IRET);
		break;
	}
}

void svm_skip(struct vcpu *v, const struct vexit *e)
{
	struct vmcb *b = vmcb_of(v);

	/* A CPU without NRIP save leaves the field zero; an APIC store has no next RIP. */
	b->rip = b->next_rip && b->exit_code != VMEXIT_NPF ? b->next_rip : b->rip + e->insn_len;
	b->int_shadow = 0;
}

void svm_inject(struct vcpu *v, uint8_t vector)
{
	struct svm_vcpu *s = v->control;
	uint64_t event = event_merge(s->vmcb->event_inj, vector);

	if (!event)
		s->shutdown = true;
	s->vmcb->event_inj = event;
}

/*
 * Injection by itself does not mask further NMIs (APM volume 2, 15.20), so the end of the
 * handler is watched for.
 */
bool svm_inject_nmi(struct vcpu *v)
{
	struct vmcb *b = vmcb_of(v);

	if (b->event_inj & EVENT_VALID)
		return false;
	b->event_inj = event_make(EVENT_TYPE_NMI, 2);
	b->intercept1 |= I1_IRET;
	return true;
}

void svm_preempt(struct vcpu *v, bool on)
{
	struct vmcb *b = vmcb_of(v);

	if (!on && event_is(b->event_inj, EVENT_TYPE_EXTERNAL))
		b->event_inj = 0;
	b->int_vector = MERLON_VEC_PREEMPT;
	b->int_ctl = V_INTR_MASKING;
	if (on)
		b->int_ctl |= V_IRQ | V_PRIO_HIGHEST | V_IGNORE_TPR;
}

size_t svm_insn_bytes(struct vcpu *v, uint8_t *buf, size_t size)
{
	struct vmcb *b = vmcb_of(v);
	size_t n = b->insn_len & 15; /* zero on CPUs without decode assists */

	if (n > size)
		n = size;
	memcpy(buf, b->insn_bytes, n);
	return n;
}
