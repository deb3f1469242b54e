// SPDX-License-Identifier: BSD-2-Clause
/* The local APIC in its memory-mapped mode, which Linux shares with us. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>

#define APIC_ID	    0x20
#define APIC_EOI    0xb0
#define APIC_LDR    0xd0
#define APIC_DFR    0xe0
#define APIC_SVR    0xf0
#define APIC_ISR    0x100
#define APIC_ICR    0x300
#define APIC_ICR_H  0x310
#define APIC_TIMER  0x380
#define ICR_PENDING (1u << 12)
#define ICR_NMI	    0x4400u
#define BASE_ENABLE (1u << 11)
#define BASE_X2APIC (1u << 10)

uint32_t arch_apic_read(uint32_t offset)
{
	return *(volatile uint32_t *)(APIC_VA + offset);
}

void arch_apic_write(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(APIC_VA + offset) = value;
}

uint32_t arch_ioapic_read(uint32_t offset)
{
	return *(volatile uint32_t *)(IOAPIC_VA + offset);
}

void arch_ioapic_write(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(IOAPIC_VA + offset) = value;
}

uint32_t lapic_start(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if ((base & ~0xfffull) != APIC_PAGE)
		panic("the local APIC is at %llx", base & ~0xfffull);
	/* From x2APIC only a full disable leads back. */
	if (base & BASE_X2APIC)
		wrmsr(MSR_APIC_BASE, base & ~(uint64_t)(BASE_X2APIC | BASE_ENABLE));
	wrmsr(MSR_APIC_BASE, (base & ~(uint64_t)BASE_X2APIC) | BASE_ENABLE);
	return arch_apic_read(APIC_ID) >> 24;
}

static void wait_idle(void)
{
	while (arch_apic_read(APIC_ICR) & ICR_PENDING)
		arch_pause();
}

/* Linux may be between its two writes of the ICR: its destination is put back. */
void lapic_send(uint32_t apic_id, uint32_t icr)
{
	uint32_t high = arch_apic_read(APIC_ICR_H);

	wait_idle();
	arch_apic_write(APIC_ICR_H, apic_id << 24);
	arch_apic_write(APIC_ICR, icr);
	wait_idle();
	arch_apic_write(APIC_ICR_H, high);
}

void arch_apic_nmi(uint32_t apic_id)
{
	lapic_send(apic_id, ICR_NMI);
}

static bool in_service(void)
{
	for (uint32_t i = 0; i < 8; i++)
		if (arch_apic_read(APIC_ISR + 16 * i))
			return true;
	return false;
}

void arch_apic_reset(void)
{
	for (int i = 0; i < 256 && in_service(); i++)
		arch_apic_write(APIC_EOI, 0);
	arch_apic_write(APIC_TIMER, 0);
	arch_apic_write(APIC_SVR, 0xff); /* disabled, which masks the local vectors */
	arch_apic_write(APIC_TPR, 0);
	arch_apic_write(APIC_DFR, UINT32_MAX);
	arch_apic_write(APIC_LDR, 0);
}
