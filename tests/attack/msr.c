// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model-specific registers that would take the CPU from under the monitor, and the instructions of SVM. What
 * is refused gives #GP or #UD; what is ignored keeps its value. All on each CPU.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/asm.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "machine.h"

struct msr_range {
	u32 first, last;
};

/* Neither read nor written. The samples of long ranges are their ends. */
static const struct msr_range refused[] = {
	{0x3a, 0x3b}, /* FEATURE_CONTROL, TSC_ADJUST */
	{0x9b, 0x9b}, /* SMM monitor control */
	{0x480, 0x491}, /* VMX capabilities */
	{0x560, 0x561}, /* processor trace: where it writes */
	{0x570, 0x572}, /* processor trace */
	{0x600, 0x600}, /* DS area: where samples are written */
	{0x6a0, 0x6a8}, /* CET */
	{0x800, 0x83f}, /* x2APIC */
	{0xda0, 0xda0}, /* XSS */
	{0x14ce, 0x14ce}, /* branch records */
	{0xc000010e, 0xc000010f}, /* AMD's */
	{0xc0010111, 0xc0010119}, /* SMBASE, SMM's memory; VM_CR, HSAVE_PA */
	{0xc0011030, 0xc001103d}, /* IBS */
};

/* Written without effect. */
static const struct msr_range ignored[] = {
	{0x1d9, 0x1d9}, /* DEBUGCTL */
	{0x200, 0x20f}, /* MTRRs */
	{0x250, 0x250},		  {0x258, 0x259},	    {0x268, 0x26f},
	{0x2ff, 0x2ff},		  {0xc0000104, 0xc0000104}, /* TSC ratio */
	{0xc0010010, 0xc0010010}, /* SYSCFG */
	{0xc0010016, 0xc001001a}, /* IORRs, TOP_MEM */
	{0xc001001d, 0xc001001d}, /* TOP_MEM2 */
	{0xc0010058, 0xc0010058}, /* PCI configuration space in memory */
};

/* What came through, of all CPUs. */
struct taken {
	unsigned int count;
	u32 first;
};

static void took(struct taken *t, u32 msr)
{
	if (!t->count++)
		t->first = msr;
}

#define for_each_msr(msr, r, table)                           \
	for (r = table; r < (table) + ARRAY_SIZE(table); r++) \
		for (msr = r->first; msr <= r->last && msr; msr++)

static void try_refused(struct taken *reads, struct taken *writes)
{
	const struct msr_range *r;
	u64 value;
	u32 msr;

	for_each_msr(msr, r, refused)
	{
		value = 0;
		if (!rdmsrl_safe(msr, &value))
			took(reads, msr);
		/* What was read, or zero: harmless where nothing refuses it. */
		if (!wrmsrl_safe(msr, value))
			took(writes, msr);
	}
}

static void try_ignored(struct taken *t)
{
	const struct msr_range *r;
	unsigned long flags;
	u64 before, after;
	u32 msr;

	for_each_msr(msr, r, ignored)
	{
		if (rdmsrl_safe(msr, &before))
			continue;
		local_irq_save(flags);
		wrmsrl_safe(msr, before ^ 1);
		if (!rdmsrl_safe(msr, &after) && after != before) {
			took(t, msr);
			wrmsrl_safe(msr, before);
		}
		local_irq_restore(flags);
	}
}

/* --- EFER, and what it would allow --- */

/* An instruction of SVM with @rax in RAX: whether it was executed. */
#define svm_instruction(name, bytes)                                     \
	static bool name(u64 rax)                                        \
	{                                                                \
		bool ok;                                                 \
		asm volatile("xorl	%k0, %k0\n"                           \
			     "1:	.byte	0x0f, 0x01, " bytes "\n" \
			     "	movb	$1, %b0\n"                           \
			     "2:\n" _ASM_EXTABLE(1b, 2b)                 \
			     : "=&q"(ok), "+a"(rax)                      \
			     :                                           \
			     : "ecx", "memory");                         \
		return ok;                                               \
	}

svm_instruction(vmload, "0xda") svm_instruction(vmsave, "0xdb") svm_instruction(stgi, "0xdc")
	svm_instruction(clgi, "0xdd")

		static u64 svm_page;

static void try_svm(struct taken *efer, struct taken *instructions)
{
	unsigned long flags;
	u64 before, after;

	rdmsrl(MSR_EFER, before);
	local_irq_save(flags);
	if (!wrmsrl_safe(MSR_EFER, before | EFER_SVME))
		took(efer, MSR_EFER);
	rdmsrl(MSR_EFER, after);
	if (after & EFER_SVME)
		took(efer, MSR_EFER);
	/* VMLOAD of what VMSAVE wrote changes nothing. */
	if (vmsave(svm_page) || vmload(svm_page))
		took(instructions, MSR_EFER);
	if (clgi(0)) {
		took(instructions, MSR_EFER);
		stgi(0);
	}
	if (after != before)
		wrmsrl_safe(MSR_EFER, before);
	local_irq_restore(flags);
}

/* --- Where the local APIC is --- */

static void try_apic_base(struct taken *t)
{
	const u64 elsewhere[] = {machine_secret, 0xfee01000, 0xfed50000, 1ull << 40};
	unsigned long flags;
	unsigned int i;
	u64 own, after;

	rdmsrl(MSR_IA32_APICBASE, own);
	local_irq_save(flags);
	for (i = 0; i < ARRAY_SIZE(elsewhere); i++) {
		wrmsrl_safe(MSR_IA32_APICBASE, elsewhere[i] | (own & 0xfff));
		rdmsrl(MSR_IA32_APICBASE, after);
		if (after != own)
			took(t, i);
		wrmsrl_safe(MSR_IA32_APICBASE, own);
	}
	/* Without a monitor nothing turns it on again. */
	if (machine_monitor) {
		if (!wrmsrl_safe(MSR_IA32_APICBASE, own & ~MSR_IA32_APICBASE_ENABLE))
			took(t, 0x100);
		if (!wrmsrl_safe(MSR_IA32_APICBASE, own | X2APIC_ENABLE))
			took(t, 0x101);
	}
	local_irq_restore(flags);
}

/* What Linux may write: it must not be refused with the rest. */
static bool own_base_ok(void)
{
	u64 own;

	rdmsrl(MSR_IA32_APICBASE, own);
	return !wrmsrl_safe(MSR_IA32_APICBASE, own);
}

#define attack_report(name, t)                                                             \
	attack_check(name, !(t).count, "TAKEN: %u on %u CPUs, first %#x", (t).count, cpus, \
		     (t).first)

void machine_attack_msrs(void)
{
	struct taken reads = {}, writes = {}, changes = {}, efer = {}, instructions = {}, base = {};
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	unsigned int cpu, cpus = 0, own = 0;

	if (!page)
		return;
	svm_page = virt_to_phys((void *)page);
	for_each_online_cpu (cpu) {
		if (set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			continue;
		cpus++;
		try_refused(&reads, &writes);
		try_ignored(&changes);
		try_svm(&efer, &instructions);
		try_apic_base(&base);
		own += own_base_ok();
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	free_page(page);
	attack_report("msr_reads_refused", reads);
	attack_report("msr_writes_refused", writes);
	attack_report("msr_writes_ignored", changes);
	attack_report("efer_svme", efer);
	attack_report("svm_instructions", instructions);
	attack_report("apic_base_stays", base);
	attack_check("msrs_on_each_cpu", cpus == num_online_cpus() && own == cpus,
		     "%u CPUs, of which %u can write what they may", cpus, own);
}
