// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that would take a CPU out of the monitor's hands: INIT and SMI, by all ways that Linux has to
 * ask for them.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/irq_vectors.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "apic.h"
#include "machine.h"

#define APIC_ID	    0x20
#define APIC_LINT1  0x360
#define IOAPIC_BASE 0xfec00000ull
#define PIN_REG	    (0x10 + 2 * 21) /* one that nobody uses; the last may be the TEE's timer's */
#define MASKED	    0x10000

static u8 __iomem *apic_page;

/* The destination does not exist: if one goes out, this case fails and the machine goes on. */
static void attack_message(void)
{
	u64 *msi = (void __force *)ioremap(APIC_PAGE + 0xf0000, PAGE_SIZE);

	attack_check("msi_by_store", msi && !attack_store(msi, MODE_INIT), "TAKEN");
	if (msi)
		iounmap((void __iomem __force *)msi);
}

static void attack_ioapic(void)
{
	u32 __iomem *ioapic = ioremap(IOAPIC_BASE, PAGE_SIZE);
	u32 before, after, mode, taken = 0;

	for (mode = MODE_SMI; ioapic && mode <= MODE_INIT; mode += MODE_INIT - MODE_SMI) {
		local_irq_disable();
		writel(PIN_REG, ioapic);
		before = readl(ioapic + 4);
		writel(MASKED | mode, ioapic + 4);
		after = readl(ioapic + 4);
		if (after != before)
			writel(before, ioapic + 4);
		taken += after != before;
		local_irq_enable();
	}
	attack_check("init_and_smi_by_ioapic", ioapic && !taken, "TAKEN: %u of 2", taken);
	if (ioapic)
		iounmap(ioapic);
}

/* Vectors of the local APIC; and its number, by which the monitor finds a CPU. */
static void attack_local(void)
{
	unsigned int cpu, vectors = 0, ids = 0;
	u32 before, mode;

	for_each_online_cpu (cpu) {
		if (set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			continue;
		local_irq_disable();
		for (mode = MODE_SMI; mode <= MODE_INIT; mode += MODE_INIT - MODE_SMI) {
			before = readl(apic_page + APIC_LINT1);
			writel(MASKED | mode, apic_page + APIC_LINT1);
			vectors += readl(apic_page + APIC_LINT1) != before;
			writel(before, apic_page + APIC_LINT1);
		}
		before = readl(apic_page + APIC_ID);
		writel(before ^ 0x40000000, apic_page + APIC_ID);
		ids += readl(apic_page + APIC_ID) != before;
		writel(before, apic_page + APIC_ID);
		local_irq_enable();
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	attack_check("init_and_smi_by_vector", !vectors, "TAKEN: %u", vectors);
	attack_check("apic_id_stays", !ids, "TAKEN: on %u CPUs", ids);
}

/* Without a monitor only on the first CPU: no other has a handler from its firmware. */
static void attack_smi(void)
{
	unsigned int cpu, taken = 0;
	u64 before, after;

	for_each_online_cpu (cpu) {
		if (!machine_monitor && cpu)
			break;
		if (set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			continue;
		before = after = 0;
		attack_count_smis(&before);
		attack_ipi(apic_page, 0, MODE_SMI | TO_SELF);
		udelay(100);
		attack_count_smis(&after);
		taken += after != before;
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	attack_check("smi_by_icr", !taken, "TAKEN: on %u CPUs", taken);
}

/* --- All kinds at a CPU that runs the TEE --- */

#define TARGET 1

static void send(u32 apic_id, u32 icr)
{
	attack_ipi(apic_page, apic_id, icr);
	udelay(20);
}

/*
 * Each but INIT, which Linux could not take back. A start-up without INIT means nothing. Vectors are those of
 * Linux's nudge to reschedule.
 */
static void attack_modes(void)
{
	static const u32 icrs[] = {RESCHEDULE_VECTOR, MODE_LOWEST | RESCHEDULE_VECTOR,
				   MODE_SMI,	      0x300,
				   MODE_SIPI | 0x10,  MODE_EXTINT};
	const u32 id = cpu_data(TARGET).topo.apicid;
	u64 before = 0, after = 0;
	unsigned int i, n;
	int rc;

	set_cpus_allowed_ptr(current, cpumask_of(0));
	rc = smp_call_function_single(TARGET, attack_count_smis, &before, true);
	for (i = 0; !rc && i < 50; i++) {
		for (n = 0; n < ARRAY_SIZE(icrs); n++)
			send(id, icrs[n]);
		if (i % 5)
			continue;
		/* By now it is in the TEE again. */
		usleep_range(5000, 10000);
		send(id, MODE_NMI);
	}
	rc = rc ?: smp_call_function_single(TARGET, attack_count_smis, &after, true);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	attack_check("ipis_of_all_modes", !rc && after == before, "TAKEN: %d, %llu SMIs", rc,
		     after - before);
}

void machine_attack_interrupts(void)
{
	apic_page = ioremap(APIC_PAGE, PAGE_SIZE);
	if (!apic_page) {
		attack_fail("apic", "cannot map");
		return;
	}
	attack_message();
	attack_ioapic();
	attack_local();
	attack_smi();
	if (machine_monitor && num_online_cpus() > TARGET)
		attack_modes();
	iounmap(apic_page);
}
