/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts that a module sends past Linux, and the count of SMIs that came. */
#ifndef ATTACK_APIC_H
#define ATTACK_APIC_H

#include <linux/io.h>
#include <linux/irqflags.h>
#include <asm/msr.h>

#define APIC_PAGE  0xfee00000ull
#define APIC_ICR   0x300
#define APIC_ICR_H 0x310

/* In the ICR, and in vectors and pins. */
#define MODE_LOWEST 0x100
#define MODE_SMI    0x200
#define MODE_NMI    0x400
#define MODE_INIT   0x500
#define MODE_SIPI   0x600
#define MODE_EXTINT 0x700
#define LOGICAL	    0x800
#define ASSERT	    0x4000
#define TO_SELF	    0x40000

#define SMI_COUNT 0x34 /* Intel's MSR; QEMU has it on all CPUs */

static inline void attack_ipi(u8 __iomem *apic, u32 apic_id, u32 icr)
{
	local_irq_disable();
	writel(apic_id << 24, apic + APIC_ICR_H);
	writel(icr | ASSERT, apic + APIC_ICR);
	local_irq_enable();
}

/* SMIs that came to this CPU, added to *(u64 *)sum. */
static inline void attack_count_smis(void *sum)
{
	u64 n = 0;

	rdmsrl_safe(SMI_COUNT, &n);
	*(u64 *)sum += n;
}

#endif
