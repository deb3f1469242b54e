// SPDX-License-Identifier: BSD-2-Clause
/* Why the CPU refused to enter a guest, in words: SDM volume 3, 27.3 and 31.4. */
#include <monitor/arch/x86/x86.h>
#include <monitor/vmx/vmx.h>

/* Of VMLAUNCH and VMRESUME. */
static const char *const errors[] = {
	[4] = "VMLAUNCH with a VMCS that is not clear",
	[5] = "VMRESUME with a VMCS that is not launched",
	[6] = "VMRESUME after VMXOFF",
	[7] = "VM entry with invalid controls",
	[8] = "VM entry with invalid host state",
	[11] = "VMPTRLD with another revision",
	[26] = "VM entry while MOV SS blocks events",
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

/* The first of the CPU's checks that fails; NULL: none of these does. */
static const char *failed_check(const struct guest *g)
{
	uint64_t cr0_fixed = rdmsr(VMX_MSR_CR0_FIXED0) & ~(CR0_PE | CR0_PG);
	uint64_t cr4_fixed = rdmsr(VMX_MSR_CR4_FIXED0);
	uint64_t activity = vmread(VMCS_ACTIVITY), blocked = vmread(VMCS_INTERRUPTIBILITY);
	bool long_mode = g->entry & ENTRY_GUEST_64, paging = g->cr0 & CR0_PG;
	uint64_t cs = g->rights[SEG_CS], tr = g->rights[SEG_TR], ldtr = g->rights[SEG_LDTR];
	const struct {
		bool fails;
		const char *why;
	} checks[] = {
		{cr0_fixed & ~g->cr0, "CR0 lacks a bit that VMX needs"},
		{cr4_fixed & ~g->cr4, "CR4 lacks a bit that VMX needs"},
		{paging && !(g->cr0 & CR0_PE), "CR0 has paging without protection"},
		{long_mode && !(paging && g->cr4 & CR4_PAE), "64-bit guest without paging or PAE"},
		{long_mode != !!(g->efer & EFER_LMA),
		 "EFER.LMA is not what the entry controls say"},
		{paging && !(g->efer & EFER_LMA) != !(g->efer & EFER_LME),
		 "EFER.LMA and LME differ with paging on"},
		{!(g->rflags & 2) || g->rflags >> 22, "RFLAGS has reserved bits"},
		{long_mode ? !canonical(g->rip) : g->rip >> 32, "RIP is out of range"},
		{!usable(cs) || !(cs & 0x10), "CS is not a code segment"},
		{!usable(tr) || (tr & 7) != 3, "TR is not a busy task state"},
		{usable(ldtr) && (ldtr & 0x1f) != 2, "LDTR is not a descriptor table"},
		{activity > 3 || (activity == 1 && g->rights[SEG_SS] & 0x60), "activity state"},
		{activity && blocked & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS),
		 "halted while STI or MOV SS blocks events"},
		{blocked & BLOCKED_BY_STI && !(g->rflags & RFLAGS_IF),
		 "blocking by STI without IF"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i].fails)
			return checks[i].why;
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
		log_msg(LOG_ERR, "CPU %u: VM entry: error %lu: %s", v->cpu->id, error,
			why ? why : "unknown");
		return;
	}
	for (enum vmcs_seg seg = SEG_ES; seg <= SEG_TR; seg++)
		g.rights[seg] = vmread(SEG_FIELD(RIGHTS, seg));
	why = failed_check(&g);
	log_msg(LOG_ERR, "CPU %u: VM entry failed, reason %lx, qualification %lx: %s", v->cpu->id,
		reason & 0xffff, vmread(VMCS_QUALIFICATION), why ? why : "no check of ours fails");
	log_msg(LOG_ERR, "CR0 %lx CR4 %lx EFER %lx RFLAGS %lx CS %lx SS %lx event %lx", g.cr0,
		g.cr4, g.efer, g.rflags, g.rights[SEG_CS], g.rights[SEG_SS], vmx_of(v)->event);
}
