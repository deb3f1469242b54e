// SPDX-License-Identifier: BSD-2-Clause
/* A vCPU's registers in its control block, and the three states it can start in. */
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>
#include <monitor/svm/svm.h>
#include <string.h>

/* Segment attributes: descriptor bits 40-47 and 52-55, packed. */
#define SEG_CODE16 0x09b
#define SEG_CODE32 0xc9b
#define SEG_CODE64 0xa9b
#define SEG_DATA16 0x093
#define SEG_DATA32 0xc93
#define SEG_LDT	   0x082
#define SEG_TSS	   0x08b
#define ATTR_L	   (1u << 9)
#define ATTR_D	   (1u << 10)

#define RFLAGS_RESET 2
#define DR6_RESET    0xffff0ff0ull
#define DR7_RESET    0x400ull

static void set_segments(struct vmcb *b, struct vmcb_seg code, struct vmcb_seg data)
{
	b->cs = code;
	b->ds = b->es = b->ss = b->fs = b->gs = data;
	b->ldtr = (struct vmcb_seg){0, SEG_LDT, 0xffff, 0};
	b->tr = (struct vmcb_seg){0, SEG_TSS, 0xffff, 0};
	b->gdtr = b->idtr = (struct vmcb_seg){0, 0, 0xffff, 0};
}

static void start_flat32(struct vmcb *b, uint64_t where)
{
	set_segments(b, (struct vmcb_seg){0x10, SEG_CODE32, UINT32_MAX, 0},
		     (struct vmcb_seg){0x18, SEG_DATA32, UINT32_MAX, 0});
	b->cr0 = CR0_PE | CR0_ET;
	b->rip = where;
}

/* CR3 was set before. */
static void start_long64(struct vmcb *b, uint64_t where)
{
	set_segments(b, (struct vmcb_seg){0x10, SEG_CODE64, UINT32_MAX, 0},
		     (struct vmcb_seg){0x18, SEG_DATA32, UINT32_MAX, 0});
	b->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	b->cr4 = CR4_PAE;
	b->efer |= EFER_LME | EFER_LMA;
	b->rip = where;
}

static void start_sipi(struct vmcb *b, uint64_t vector)
{
	set_segments(b, (struct vmcb_seg){vector << 8, SEG_CODE16, 0xffff, vector << 12},
		     (struct vmcb_seg){0, SEG_DATA16, 0xffff, 0});
	b->cr0 = CR0_ET;
	b->rip = 0;
}

void svm_vcpu_start(struct vcpu *v, enum vcpu_start how, uint64_t where)
{
	struct svm_vcpu *s = v->control;
	struct vmcb *b = s->vmcb;

	memset(&v->regs, 0, sizeof(v->regs));
	s->shutdown = false;
	b->cr2 = b->cr4 = 0;
	b->rsp = 0;
	b->rflags = RFLAGS_RESET;
	b->dr6 = DR6_RESET;
	b->dr7 = DR7_RESET;
	b->efer = EFER_SVME; /* VMRUN insists on it; the guest never sees it */
	b->cpl = 0;
	b->int_shadow = b->event_inj = 0;
	b->intercept1 &= ~I1_IRET;
	b->tlb_control = 1; /* all of this CPU's TLB: its meaning under this ASID changes */
	switch (how) {
	case START_FLAT32:
		start_flat32(b, where);
		break;
	case START_LONG64:
		start_long64(b, where);
		break;
	case START_SIPI:
		start_sipi(b, where);
		break;
	}
}

static uint64_t code_bits(const struct vmcb *b)
{
	if (b->efer & EFER_LMA && b->cs.attrib & ATTR_L)
		return 64;
	return b->cs.attrib & ATTR_D ? 32 : 16;
}

static uint64_t *register_of(struct vmcb *b, enum vreg reg)
{
	switch (reg) {
	case VREG_RIP:
		return &b->rip;
	case VREG_RSP:
		return &b->rsp;
	case VREG_RFLAGS:
		return &b->rflags;
	case VREG_CR0:
		return &b->cr0;
	case VREG_CR2:
		return &b->cr2;
	case VREG_CR3:
		return &b->cr3;
	case VREG_CR4:
		return &b->cr4;
	case VREG_EFER:
		return &b->efer;
	case VREG_PAT:
		return &b->pat;
	case VREG_CS_BASE:
		return &b->cs.base;
	case VREG_TSC_OFFSET:
		return &b->tsc_offset;
	case VREG_GDT:
		return &b->gdtr.base;
	default:
		panic("no such register: %u", reg);
	}
}

uint64_t svm_get(struct vcpu *v, enum vreg reg)
{
	struct vmcb *b = vmcb_of(v);

	if (reg == VREG_CPL)
		return b->cpl;
	if (reg == VREG_CODE_BITS)
		return code_bits(b);
	return *register_of(b, reg) & (reg == VREG_EFER ? ~EFER_SVME : UINT64_MAX);
}

void svm_set(struct vcpu *v, enum vreg reg, uint64_t value)
{
	*register_of(vmcb_of(v), reg) = value | (reg == VREG_EFER ? EFER_SVME : 0);
}
