// SPDX-License-Identifier: BSD-2-Clause
/* A vCPU's registers in its control block, and the three states it can start in. */
#include <monitor/arch/x86/start.h>
#include <monitor/monitor.h>
#include <monitor/svm/svm.h>
#include <string.h>

#define ATTR_L (1u << 9)
#define ATTR_D (1u << 10)

/* The control block has the rights' two parts side by side. */
static struct vmcb_seg segment(uint16_t selector, uint32_t rights, uint32_t limit, uint64_t base)
{
	return (struct vmcb_seg){selector, (rights & 0xff) | (rights >> 4 & 0xf00), limit, base};
}

void svm_vcpu_start(struct vcpu *v, enum vcpu_start how, uint64_t where)
{
	const struct start from = start_state(how, where);
	struct svm_vcpu *s = v->control;
	struct vmcb *b = s->vmcb;

	memset(&v->regs, 0, sizeof(v->regs));
	s->shutdown = false;
	b->cs = segment(from.code_selector, from.code_rights, from.limit, from.code_base);
	b->ds = segment(from.data_selector, from.data_rights, from.limit, 0);
	b->es = b->ss = b->fs = b->gs = b->ds;
	b->ldtr = segment(0, RIGHTS_LDT, 0xffff, 0);
	b->tr = segment(0, RIGHTS_TSS, 0xffff, 0);
	b->gdtr = b->idtr = segment(0, 0, 0xffff, 0);
	b->cr0 = from.cr0 | CR0_ET;
	b->cr2 = 0;
	b->cr4 = from.cr4;
	b->rsp = 0;
	b->rip = from.rip;
	b->rflags = RFLAGS_RESET;
	b->dr6 = DR6_RESET;
	b->dr7 = DR7_RESET;
	b->efer = from.efer | EFER_SVME; /* VMRUN insists on it; the guest never sees it */
	b->cpl = 0;
	b->int_shadow = b->event_inj = 0;
	s->iret_rip = 0;
	b->intercept1 &= ~(I1_IRET | I1_VINTR);
	b->int_ctl &= V_INTR_MASKING;
	b->tlb_control = TLB_FLUSH_ALL; /* the meaning of addresses under this ASID changes */
}

static uint64_t code_bits(const struct vmcb *b)
{
	if (b->efer & EFER_LMA && b->cs.attrib & ATTR_L)
		return 64;
	return b->cs.attrib & ATTR_D ? 32 : 16;
}

static const uint16_t offsets[VREG_COUNT] = {
	[VREG_RIP] = offsetof(struct vmcb, rip),
	[VREG_RSP] = offsetof(struct vmcb, rsp),
	[VREG_RFLAGS] = offsetof(struct vmcb, rflags),
	[VREG_CR0] = offsetof(struct vmcb, cr0),
	[VREG_CR2] = offsetof(struct vmcb, cr2),
	[VREG_CR3] = offsetof(struct vmcb, cr3),
	[VREG_CR4] = offsetof(struct vmcb, cr4),
	[VREG_EFER] = offsetof(struct vmcb, efer),
	[VREG_PAT] = offsetof(struct vmcb, pat),
	[VREG_CS_BASE] = offsetof(struct vmcb, cs.base),
	[VREG_TSC_OFFSET] = offsetof(struct vmcb, tsc_offset),
	[VREG_GDT] = offsetof(struct vmcb, gdtr.base),
};

static uint64_t *register_of(struct vmcb *b, enum vreg reg)
{
	if (!offsets[reg])
		panic("no such register: %u", reg);
	return (uint64_t *)((uint8_t *)b + offsets[reg]);
}

uint64_t svm_get(struct vcpu *v, enum vreg reg)
{
	struct vmcb *b = vmcb_of(v);

	if (reg == VREG_CODE_BITS)
		return code_bits(b);
	return *register_of(b, reg) & (reg == VREG_EFER ? ~EFER_SVME : UINT64_MAX);
}

void svm_set(struct vcpu *v, enum vreg reg, uint64_t value)
{
	*register_of(vmcb_of(v), reg) = value | (reg == VREG_EFER ? EFER_SVME : 0);
}
