// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which MSRs a partition reaches. The REE gets the machine's, except those of the table below;
 * the TEE only gets those that a world switch exchanges. No intercepted access is forwarded to
 * the hardware, so none can fault in the monitor.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

enum msr_action {
	MSR_REFUSE, /* #GP, logged */
	MSR_IGNORE, /* write dropped, logged; for what Linux writes without asking */
	MSR_EFER,
	MSR_PAT,
	MSR_TSC,
	MSR_APIC_BASE,
};

struct msr_rule {
	uint32_t first, last;
	bool read, write; /* exits */
	enum msr_action action;
};

static const struct msr_rule ree_rules[] = {
	{0x10, 0x10, false, true, MSR_TSC},
	{0x1b, 0x1b, false, true, MSR_APIC_BASE},
	{0x3a, 0x3b, true, true, MSR_REFUSE}, /* FEATURE_CONTROL, TSC_ADJUST */
	{0x79, 0x79, false, true, MSR_IGNORE}, /* Intel's microcode update */
	{0x9b, 0x9b, true, true, MSR_REFUSE}, /* SMM monitor control */
	{0x1d9, 0x1d9, false, true, MSR_IGNORE}, /* DEBUGCTL: branch records */
	/* MTRRs: memory types of the TEE's RAM are the firmware's choice, not Linux's. */
	{0x200, 0x26f, false, true, MSR_IGNORE},
	{0x277, 0x277, true, true, MSR_PAT},
	{0x2ff, 0x2ff, false, true, MSR_IGNORE},
	{0x480, 0x49f, true, true, MSR_REFUSE}, /* VMX capabilities */
	{0x560, 0x58f, true, true, MSR_REFUSE}, /* processor trace */
	{0x600, 0x600, true, true, MSR_REFUSE}, /* DS area */
	{0x6a0, 0x6a8, true, true, MSR_REFUSE}, /* CET */
	{0x800, 0x8ff, true, true, MSR_REFUSE}, /* x2APIC */
	{0xda0, 0xda0, true, true, MSR_REFUSE}, /* XSS */
	{0x14ce, 0x14cf, true, true, MSR_REFUSE}, /* branch records */
	{0xc0000080, 0xc0000080, true, true, MSR_EFER},
	{0xc0000104, 0xc0000104, false, true, MSR_IGNORE}, /* TSC ratio */
	{0xc000010e, 0xc000010f, true, true, MSR_REFUSE}, /* branch records */
	/* The first four counters by their old names, for CPUs that have no others. */
	{0xc0010000, 0xc0010007, false, true, MSR_IGNORE},
	/* SYSCFG, IORRs, TOP_MEM: they decide what is RAM. */
	{0xc0010010, 0xc0010010, false, true, MSR_IGNORE},
	{0xc0010016, 0xc001001d, false, true, MSR_IGNORE},
	{0xc0010020, 0xc0010020, false, true, MSR_IGNORE}, /* AMD's microcode update */
	{0xc0010058, 0xc0010058, false, true, MSR_IGNORE}, /* PCI configuration space in memory */
	{0xc0010111, 0xc0010119, true, true, MSR_REFUSE}, /* SMM; VM_CR, IGNNE, HSAVE_PA */
	{0xc0011030, 0xc001103f, true, true, MSR_REFUSE}, /* IBS */
};

/* Exchanged on each switch, or emulated, or constant. */
static const struct msr_rule tee_rules[] = {
	{0x10, 0x10, false, true, MSR_REFUSE},
	{0x48, 0x49, false, false, 0}, /* SPEC_CTRL, PRED_CMD */
	{0x10a, 0x10a, false, true, MSR_REFUSE}, /* ARCH_CAPABILITIES */
	{0x174, 0x176, false, false, 0}, /* SYSENTER */
	{0x277, 0x277, true, true, MSR_PAT},
	{0xc0000080, 0xc0000080, true, true, MSR_EFER},
	{0xc0000081, 0xc0000082, false, false, 0}, /* STAR LSTAR */
	{0xc0000083, 0xc0000083, false, true, MSR_IGNORE}, /* CSTAR: the TEE has no 32-bit code */
	{0xc0000084, 0xc0000084, false, false, 0}, /* SFMASK */
	{0xc0000100, 0xc0000103, false, false, 0}, /* FS GS KERNEL_GS TSC_AUX */
};

static const struct {
	const struct msr_rule *rules;
	size_t count;
} tables[PART_COUNT] = {
	[PART_REE] = {ree_rules, ARRAY_SIZE(ree_rules)},
	[PART_TEE] = {tee_rules, ARRAY_SIZE(tee_rules)},
};

void msr_init(void)
{
	virt->msr_intercept(PART_REE, 0, UINT32_MAX, false, false);
	for (unsigned int p = 0; p < PART_COUNT; p++) {
		for (size_t i = 0; i < tables[p].count; i++) {
			const struct msr_rule *r = &tables[p].rules[i];

			virt->msr_intercept(p, r->first, r->last, r->read, r->write);
		}
	}
}

static enum msr_action find_action(enum partition_id part, uint32_t msr)
{
	for (size_t i = 0; i < tables[part].count; i++)
		if (msr >= tables[part].rules[i].first && msr <= tables[part].rules[i].last)
			return tables[part].rules[i].action;
	return MSR_REFUSE;
}

#define EFER_SCE   (1ull << 0)
#define EFER_LME   (1ull << 8)
#define EFER_LMA   (1ull << 10)
#define EFER_NXE   (1ull << 11)
#define EFER_FFXSR (1ull << 14)
#define CR0_PG	   (1ull << 31)

static bool write_efer(struct vcpu *v, uint64_t value)
{
	uint64_t old = virt->get(v, VREG_EFER), allowed = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;

	if (arch_cpuid(0x80000001, 0).edx & (1u << 25))
		allowed |= EFER_FFXSR;
	if (value & ~allowed)
		return false;
	if ((value ^ old) & EFER_LME && virt->get(v, VREG_CR0) & CR0_PG)
		return false;
	virt->set(v, VREG_EFER, (value & ~EFER_LMA) | (old & EFER_LMA));
	return true;
}

static bool write_pat(struct vcpu *v, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		uint8_t type = (value >> (8 * i)) & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	virt->set(v, VREG_PAT, value);
	return true;
}

static bool write_msr(struct vcpu *v, uint32_t msr, uint64_t value)
{
	switch (find_action(v->part, msr)) {
	case MSR_EFER:
		return write_efer(v, value);
	case MSR_PAT:
		return write_pat(v, value);
	case MSR_TSC: /* the machine's counter is also the TEE's: Linux gets an offset */
		virt->set(v, VREG_TSC_OFFSET, value - arch_tsc());
		return true;
	case MSR_APIC_BASE: /* page and enable bit stay; x2APIC stays off */
		return (value & ~0x100ull) == (APIC_PAGE | 0x800);
	case MSR_IGNORE:
		log_limited(LOG_DEBUG, "MSR", "write of %lx to %x ignored", value, msr);
		return true;
	case MSR_REFUSE:
		break;
	}
	return false;
}

static bool read_msr(struct vcpu *v, uint32_t msr, uint64_t *value)
{
	enum msr_action action = find_action(v->part, msr);

	if (action != MSR_EFER && action != MSR_PAT)
		return false;
	*value = virt->get(v, action == MSR_EFER ? VREG_EFER : VREG_PAT);
	return true;
}

void handle_msr(struct vcpu *v, const struct vexit *e)
{
	uint32_t msr = (uint32_t)v->regs.rcx;
	uint64_t value = v->regs.rdx << 32 | (uint32_t)v->regs.rax;
	bool ok = e->write ? write_msr(v, msr, value) : read_msr(v, msr, &value);

	stat_add(v->cpu, MERLON_STAT_MSR);
	if (!ok) {
		log_limited(LOG_WARN, "MSR", "%s of %x by %s refused, RIP %lx",
			    e->write ? "write" : "read", msr, v->part == PART_TEE ? "TEE" : "REE",
			    virt->get(v, VREG_RIP));
		virt->inject(v, VECTOR_GP);
		return;
	}
	if (!e->write) {
		v->regs.rax = (uint32_t)value;
		v->regs.rdx = value >> 32;
	}
	virt->skip(v, e);
}
