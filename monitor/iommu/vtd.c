// SPDX-License-Identifier: BSD-2-Clause
/*
 * Intel VT-d: one second-level table for all devices of all units. Register offsets and bits:
 * Intel Virtualization Technology for Directed I/O, chapters 9 (tables) and 11 (registers).
 */
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>

#define REG_CAP	     0x08
#define REG_ECAP     0x10
#define REG_COMMAND  0x18
#define REG_STATUS   0x1c
#define REG_ROOT     0x20
#define REG_CONTEXT  0x28
#define REG_FSTS     0x34
#define REG_PMEN     0x64
#define IOTLB_OFFSET 8 /* behind ECAP's offset */

#define CAP_WRITE_BUFFER (1ull << 4)
#define CAP_39_BITS	 (1ull << 9) /* three levels */
#define CAP_48_BITS	 (1ull << 10)
#define CAP_FAULTS_AT(c) (((c) >> 24 & 0x3ff) * 16)
#define CAP_FAULTS(c)	 (((c) >> 40 & 0xff) + 1)
#define CAP_2M		 (1ull << 34)
#define CAP_1G		 (1ull << 35)
#define ECAP_COHERENT	 1ull
#define ECAP_IOTLB_AT(e) (((e) >> 8 & 0x3ff) * 16)

#define COMMAND_TRANSLATE    (1u << 31)
#define COMMAND_SET_ROOT     (1u << 30)
#define COMMAND_FLUSH_BUFFER (1u << 27)
#define STATUS_STAYS	     0x96ffffffu /* the rest are one-shot commands */
#define CONTEXT_INVALIDATE   (1ull << 63 | 1ull << 61) /* global */
#define IOTLB_INVALIDATE     (1ull << 63 | 1ull << 60 | 3ull << 48) /* global, drained */
#define PMEN_ENABLE	     (1u << 31)
#define PMEN_STATUS	     1u

#define FSTS_OVERFLOW 1u
#define FAULT_TAKEN   (1u << 31) /* in the last word: is one; written, clears it */
#define FAULT_READ    (1u << 30)

#define ENTRY_PRESENT  1ull
#define CONTEXT_39     1ull
#define CONTEXT_48     2ull
#define CONTEXT_DOMAIN (1ull << 8)
#define ENTRIES	       256

#define PTE_R	  (1ull << 0)
#define PTE_W	  (1ull << 1)
#define PTE_LARGE (1ull << 7)

static struct unit {
	volatile uint8_t *regs;
	uint64_t cap, ecap;
	unsigned int next_fault;
} units[IOMMU_MAX_UNITS];

static struct second_level_format format = {
	.read = PTE_R,
	.write = PTE_W,
	.table = PTE_R | PTE_W,
	.present = PTE_R | PTE_W,
	.kind = PTE_LARGE,
	.large = PTE_LARGE,
};
static uint64_t all_caps = UINT64_MAX;
static uint64_t *root_table;

static uint32_t read32(const struct unit *u, size_t at)
{
	return *(volatile uint32_t *)(u->regs + at);
}

static void write32(const struct unit *u, size_t at, uint32_t value)
{
	*(volatile uint32_t *)(u->regs + at) = value;
}

/* Waits until the masked bits of a register are `want`. */
static bool wait(const struct unit *u, size_t at, uint32_t mask, uint32_t want)
{
	return iommu_wait((volatile uint32_t *)(u->regs + at), mask, want);
}

static bool command(const struct unit *u, uint32_t bit)
{
	write32(u, REG_COMMAND, (read32(u, REG_STATUS) & STATUS_STAYS) | bit);
	return wait(u, REG_STATUS, bit, bit == COMMAND_FLUSH_BUFFER ? 0 : bit);
}

static const char *vtd_probe(unsigned int i, volatile void *registers)
{
	struct unit *u = &units[i];

	*u = (struct unit){.regs = registers};
	u->cap = iommu_read64(u->regs, REG_CAP);
	u->ecap = iommu_read64(u->regs, REG_ECAP);
	if (CAP_FAULTS_AT(u->cap) + 16 * CAP_FAULTS(u->cap) > PAGE_SIZE ||
	    ECAP_IOTLB_AT(u->ecap) + 16 > PAGE_SIZE)
		return "has registers beyond its first page";
	if (!(u->cap & (CAP_39_BITS | CAP_48_BITS)))
		return "has tables of neither three nor four levels";
	/* One table serves all: what one cannot do, none does. */
	if (!(u->cap & CAP_48_BITS) && layout.ram_end > 1ull << 39)
		return "cannot address all RAM";
	all_caps &= u->cap;
	format.max_level = !(all_caps & CAP_2M) ? 0 : !(all_caps & CAP_1G) ? 1 : 2;
	return NULL;
}

/* Any bus, any device: the same context table, the same entry. */
static void make_root_table(hpa_t second_level, bool four_levels)
{
	uint64_t *context = pool_alloc(PAGE_SIZE), width = CONTEXT_48;
	uint64_t *top = phys_to_virt(second_level);

	if (!four_levels) {
		second_level = hpa(ALIGN_DOWN(top[0], PAGE_SIZE));
		width = CONTEXT_39;
	}
	root_table = pool_alloc(PAGE_SIZE);
	for (unsigned int i = 0; i < ENTRIES; i++) {
		root_table[2 * i] = virt_to_phys(context).v | ENTRY_PRESENT;
		context[2 * i] = second_level.v | ENTRY_PRESENT;
		context[2 * i + 1] = width | CONTEXT_DOMAIN;
	}
	arch_wbinvd(); /* a unit may not look into caches, for this and for the page tables */
}

static bool invalidate(const struct unit *u)
{
	size_t iotlb = ECAP_IOTLB_AT(u->ecap) + IOTLB_OFFSET;

	iommu_write64(u->regs, REG_CONTEXT, CONTEXT_INVALIDATE);
	if (!wait(u, REG_CONTEXT + 4, 1u << 31, 0))
		return false;
	iommu_write64(u->regs, iotlb, IOTLB_INVALIDATE);
	return wait(u, iotlb + 4, 1u << 31, 0);
}

static int vtd_start(unsigned int i, hpa_t second_level)
{
	struct unit *u = &units[i];

	/* One form for all units, the wider one if every unit has it. */
	if (!root_table)
		make_root_table(second_level, all_caps & CAP_48_BITS);
	/* Whatever firmware left on: queued invalidation would exclude the registers used here. */
	write32(u, REG_COMMAND, 0);
	if (!wait(u, REG_STATUS, COMMAND_TRANSLATE | 1u << 26 | 1u << 25, 0))
		return -E_INVAL;
	if (u->cap & CAP_WRITE_BUFFER && !command(u, COMMAND_FLUSH_BUFFER))
		return -E_INVAL;
	iommu_write64(u->regs, REG_ROOT, virt_to_phys(root_table).v);
	if (!command(u, COMMAND_SET_ROOT) || !invalidate(u) || !command(u, COMMAND_TRANSLATE))
		return -E_INVAL;
	if (read32(u, REG_PMEN) & PMEN_STATUS) {
		write32(u, REG_PMEN, read32(u, REG_PMEN) & ~PMEN_ENABLE);
		return wait(u, REG_PMEN, PMEN_STATUS, 0) ? 0 : -E_INVAL;
	}
	return 0;
}

static int vtd_flush(unsigned int i)
{
	struct unit *u = &units[i];

	if (!(u->ecap & ECAP_COHERENT))
		arch_wbinvd();
	if (u->cap & CAP_WRITE_BUFFER && !command(u, COMMAND_FLUSH_BUFFER))
		return -E_INVAL;
	return invalidate(u) ? 0 : -E_INVAL;
}

static bool vtd_fault(unsigned int i, struct dma_fault *f)
{
	struct unit *u = &units[i];
	size_t at = CAP_FAULTS_AT(u->cap) + 16 * u->next_fault;
	uint64_t high;

	if (read32(u, REG_FSTS) & FSTS_OVERFLOW)
		write32(u, REG_FSTS, FSTS_OVERFLOW);
	high = iommu_read64(u->regs, at + 8);
	if (!(high >> 32 & FAULT_TAKEN))
		return false;
	*f = (struct dma_fault){.source = (uint16_t)high,
				.reason = (uint8_t)(high >> 32),
				.write = !(high >> 32 & FAULT_READ),
				.addr = ALIGN_DOWN(iommu_read64(u->regs, at), PAGE_SIZE)};
	write32(u, at + 12, FAULT_TAKEN);
	u->next_fault = (u->next_fault + 1) % CAP_FAULTS(u->cap);
	return true;
}

const struct iommu_driver vtd_driver = {
	.name = "Intel VT-d",
	.signature = "DMAR",
	.entry = dmar_entry,
	.probe = vtd_probe,
	.format = &format,
	.start = vtd_start,
	.flush = vtd_flush,
	.fault = vtd_fault,
};
