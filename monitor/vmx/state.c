// SPDX-License-Identifier: BSD-2-Clause
/* A vCPU's registers in its VMCS, and the three states it can start in. */
#include <monitor/arch/x86/start.h>
#include <monitor/vmx/vmx.h>
#include <string.h>

#define RIGHTS_L (1u << 13)
#define RIGHTS_D (1u << 14)

#define CR0_FREE       (~(CR0_OURS | CR0_ET))
#define INVALIDATE_ALL 2ull /* INVEPT's and INVVPID's type: all contexts */

static void set_segment(enum vmcs_seg seg, uint16_t selector, uint32_t rights, uint32_t limit,
			uint64_t base)
{
	vmwrite(SEG_FIELD(SEL, seg), selector);
	vmwrite(SEG_FIELD(RIGHTS, seg), rights);
	vmwrite(SEG_FIELD(LIMIT, seg), limit);
	vmwrite(SEG_FIELD(BASE, seg), base);
}

static void set_cr0(uint64_t value)
{
	/* Caches stay on and NE stays set, whatever the guest sees. */
	vmwrite(VMCS_GUEST_CR0, (value & CR0_FREE) | CR0_NE | CR0_ET);
	vmwrite(VMCS_CR0_SHADOW, value & CR0_OURS);
}

static void set_cr4(uint64_t value)
{
	vmwrite(VMCS_GUEST_CR4, (value & CR4_GUEST) | CR4_VMXE);
	vmwrite(VMCS_CR4_SHADOW, value & ~CR4_GUEST);
}

static void set_efer(uint64_t value)
{
	uint64_t entry = vmread(VMCS_ENTRY_CTL) & ~(uint64_t)ENTRY_GUEST_64;

	vmwrite(VMCS_GUEST_EFER, value);
	vmwrite(VMCS_ENTRY_CTL, entry | (value & EFER_LMA ? ENTRY_GUEST_64 : 0));
}

void vmx_flush(struct vcpu *v)
{
	struct {
		uint64_t what, reserved;
	} all = {0, 0};

	asm volatile("invept %0, %1" : : "m"(all), "r"(INVALIDATE_ALL) : "memory", "cc");
	asm volatile("invvpid %0, %1" : : "m"(all), "r"(INVALIDATE_ALL) : "memory", "cc");
}

static void reset(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	struct vmx_cpu *c = v->cpu->virt;

	memset(&v->regs, 0, sizeof(v->regs));
	s->shutdown = s->preempt = false;
	s->event = 0;
	s->cr2 = 0;
	s->dr6 = DR6_RESET;
	if (c->live == v) {
		write_cr2(s->cr2);
		write_dr6(s->dr6);
	}
	vmx_set_primary(v, PRIMARY_INTERRUPT_WINDOW | PRIMARY_NMI_WINDOW, false);
	set_segment(SEG_LDTR, 0, RIGHTS_LDT, 0xffff, 0);
	set_segment(SEG_TR, 0, RIGHTS_TSS, 0xffff, 0);
	for (enum vmcs_seg seg = SEG_GDTR; seg <= SEG_IDTR; seg++) {
		vmwrite(SEG_FIELD(LIMIT, seg), 0xffff);
		vmwrite(SEG_FIELD(BASE, seg), 0);
	}
	vmwrite(VMCS_GUEST_RSP, 0);
	vmwrite(VMCS_GUEST_RFLAGS, RFLAGS_RESET);
	vmwrite(VMCS_GUEST_DR7, DR7_RESET);
	vmwrite(VMCS_GUEST_DEBUGCTL, 0);
	vmwrite(VMCS_INTERRUPTIBILITY, 0);
	vmwrite(VMCS_PENDING_DEBUG, 0);
	vmwrite(VMCS_ACTIVITY, 0);
}

void vmx_vcpu_start(struct vcpu *v, enum vcpu_start how, uint64_t where)
{
	static const enum vmcs_seg data[] = {SEG_ES, SEG_SS, SEG_DS, SEG_FS, SEG_GS};
	const struct start from = start_state(how, where);

	vmx_use(v);
	reset(v);
	set_segment(SEG_CS, from.code_selector, from.code_rights, from.limit, from.code_base);
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		set_segment(data[i], from.data_selector, from.data_rights, from.limit, 0);
	set_cr0(from.cr0 | CR0_NE);
	set_cr4(from.cr4);
	set_efer(from.efer);
	vmwrite(VMCS_GUEST_RIP, from.rip);
	vmx_flush(v); /* the meaning of this CPU's cached translations changes */
}

static uint64_t code_bits(void)
{
	uint64_t rights = vmread(SEG_FIELD(RIGHTS, SEG_CS));

	if (vmread(VMCS_GUEST_EFER) & EFER_LMA && rights & RIGHTS_L)
		return 64;
	return rights & RIGHTS_D ? 32 : 16;
}

/* Those that are a VMCS field and nothing else. */
static const uint16_t fields[VREG_COUNT] = {
	[VREG_RIP] = VMCS_GUEST_RIP,
	[VREG_RSP] = VMCS_GUEST_RSP,
	[VREG_RFLAGS] = VMCS_GUEST_RFLAGS,
	[VREG_CR3] = VMCS_GUEST_CR3,
	[VREG_EFER] = VMCS_GUEST_EFER,
	[VREG_PAT] = VMCS_GUEST_PAT,
	[VREG_TSC_OFFSET] = VMCS_TSC_OFFSET,
	[VREG_CS_BASE] = VMCS_GUEST_BASE + 2 * SEG_CS,
	[VREG_GDT] = VMCS_GUEST_BASE + 2 * SEG_GDTR,
};

uint64_t vmx_get(struct vcpu *v, enum vreg reg)
{
	struct vmx_cpu *c = v->cpu->virt;

	vmx_use(v);
	switch (reg) {
	case VREG_CR0:
		return (vmread(VMCS_GUEST_CR0) & ~CR0_OURS) | vmread(VMCS_CR0_SHADOW);
	case VREG_CR2:
		return c->live == v ? read_cr2() : vmx_of(v)->cr2;
	case VREG_CR4:
		return (vmread(VMCS_GUEST_CR4) & CR4_GUEST) | vmread(VMCS_CR4_SHADOW);
	case VREG_CODE_BITS:
		return code_bits();
	default:
		if (!fields[reg])
			panic("no such register: %u", reg);
		return vmread(fields[reg]);
	}
}

void vmx_set(struct vcpu *v, enum vreg reg, uint64_t value)
{
	vmx_use(v);
	if (reg == VREG_CR0)
		set_cr0(value);
	else if (reg == VREG_CR4)
		set_cr4(value);
	else if (reg == VREG_EFER)
		set_efer(value);
	else if (fields[reg])
		vmwrite(fields[reg], value);
	else
		panic("no such register: %u", reg);
}
