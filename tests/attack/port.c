// SPDX-License-Identifier: GPL-2.0-only
/* I/O ports: what the monitor filters, QEMU's fw_cfg, which copies to memory, and PCI's configuration. */
#include <linux/acpi.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <asm/asm.h>
#include "machine.h"

bool machine_out(u16 port, unsigned int size, u32 value)
{
	bool ok;

#define OUT(insn)                                \
	asm volatile("xorl	%k0, %k0\n"           \
		     "1:	" insn "\n"      \
		     "	movb	$1, %b0\n"           \
		     "2:\n" _ASM_EXTABLE(1b, 2b) \
		     : "=&q"(ok)                 \
		     : "a"(value), "d"(port)     \
		     : "memory")
	if (size == 1)
		OUT("outb	%%al, %%dx");
	else if (size == 2)
		OUT("outw	%%ax, %%dx");
	else
		OUT("outl	%%eax, %%dx");
#undef OUT
	return ok;
}

/* One byte by OUTS. */
static bool out_string(u16 port, const u8 *byte)
{
	bool ok;

	asm volatile("xorl	%k0, %k0\n"
		     "1:	outsb\n"
		     "	movb	$1, %b0\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "=&q"(ok), "+S"(byte)
		     : "d"(port)
		     : "memory");
	return ok;
}

/* --- Gate A20, and ports that are filtered by the byte --- */

#define KBD_COMMAND    0x64
#define KBD_CLOSE_A20  0xdd
#define KBD_ON	       0xae
#define SYSTEM_CONTROL 0x92
#define CONTROL_A20    2

static void attack_forms(void)
{
	u8 control = inb(SYSTEM_CONTROL);
	unsigned int taken;

	taken = machine_out(KBD_COMMAND - 1, 2, KBD_ON << 8);
	taken += machine_out(SYSTEM_CONTROL - 1, 2, control << 8);
	attack_check("port_too_wide", !taken, "TAKEN: %u", taken);
	attack_check("port_by_string", !out_string(SYSTEM_CONTROL, &control), "TAKEN");
}

/* Gate A20 closed would make CPU 0, in the monitor too, see odd MiB as the even ones below. Linux would not
 * survive it either, so that there is no trying without a monitor. */
static void attack_a20(void)
{
	unsigned long flags;
	u8 after;

	if (!machine_monitor)
		return;
	local_irq_save(flags);
	outb(inb(SYSTEM_CONTROL) & ~(CONTROL_A20 | 1), SYSTEM_CONTROL);
	after = inb(SYSTEM_CONTROL);
	outb(after | CONTROL_A20, SYSTEM_CONTROL);
	outb(KBD_CLOSE_A20, KBD_COMMAND);
	local_irq_restore(flags);
	attack_check("a20_stays_open", after & CONTROL_A20, "port 92 reads %#x", after);
}

/* --- fw_cfg: docs/specs/fw_cfg.rst of QEMU. What it copies passes no IOMMU. --- */

#define FW_CFG_SELECT	 0x510
#define FW_CFG_DATA	 0x511
#define FW_CFG_DMA	 0x514 /* address, high half first; the low half starts it */
#define FW_CFG_SIGNATURE 0
#define FW_CFG_MAGIC	 "QEMU"
#define DMA_READ	 2
#define DMA_CHOOSE	 8

struct fw_cfg_access {
	__be32 control, length;
	__be64 address;
};

static bool fw_cfg_there(void)
{
	char magic[4];
	unsigned int i;

	outw(FW_CFG_SIGNATURE, FW_CFG_SELECT);
	for (i = 0; i < sizeof(magic); i++)
		magic[i] = inb(FW_CFG_DATA);
	return !memcmp(magic, FW_CFG_MAGIC, sizeof(magic));
}

/* Has the signature copied to @to. Whether the device did something: it then clears the control word. */
static bool fw_cfg_copy(struct fw_cfg_access *access, u64 to)
{
	const __be32 control = cpu_to_be32(FW_CFG_SIGNATURE << 16 | DMA_CHOOSE | DMA_READ);
	u64 pa = virt_to_phys(access);

	*access = (struct fw_cfg_access){control, cpu_to_be32(4), cpu_to_be64(to)};
	machine_out(FW_CFG_DMA, 4, (__force u32)cpu_to_be32(upper_32_bits(pa)));
	machine_out(FW_CFG_DMA + 4, 4, (__force u32)cpu_to_be32(lower_32_bits(pa)));
	mb();
	return READ_ONCE(access->control) != control;
}

static void attack_fw_cfg(void)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	void *to = (void *)page + 64;

	if (!page)
		return;
	attack_check("fw_cfg_is_there", fw_cfg_there(), "no signature");
	attack_check("fw_cfg_copies_nothing",
		     !fw_cfg_copy((void *)page, virt_to_phys(to)) && !*(u32 *)to, "TAKEN: %.4s",
		     (char *)to);
	attack_check("fw_cfg_over_tee", !fw_cfg_copy((void *)page, machine_secret),
		     "TAKEN: at %llx", machine_secret);
	free_page(page);
}

/* --- A window of a device over the TEE's memory --- */

static void attack_bar(void)
{
	struct pci_dev *pci = pci_get_device(0x1234, 0x11e8, NULL);
	u64 *va = memremap(machine_secret, PAGE_SIZE, MEMREMAP_WB), value;
	const u32 to = lower_32_bits(machine_secret);
	u32 own, has;
	bool reads;

	if (!pci || !va) {
		attack_fail("bar_moves", "no device");
		return;
	}
	pci_read_config_dword(pci, PCI_BASE_ADDRESS_0, &own);
	pci_write_config_word(pci, PCI_COMMAND, PCI_COMMAND_MEMORY);
	pci_write_config_dword(pci, PCI_BASE_ADDRESS_0, to);
	pci_read_config_dword(pci, PCI_BASE_ADDRESS_0, &has);
	/* edu's first register; RAM goes first in QEMU, with a monitor or without. */
	reads = attack_load(va, &value) && (u32)value == 0x010000ed;
	attack_check("bar_moves", has == round_down(to, SZ_1M), "it is %#x", has);
	attack_check("bar_over_tee", !reads, "the device answers");
	if (machine_monitor)
		attack_normal_invoke("tee_works_below_bar");
	pci_write_config_dword(pci, PCI_BASE_ADDRESS_0, own);
	memunmap(va);
	pci_dev_put(pci);
}

/* --- Sleep --- */

#define SLEEP_ENTER  0x2000
#define SLEEP_NO_WAY 0x1c00 /* a kind of sleep that QEMU does not know: the machine stays awake */

/* The TEE's boot image, which is public and stays, is one piece of less than this. */
#define BOOT_IMAGE_MAX SZ_1M

struct words {
	unsigned long count;
	u64 first, last;
};

/* Those that are not zero. */
static struct words words_in(const struct attack_range *r)
{
	struct words w = {};
	u64 pa, value;

	for (pa = r->base; pa < r->base + r->size; pa += SZ_2M) {
		u64 *va = memremap(pa, SZ_2M, MEMREMAP_WB), i;

		for (i = 0; va && i < SZ_2M / sizeof(u64); i++) {
			if (!attack_load(&va[i], &value) || !value)
				continue;
			w.last = pa + i * sizeof(u64);
			w.first = w.count++ ? w.first : w.last;
		}
		if (va)
			memunmap(va);
		cond_resched();
	}
	return w;
}

void machine_attack_sleep(const struct attack_range *tee)
{
	const u16 port = acpi_gbl_FADT.pm1a_control_block;
	struct words before = words_in(tee), after;

	attack_check("tee_has_memory", before.last - before.first > BOOT_IMAGE_MAX,
		     "%lu words: is the guard off?", before.count);
	outw(inw(port) | SLEEP_ENTER | SLEEP_NO_WAY, port);
	after = words_in(tee);
	attack_check("sleep_wipes_tee", after.last - after.first < BOOT_IMAGE_MAX,
		     "%lu words are left, %llx to %llx", after.count, after.first, after.last);
	attack_check("sleep_ends_tee", attack_hello(), "it answers");
}

void machine_attack_ports(void)
{
	attack_forms();
	attack_a20();
	attack_fw_cfg();
	attack_bar();
}
