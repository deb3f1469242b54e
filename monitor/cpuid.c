// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a partition learns from CPUID: this machine, without virtualization, and with the
 * features gone that would reach around the isolation. Leaf numbers and bits: AMD APM volume 3
 * appendix E, Intel SDM volume 2A.
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define BIT(n) (1u << (n))

#define CR4_OSXSAVE (1ull << 18)
#define CR4_PKE	    (1ull << 22)

static void set_bit(uint32_t *word, uint32_t bit, bool on)
{
	*word = on ? *word | bit : *word & ~bit;
}

static void leaf_1(struct vcpu *v, struct cpuid *c)
{
	/* VMX, SMX; x2APIC: its ICR is an MSR; we filter the memory-mapped one. */
	c->ecx &= ~(BIT(5) | BIT(6) | BIT(21));
	c->ecx |= BIT(31); /* hypervisor present */
	set_bit(&c->ecx, BIT(27), virt->get(v, VREG_CR4) & CR4_OSXSAVE);
}

static void leaf_7(struct vcpu *v, struct cpuid *c, uint32_t subleaf)
{
	if (subleaf)
		return;
	/* TSC_ADJUST would move the TEE's clock; SGX and processor trace see too much. */
	c->ebx &= ~(BIT(1) | BIT(2) | BIT(25));
	/* CET keeps supervisor state that the world switch does not exchange; branch records see the TEE's. */
	c->ecx &= ~(BIT(7) | BIT(30));
	c->edx &= ~(BIT(19) | BIT(20));
	set_bit(&c->ecx, BIT(4), virt->get(v, VREG_CR4) & CR4_PKE);
}

#define XSAVE_LEGACY_AND_HEADER 576
#define XSAVE_ALIGNED		BIT(1) /* ECX of a state's subleaf: starts at 64 bytes when compacted */
#define XSAVE_SUPERVISOR	BIT(0)

static uint32_t compacted_size(uint64_t xcr0)
{
	uint64_t size = XSAVE_LEGACY_AND_HEADER;

	for (uint32_t state = 2; state < 63; state++) {
		struct cpuid c;

		if (!(xcr0 >> state & 1))
			continue;
		c = arch_cpuid(0xd, state);
		size = c.ecx & XSAVE_ALIGNED ? ALIGN_UP(size, 64) : size;
		size += c.eax;
	}
	return (uint32_t)size;
}

/* No supervisor states, and so no XSAVES. With XSAVEC, Linux believes the size that subleaf 1
 * gives; the hardware's may count supervisor states, or be absent without XSAVES. */
static void leaf_d(struct cpuid *c, uint32_t subleaf)
{
	if (subleaf == 1)
		*c = (struct cpuid){c->eax & ~BIT(3),
				    c->eax & BIT(1) ? compacted_size(arch_xcr0()) : 0, 0, 0};
	else if (subleaf > 1 && c->ecx & XSAVE_SUPERVISOR)
		*c = (struct cpuid){0};
}

static void leaf_hypervisor(struct cpuid *c, uint32_t leaf)
{
	*c = (struct cpuid){0};
	if (leaf == MERLON_CPUID_LEAF)
		*c = (struct cpuid){MERLON_CPUID_LEAF + 1, MERLON_CPUID_EBX, MERLON_CPUID_ECX,
				    MERLON_CPUID_EDX};
	else if (leaf == MERLON_CPUID_LEAF + 1)
		*c = (struct cpuid){MERLON_ABI_VERSION, features(), options.seat, ncpus};
}

struct cpuid cpuid_filter(struct vcpu *v, uint32_t leaf, uint32_t subleaf)
{
	struct cpuid c = arch_cpuid(leaf, subleaf);

	switch (leaf) {
	case 1:
		leaf_1(v, &c);
		break;
	case 7:
		leaf_7(v, &c, subleaf);
		break;
	case 0xd:
		leaf_d(&c, subleaf);
		break;
	case 0x14: /* processor trace */
	case 0x12: /* SGX */
	case 0x1c: /* branch records */
	case 0x8000000a: /* SVM */
	case 0x8000001b: /* IBS */
	case 0x8000001f: /* memory encryption */
		c = (struct cpuid){0};
		break;
	case 0x80000001:
		/* SVM, IBS (samples the TEE's addresses), SKINIT */
		c.ecx &= ~(BIT(2) | BIT(10) | BIT(12));
		break;
	case 0x80000022: /* of performance monitoring all but branch records */
		c = (struct cpuid){c.eax & BIT(0), c.ebx, 0, 0};
		break;
	case 0x40000000 ... 0x400000ff:
		leaf_hypervisor(&c, leaf);
		break;
	}
	return c;
}

void handle_cpuid(struct vcpu *v, const struct vexit *e)
{
	struct cpuid c = cpuid_filter(v, (uint32_t)v->regs.rax, (uint32_t)v->regs.rcx);

	stat_add(v->cpu, MERLON_STAT_CPUID);
	v->regs.rax = c.eax;
	v->regs.rbx = c.ebx;
	v->regs.rcx = c.ecx;
	v->regs.rdx = c.edx;
	virt->skip(v, e);
}
