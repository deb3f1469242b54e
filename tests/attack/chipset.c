// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of QEMU's q35 (those of Intel's Q35 and ICH9) that lay windows over memory, open SMRAM and move
 * ACPI's ports; and an SMI's handler where firmware left it, in Linux's RAM.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/processor.h>
#include "apic.h"
#include "machine.h"

#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc
#define HOST_BRIDGE PCI_DEVFN(0, 0)
#define ISA_BRIDGE  PCI_DEVFN(0x1f, 0)
#define PCIEXBAR    0x60
#define PCIEXBAR_ON 1
#define SMRAM	    0x9c /* the byte at 9d */
#define SMRAM_OPEN  (0x40u << 8)
#define TSEG_SIZE   (0x02u << 16) /* the byte at 9e; nothing happens while it is off */
#define PMBASE	    0x40
#define RCBA	    0xf0
#define RCBA_SIZE   SZ_16K
#define RCBA_ON	    1

static void select(u8 devfn, u8 reg)
{
	outl(0x80000000 | devfn << 8 | reg, PCI_ADDRESS);
}

static u32 config_read(u8 devfn, u8 reg)
{
	select(devfn, reg);
	return inl(PCI_DATA);
}

/* --- Registers that must stay, by each way to write them --- */

static void write_dword(u8 devfn, u8 reg, u32 value)
{
	select(devfn, reg);
	outl(value, PCI_DATA);
}

static void write_bytes(u8 devfn, u8 reg, u32 value)
{
	unsigned int i;

	select(devfn, reg);
	for (i = 0; i < 4; i++)
		outb(value >> 8 * i, PCI_DATA + i);
}

static void write_words(u8 devfn, u8 reg, u32 value)
{
	select(devfn, reg);
	outw(value, PCI_DATA);
	outw(value >> 16, PCI_DATA + 2);
}

static u8 __iomem *config_memory;

static void write_memory(u8 devfn, u8 reg, u32 value)
{
	writel(value, config_memory + (devfn << PAGE_SHIFT) + reg);
}

/* How many of the ways change a register; it has its old value afterwards. */
static unsigned int changes(u8 devfn, u8 reg, u32 value)
{
	void (*const ways[])(u8, u8, u32) = {write_dword, write_words, write_bytes, write_memory};
	unsigned int i, taken = 0;
	unsigned long flags;
	u32 before;

	/* Other CPUs must not come between an address and its data, nor use what moves. */
	local_irq_save(flags);
	before = config_read(devfn, reg);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		ways[i](devfn, reg, value);
		if (config_read(devfn, reg) == before)
			continue;
		taken++;
		write_dword(devfn, reg, before);
	}
	local_irq_restore(flags);
	return taken;
}

static void attack_registers(void)
{
	const u32 smram = config_read(HOST_BRIDGE, SMRAM);
	u32 pciexbar = config_read(HOST_BRIDGE, PCIEXBAR);
	const struct {
		const char *name;
		u8 devfn, reg;
		u32 value;
	} registers[] = {
		{"pciexbar_stays", HOST_BRIDGE, PCIEXBAR, 0xd0000000 | PCIEXBAR_ON},
		{"smram_stays", HOST_BRIDGE, SMRAM, smram | SMRAM_OPEN},
		{"tseg_stays", HOST_BRIDGE, SMRAM, smram ^ TSEG_SIZE},
		{"pmbase_stays", ISA_BRIDGE, PMBASE, 0xb001},
		{"rcba_stays", ISA_BRIDGE, RCBA, 0xd0000000 | RCBA_ON},
	};
	unsigned int i, taken;

	config_memory = ioremap(pciexbar & PAGE_MASK, SZ_1M);
	if (!(pciexbar & PCIEXBAR_ON) || !config_memory) {
		attack_fail("pciexbar_stays", "no configuration memory");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		taken = changes(registers[i].devfn, registers[i].reg, registers[i].value);
		attack_check(registers[i].name, !taken, "TAKEN: by %u of 4 ways", taken);
	}
	iounmap(config_memory);
}

/* Registers that have a use for Linux stay its own: the routing of PIRQs, and the header. */
static void attack_not(void)
{
	const u32 pirq = config_read(ISA_BRIDGE, 0x60);
	const u32 latency = config_read(HOST_BRIDGE, 4);
	u32 after;

	write_dword(ISA_BRIDGE, 0x60, pirq ^ 1);
	after = config_read(ISA_BRIDGE, 0x60);
	write_dword(ISA_BRIDGE, 0x60, pirq);
	write_dword(HOST_BRIDGE, 4, latency ^ 4);
	attack_check("other_registers_change",
		     after != pirq && config_read(HOST_BRIDGE, 4) != latency, "%#x, %#x", after,
		     config_read(HOST_BRIDGE, 4));
	write_dword(HOST_BRIDGE, 4, latency);
}

/* Accesses that begin before the data port, or end behind it, at a register that cannot be written. */
static void attack_width(void)
{
	unsigned int taken;

	select(ISA_BRIDGE, 0);
	taken = machine_out(PCI_DATA - 1, 2, 0);
	taken += machine_out(PCI_DATA - 2, 4, 0);
	taken += machine_out(PCI_DATA + 3, 2, 0);
	attack_check("config_too_wide", !taken, "TAKEN: %u of 3", taken);
}

/* What RCBA places goes before RAM. Without a monitor over pages of our own. */
static void attack_window(void)
{
	const unsigned int order = get_order(RCBA_SIZE);
	unsigned long pages = __get_free_pages(GFP_KERNEL, order), flags;
	u64 at = machine_monitor ? round_down(machine_secret, RCBA_SIZE)
				 : virt_to_phys((void *)pages);
	u32 before, after;
	bool lost;

	if (!pages)
		return;
	memset((void *)pages, 0x5a, RCBA_SIZE);
	local_irq_save(flags);
	before = config_read(ISA_BRIDGE, RCBA);
	write_dword(ISA_BRIDGE, RCBA, lower_32_bits(at) | RCBA_ON);
	after = config_read(ISA_BRIDGE, RCBA);
	lost = memchr_inv((void *)pages, 0x5a, RCBA_SIZE);
	if (after != before)
		write_dword(ISA_BRIDGE, RCBA, before);
	local_irq_restore(flags);
	attack_check("window_over_memory", after == before && !lost,
		     "TAKEN: the window is at %#x, memory under it is %s", after,
		     lost ? "gone" : "there");
	free_pages(pages, order);
}

/* --- System management mode --- */

#define SMI_PORT   0xb2
#define SMI_NUMBER 0x5a /* nothing to SeaBIOS */
#define SMM_ENTRY  0x38000
#define SMM_SIZE   0x8000
#define SMM_MARK   0x100 /* behind the entry */

/* movb $0x5a, %cs:0x8100; rsm */
static const u8 handler[] = {0x2e, 0xc6, 0x06, 0x00, 0x81, 0x5a, 0x0f, 0xaa};

static void raise_smi(void *unused)
{
	outb(SMI_NUMBER, SMI_PORT);
	udelay(100);
}

/* A handler of ours, for all CPUs but the first, whose handler SeaBIOS moved. */
static void attack_handler(void)
{
	u8 *smm = memremap(SMM_ENTRY, SMM_SIZE, MEMREMAP_WB), saved[SMM_MARK + 8];
	bool ran;
	u64 value;

	if (!smm) {
		attack_fail("smm_handler", "cannot map");
		return;
	}
	if (!attack_load((u64 *)smm, &value)) {
		attack_check("smm_handler", !attack_store((u64 *)smm, 0), "it can be written");
	} else {
		memcpy(saved, smm, sizeof(saved));
		memcpy(smm, handler, sizeof(handler));
		smm[SMM_MARK] = 0;
		smp_call_function_single(num_online_cpus() - 1, raise_smi, NULL, true);
		ran = READ_ONCE(smm[SMM_MARK]) == 0x5a;
		memcpy(smm, saved, sizeof(saved));
		attack_check("smm_handler", false, ran ? "TAKEN: it ran" : "it can be written");
	}
	memunmap(smm);
}

static void attack_smi_port(void)
{
	unsigned int cpu, came = 0;
	u64 before, after;

	for_each_online_cpu (cpu) {
		before = after = 0;
		smp_call_function_single(cpu, attack_count_smis, &before, true);
		smp_call_function_single(cpu, raise_smi, NULL, true);
		smp_call_function_single(cpu, attack_count_smis, &after, true);
		came += after != before;
	}
	attack_check("smi_by_port_comes_back", came == num_online_cpus(), "on %u CPUs", came);
}

/* --- An SMI as a device's message, at a CPU that is in the TEE --- */

#define TARGET	      1
#define EDU_RAISE     0x60
#define EDU_LOWER     0x64
#define EDU_SIZE      SZ_1M
#define MESSAGE_TO    (u32)(APIC_PAGE | cpu_data(TARGET).topo.apicid << 12)
#define MESSAGE_COUNT 50

static unsigned int send_messages(struct pci_dev *pci, u8 __iomem *edu)
{
	u64 before = 0, after = 0;
	unsigned int i;
	u16 flags;

	pci_read_config_word(pci, pci->msi_cap + PCI_MSI_FLAGS, &flags);
	pci_write_config_dword(pci, pci->msi_cap + PCI_MSI_ADDRESS_LO, MESSAGE_TO);
	pci_write_config_word(
		pci,
		pci->msi_cap + (flags & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32),
		MODE_SMI);
	pci_write_config_word(pci, pci->msi_cap + PCI_MSI_FLAGS, flags | PCI_MSI_FLAGS_ENABLE);
	smp_call_function_single(TARGET, attack_count_smis, &before, true);
	for (i = 0; i < MESSAGE_COUNT; i++) {
		writel(1, edu + EDU_RAISE);
		writel(1, edu + EDU_LOWER);
		usleep_range(1000, 2000);
	}
	smp_call_function_single(TARGET, attack_count_smis, &after, true);
	pci_write_config_word(pci, pci->msi_cap + PCI_MSI_FLAGS, flags);
	return after - before;
}

static void attack_smi_message(void)
{
	struct pci_dev *pci = pci_get_device(0x1234, 0x11e8, NULL);
	u8 __iomem *edu = pci ? ioremap(pci_resource_start(pci, 0), EDU_SIZE) : NULL;
	unsigned int came;
	u16 command;

	if (!edu || !pci->msi_cap) {
		attack_fail("smi_by_message_comes_back", "no device");
		return;
	}
	pci_read_config_word(pci, PCI_COMMAND, &command);
	pci_write_config_word(pci, PCI_COMMAND, command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	set_cpus_allowed_ptr(current, cpumask_of(0));
	came = send_messages(pci, edu);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	pci_write_config_word(pci, PCI_COMMAND, command);
	attack_check("smi_by_message_comes_back", came > MESSAGE_COUNT / 2, "%u came", came);
	iounmap(edu);
	pci_dev_put(pci);
}

void machine_attack_chipset(void)
{
	attack_registers();
	attack_not();
	attack_width();
	attack_window();
	attack_handler();
	if (!machine_monitor)
		return;
	attack_smi_port();
	attack_smi_message();
	attack_normal_invoke("tee_works_after_smis");
}
