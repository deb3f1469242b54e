// SPDX-License-Identifier: BSD-2-Clause
/*
 * State that the hardware keeps once and a world switch must exchange: all of XSAVE whatever XCR0 a guest
 * chose, and breakpoint addresses. (DR6 and DR7 are the backend's, MSRs are in exchange.c.)
 * The rest of the monitor is built without FPU instructions, so it may run with any XCR0.
 */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/mitigate.h>
#include <monitor/monitor.h>
#include <string.h>

#define XSAVE_MXCSR_OFFSET 24
#define MXCSR_RESET	   0x1f80u

static uint64_t all_features;
static size_t area_size;

void xstate_cpu_on(void)
{
	struct cpuid d = arch_cpuid(0xd, 0);

	all_features = (uint64_t)d.edx << 32 | d.eax;
	area_size = d.ecx;
}

uint64_t arch_xcr0(void)
{
	uint32_t lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (uint64_t)hi << 32 | lo;
}

size_t arch_xstate_size(void)
{
	return area_size;
}

void arch_xregs_init(struct xregs *x)
{
	memset(x, 0, sizeof(*x));
	x->xsave = pool_alloc(area_size);
	/* XSTATE_BV = 0: everything is in its initial state, but XRSTOR reads MXCSR. */
	put_at(x->xsave, XSAVE_MXCSR_OFFSET, MXCSR_RESET, 4);
	x->xcr0 = 1;
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
	from->xcr0 = arch_xcr0();
	if (from->xcr0 != all_features)
		xsetbv0(all_features);
	asm volatile("xsave64 (%0)" : : "r"(from->xsave), "a"(-1), "d"(-1) : "memory");
	asm volatile("xrstor64 (%0)" : : "r"(to->xsave), "a"(-1), "d"(-1) : "memory");
	if (to->xcr0 != all_features)
		xsetbv0(to->xcr0);
	switch_debug(from, to);
}

/* As many returns as any CPU predicts, each to a place that speculation does not leave. */
static void fill_rsb(void)
{
	asm volatile(".rept	32\n"
		     "	call	1f\n"
		     "2:	pause\n"
		     "	lfence\n"
		     "	jmp	2b\n"
		     "1:\n"
		     "	.endr\n"
		     "	add	$256, %%rsp\n"
		     "	lfence"
		     :
		     :
		     : "cc", "memory");
}

void arch_mitigate(unsigned int which)
{
	static const uint16_t any_selector = 0;

	if (which == MITIGATE_IBPB)
		wrmsr(MSR_PRED_CMD, 1);
	else if (which == MITIGATE_L1D)
		wrmsr(MSR_FLUSH_CMD, 1);
	else if (which == MITIGATE_VERW) /* only the form with a memory operand clears anything */
		asm volatile("verw %0" : : "m"(any_selector) : "cc");
	else
		fill_rsb();
}
