// SPDX-License-Identifier: BSD-2-Clause
/*
 * State that the hardware keeps once and a world switch must exchange: all of XSAVE whatever
 * XCR0 a guest chose, breakpoint addresses, TSC_AUX, SPEC_CTRL. (DR6 and DR7 are the backend's.)
 * The rest of the monitor is built without FPU instructions, so it may run with any XCR0.
 */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>
#include <string.h>

#define XSAVE_MXCSR_OFFSET 24
#define MXCSR_RESET	   0x1f80u

static uint64_t all_features;
static size_t area_size;
static bool has_tsc_aux, has_spec_ctrl, has_ibpb;

void xstate_cpu_on(void)
{
	struct cpuid d = arch_cpuid(0xd, 0), x8 = arch_cpuid(0x80000008, 0);
	struct cpuid x1 = arch_cpuid(0x80000001, 0), c7 = arch_cpuid(7, 0);

	all_features = (uint64_t)d.edx << 32 | d.eax;
	area_size = d.ecx;
	has_tsc_aux = x1.edx & (1u << 27) || c7.ecx & (1u << 22);
	/* AMD's bits, then Intel's */
	has_spec_ctrl = x8.ebx & (1u << 14 | 1u << 15 | 1u << 24) ||
			c7.edx & (1u << 26 | 1u << 27 | 1u << 31);
	has_ibpb = x8.ebx & (1u << 12) || c7.edx & (1u << 26);
}

uint64_t arch_xcr0(void)
{
	return xgetbv0();
}

size_t arch_xstate_size(void)
{
	return area_size;
}

void arch_xregs_init(struct xregs *x)
{
	uint32_t mxcsr = MXCSR_RESET;

	memset(x, 0, sizeof(*x));
	x->xsave = pool_alloc(area_size);
	/* XSTATE_BV = 0: everything is in its initial state, but XRSTOR reads MXCSR. */
	memcpy((uint8_t *)x->xsave + XSAVE_MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
	x->xcr0 = 1;
}

static void switch_msrs(struct xregs *from, const struct xregs *to)
{
	if (has_tsc_aux) {
		from->tsc_aux = rdmsr(MSR_TSC_AUX);
		wrmsr(MSR_TSC_AUX, to->tsc_aux);
	}
	if (has_spec_ctrl) {
		from->spec_ctrl = rdmsr(MSR_SPEC_CTRL);
		wrmsr(MSR_SPEC_CTRL, to->spec_ctrl);
	}
	/* Neither world may steer the other's indirect branches. */
	if (has_ibpb)
		wrmsr(MSR_PRED_CMD, 1);
}

static void switch_debug(struct xregs *from, const struct xregs *to)
{
	from->dr[0] = read_dr0();
	from->dr[1] = read_dr1();
	from->dr[2] = read_dr2();
	from->dr[3] = read_dr3();
	write_dr0(to->dr[0]);
	write_dr1(to->dr[1]);
	write_dr2(to->dr[2]);
	write_dr3(to->dr[3]);
}

void arch_xregs_switch(struct xregs *from, const struct xregs *to)
{
	from->xcr0 = xgetbv0();
	if (from->xcr0 != all_features)
		xsetbv0(all_features);
	asm volatile("xsave64 (%0)" : : "r"(from->xsave), "a"(-1), "d"(-1) : "memory");
	asm volatile("xrstor64 (%0)" : : "r"(to->xsave), "a"(-1), "d"(-1) : "memory");
	if (to->xcr0 != all_features)
		xsetbv0(to->xcr0);
	switch_debug(from, to);
	switch_msrs(from, to);
}
