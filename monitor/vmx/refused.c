// SPDX-License-Identifier: BSD-2-Clause
/* Why the CPU refused to enter a guest, in words: SDM volume 3, 27.3 and 31.4. */
#include <monitor/arch.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/event.h>
#include <monitor/vmx/vmx.h>

static const char *const errors[] = {
	[1] = "VMCALL in VMX root operation",
	[2] = "VMCLEAR with an invalid address",
	[3] = "VMCLEAR with the VMXON region",
	[4] = "VMLAUNCH with a VMCS that is not clear",
	[5] = "VMRESUME with a VMCS that is not launched",
	[6] = "VMRESUME after VMXOFF",
	[7] = "VM entry with invalid controls",
	[8] = "VM entry with invalid host state",
	[9] = "VMPTRLD with an invalid address",
	[10] = "VMPTRLD with the VMXON region",
	[11] = "VMPTRLD with another revision",
	[12] = "access to a VMCS field that is not there",
	[13] = "write to a VMCS field that is read only",
	[15] = "VMXON in VMX root operation",
	[26] = "VM entry while MOV SS blocks events",
	[28] = "INVEPT or INVVPID with an invalid operand",
};

static bool canonical(uint64_t addr)
{
	return (uint64_t)((int64_t)(addr << 16) >> 16) == addr;
}

struct guest {
	uint64_t cr0, cr4, efer, rip, rflags, entry, rights[SEG_TR + 1];
};

static bool usable(uint64_t rights)
{
	return !(rights & (1u << 16));
}

/* Each line: what must hold, and what is said when it does not. */
static const char *check_control(const struct guest *g)
{
	bool long_mode = g->entry & ENTRY_GUEST_64;

	if ((g->cr0 | CR0_PE | CR0_PG) != (g->cr0 | CR0_PE | CR0_PG | rdmsr(VMX_MSR_CR0_FIXED0)))
		return "CR0 lacks a bit that VMX needs";
	if ((g->cr4 & rdmsr(VMX_MSR_CR4_FIXED0)) != rdmsr(VMX_MSR_CR4_FIXED0))
		return "CR4 lacks a bit that VMX needs";
	if (g->cr0 & CR0_PG && !(g->cr0 & CR0_PE))
		return "CR0 has paging without protection";
	if (long_mode && !(g->cr0 & CR0_PG && g->cr4 & CR4_PAE))
		return "64-bit guest without paging or PAE";
	if (long_mode != !!(g->efer & EFER_LMA))
		return "EFER.LMA is not what the entry controls say";
	if (g->cr0 & CR0_PG && !(g->efer & EFER_LMA) != !(g->efer & EFER_LME))
		return "EFER.LMA and LME differ with paging on";
	if (!(g->rflags & 2) || g->rflags >> 22)
		return "RFLAGS has reserved bits";
	return NULL;
}

static const char *check_state(const struct guest *g)
{
	uint64_t activity = vmread(VMCS_ACTIVITY), blocked = vmread(VMCS_INTERRUPTIBILITY);

	if (g->entry & ENTRY_GUEST_64 ? !canonical(g->rip) : g->rip >> 32)
		return "RIP is out of range";
	if (!usable(g->rights[SEG_CS]) || !(g->rights[SEG_CS] & 0x10))
		return "CS is not a code segment";
	if (!usable(g->rights[SEG_TR]) || (g->rights[SEG_TR] & 7) != 3)
		return "TR is not a busy task state";
	if (usable(g->rights[SEG_LDTR]) && (g->rights[SEG_LDTR] & 0x1f) != 2)
		return "LDTR is not a descriptor table";
	if (activity > 3 || (activity == 1 && g->rights[SEG_SS] & 0x60))
		return "activity state";
	if (activity && blocked & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS))
		return "halted while STI or MOV SS blocks events";
	if ((blocked & BLOCKED_BY_STI) && !(g->rflags & 0x200))
		return "blocking by STI without IF";
	return NULL;
}

void vmx_explain(struct vcpu *v, bool failed)
{
	uint64_t error = vmread(VMCS_INSN_ERROR), reason = vmread(VMCS_REASON);
	struct guest g = {
		.cr0 = vmread(VMCS_GUEST_CR0),
		.cr4 = vmread(VMCS_GUEST_CR4),
		.efer = vmread(VMCS_GUEST_EFER),
		.rip = vmread(VMCS_GUEST_RIP),
		.rflags = vmread(VMCS_GUEST_RFLAGS),
		.entry = vmread(VMCS_ENTRY_CTL),
	};
	const char *why;

	if (failed) {
		why = error < ARRAY_SIZE(errors) ? errors[error] : NULL;
		log_msg(LOG_ERR, "CPU %u: VM entry: error %llu: %s", v->cpu->id,
			(unsigned long long)error, why ? why : "unknown");
		return;
	}
	for (enum vmcs_seg seg = SEG_ES; seg <= SEG_TR; seg++)
		g.rights[seg] = vmread(SEG_FIELD(RIGHTS, seg));
	why = check_control(&g);
	if (!why)
		why = check_state(&g);
	log_msg(LOG_ERR, "CPU %u: VM entry failed, reason %llx, qualification %llx: %s", v->cpu->id,
		(unsigned long long)(reason & 0xffff),
		(unsigned long long)vmread(VMCS_QUALIFICATION),
		why ? why : "no check of ours fails");
	log_msg(LOG_ERR, "CR0 %llx CR4 %llx EFER %llx RFLAGS %llx CS %llx SS %llx event %llx",
		(unsigned long long)g.cr0, (unsigned long long)g.cr4, (unsigned long long)g.efer,
		(unsigned long long)g.rflags, (unsigned long long)g.rights[SEG_CS],
		(unsigned long long)g.rights[SEG_SS], (unsigned long long)vmx_of(v)->event);
}
