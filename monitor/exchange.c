// SPDX-License-Identifier: BSD-2-Clause
/*
 * MSRs that a CPU has once and a world switch exchanges by hand. Among them is what turns performance
 * counters on: the TEE cannot change that and has zero there, so that nothing of its work is counted for
 * Linux. SDM volume 3, 20.2.2, and volume 4; APM volume 2, 13.2, and volume 3, E.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define SPEC_CTRL	  0x48
#define PERF_GLOBAL_CTRL  0x38f /* Intel: a bit for each counter */
#define TSC_AUX		  0xc0000103
#define AMD_GLOBAL_CTL	  0xc0000301 /* the same */
#define AMD_PERF_CTL	  0xc0010200 /* before that: one for each counter, every other MSR */
#define AMD_PERF_COUNTERS 6

static uint32_t msrs[MAX_EXCHANGED], count;

static void add_if(bool there, uint32_t msr)
{
	if (there)
		msrs[count++] = msr;
}

void exchange_init(void)
{
	struct cpuid x1 = arch_cpuid(0x80000001, 0), x8 = arch_cpuid(0x80000008, 0);
	struct cpuid c7 = arch_cpuid(7, 0);
	bool intel = (arch_cpuid(0xa, 0).eax & 0xff) >= 2; /* the version of its counters */
	bool amd = arch_cpuid(0x80000000, 0).eax >= 0x80000022 && arch_cpuid(0x80000022, 0).eax & 1;

	count = 0;
	add_if(x1.edx & (1u << 27) || c7.ecx & (1u << 22), TSC_AUX);
	/* AMD's bits, then Intel's */
	add_if(x8.ebx & (1u << 14 | 1u << 15 | 1u << 24) ||
		       c7.edx & (1u << 26 | 1u << 27 | 1u << 31),
	       SPEC_CTRL);
	add_if(intel, PERF_GLOBAL_CTRL);
	add_if(amd, AMD_GLOBAL_CTL);
	for (uint32_t n = 0; n < AMD_PERF_COUNTERS; n++)
		add_if(!intel && !amd && x1.ecx & (1u << 23), AMD_PERF_CTL + 2 * n);
}

void exchange(struct vcpu *from, struct vcpu *to)
{
	arch_xregs_switch(&from->x, &to->x);
	for (uint32_t i = 0; i < count; i++) {
		from->msrs[i] = arch_msr_read(msrs[i]);
		if (from->msrs[i] != to->msrs[i])
			arch_msr_write(msrs[i], to->msrs[i]);
	}
	from->cpu->current = to;
}
