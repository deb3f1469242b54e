// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers of the HPET (specification 1.0a) that store a number of Linux's anywhere, instead of making an
 * interrupt, and past every IOMMU. QEMU takes that although it does not offer it.
 */
#include <linux/acpi.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include "machine.h"

#define COUNTER	   0xf0
#define TIMER	   0x120 /* the second: the first is Linux's, the last may be the TEE's */
#define COMPARATOR (TIMER + 8)
#define MESSAGE	   (TIMER + 0x10)
#define MESSAGE_TO (TIMER + 0x14)
#define BY_MESSAGE (1u << 14)
#define ENABLE	   (1u << 2)
#define BITS_32	   (1u << 8)
#define SOON	   1000000 /* ticks: 10 ms */
#define NUMBER	   0x5a5a0031 /* as an interrupt: an ordinary one */

/* Whether the HPET would store to @to. */
static bool tell(void __iomem *hpet, u64 to)
{
	writel(NUMBER, hpet + MESSAGE);
	writel(lower_32_bits(to), hpet + MESSAGE_TO);
	if (readl(hpet + MESSAGE_TO) != lower_32_bits(to))
		return false;
	writel(BY_MESSAGE | ENABLE | BITS_32, hpet + TIMER);
	writel(readl(hpet + COUNTER) + SOON, hpet + COMPARATOR);
	msleep(200);
	return true;
}

static u64 hpet_base(void)
{
	struct acpi_table_hpet *table;
	u64 base;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_HPET, 0, (struct acpi_table_header **)&table)))
		return 0;
	base = table->address.address;
	acpi_put_table((struct acpi_table_header *)table);
	return base;
}

void machine_attack_hpet(void)
{
	u32 *page = (u32 *)get_zeroed_page(GFP_KERNEL);
	u64 base = hpet_base();
	void __iomem *hpet = base ? ioremap(base, PAGE_SIZE) : NULL;
	u32 config;

	if (!page || !hpet) {
		attack_fail("hpet_writes_nothing", "no HPET");
		goto out;
	}
	config = readl(hpet + TIMER);
	tell(hpet, virt_to_phys(page));
	attack_check("hpet_writes_nothing", !READ_ONCE(*page), "TAKEN: %#x", *page);
	attack_check("hpet_over_tee", !tell(hpet, machine_secret), "TAKEN: at %llx",
		     machine_secret);
	writel(config, hpet + TIMER);
out:
	if (hpet)
		iounmap(hpet);
	free_page((unsigned long)page);
}
