// SPDX-License-Identifier: BSD-2-Clause
/*
 * Chipset registers that would reach around the second-level tables, on Intel's chipsets and on QEMU's image
 * of them. The host bridge and the bridge to ISA keep them in PCI's configuration space, behind the header
 * that every function has: there they place windows over memory (PCIEXBAR, RCBA), open SMRAM and move
 * ACPI's ports. Linux reads them all, and writes none but the routing of PIRQs. The same for IOMMUs that are
 * functions themselves, as AMD's, and can be moved there.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define PCI_ID		 0
#define PCI_CLASS	 8
#define PCI_HEADER_END	 0x40
#define INTEL		 0x8086
#define CLASS_BRIDGE	 6
#define CLASS_ISA_BRIDGE 0x0601
#define CLASS_PCI_BRIDGE 0x0604
#define CLASS_IOMMU	 0x0806
#define PIRQ_FIRST	 0x60 /* of the bridge to ISA: PIIX3 to ICH9 */
#define PIRQ_LAST	 0x6b

#define FUNCTIONS 256u /* of a bus; bits 8 to 15 of PCI_ADDRESS */

/* Entries of 16 bytes: base, segment, first bus (PCI Firmware Specification 3.3, 4.1.2). */
#define MCFG_ENTRIES 44
#define MCFG_ENTRY   16

/*
 * Where an SMI starts, and puts away the CPU's registers, on a CPU that firmware left at its reset value
 * (SDM volume 3, 33.4): in Linux's RAM. It is the monitor's, and the handler is one instruction.
 */
#define SMM_ENTRY 0x38000
#define SMM_SIZE  0x8000
#define SMM_RSM	  0xaa0f

static uint64_t config_base; /* configuration memory of bus 0; 0: none */

/* PCI_ADDRESS is another one afterwards. */
static uint32_t config_read(uint32_t address, uint32_t reg)
{
	arch_out(PCI_ADDRESS, 4, (address & ~0xffu) | PCI_ENABLE | reg);
	return arch_in(PCI_DATA, 4);
}

/* The class of a function whose registers Linux does not write; 0: it is another one. */
static uint32_t chipset_class(uint32_t address)
{
	uint32_t class = config_read(address, PCI_CLASS) >> 16;
	bool bridge = class >> 8 == CLASS_BRIDGE && class != CLASS_PCI_BRIDGE;

	if (bridge && (config_read(address, PCI_ID) & 0xffff) != INTEL)
		return 0;
	return bridge || class == CLASS_IOMMU ? class : 0;
}

bool chipset_keeps(uint16_t port)
{
	uint32_t address = arch_in(PCI_ADDRESS, 4), reg = (address & 0xfc) + port - PCI_DATA, class;

	if (!(address & PCI_ENABLE) || address >> 16 & 0xff || reg < PCI_HEADER_END)
		return false;
	class = chipset_class(address);
	arch_out(PCI_ADDRESS, 4, address);
	if (!class || (class == CLASS_ISA_BRIDGE && reg >= PIRQ_FIRST && reg <= PIRQ_LAST))
		return false;
	log_limited(LOG_WARN, "chipset", "write to register %x of 00:%02x.%u refused", reg,
		    address >> 11 & 31, address >> 8 & 7);
	return true;
}

bool chipset_has(uint64_t addr)
{
	return config_base && addr - config_base < FUNCTIONS * PAGE_SIZE;
}

static void find_config_memory(void)
{
	size_t size;
	const void *mcfg = acpi_find("MCFG", &size);

	for (size_t at = MCFG_ENTRIES; at + MCFG_ENTRY <= size; at += MCFG_ENTRY) {
		if (!get_at(mcfg, at + 8, 3)) /* segment 0, with bus 0 */
			config_base = get_at(mcfg, at, 8);
	}
}

static void take_smm_entry(void)
{
	const struct mem_change c = {MEM_DONATE, SMM_ENTRY, SMM_SIZE, OWNER_REE, OWNER_MONITOR, 0};

	if (memory_change(&c)) /* not RAM: nobody fills it */
		return;
	ranges_add(SMM_ENTRY, SMM_SIZE, E820_RESERVED);
	put_at(phys_to_virt(hpa(SMM_ENTRY)), 0, SMM_RSM, 2);
}

void chipset_init(void)
{
	bool found = false;

	take_smm_entry();
	find_config_memory();
	for (uint32_t n = 0; n < FUNCTIONS; n++) {
		if (!chipset_class(n << 8))
			continue;
		found = true;
		if (config_base)
			memory_guard(config_base + n * PAGE_SIZE);
	}
	for (uint16_t port = PCI_DATA; found && port < PCI_END; port++)
		virt->io_intercept(port);
}
