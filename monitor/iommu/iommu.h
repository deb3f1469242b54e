/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA protection: every device behind an IOMMU reaches what Linux owns, and nothing else. One
 * driver is chosen by the ACPI table that the machine has.
 */
#ifndef MONITOR_IOMMU_H
#define MONITOR_IOMMU_H

#include <monitor/memory.h>
#include <monitor/types.h>

#define IOMMU_MAX_UNITS	   8
#define IOMMU_MAX_RESERVED 16

struct iommu_range {
	uint64_t base, end;
};

/* What the table says. Parsers fill it from firmware's data: all of it is checked. */
struct iommu_config {
	uint32_t nunits, nreserved;
	struct iommu_range units[IOMMU_MAX_UNITS]; /* registers; whole pages */
	/* Memory that firmware's devices use by themselves and must go on to reach. Whole pages. */
	struct iommu_range reserved[IOMMU_MAX_RESERVED];
};

struct dma_fault {
	uint16_t source; /* bus, device, function: 8, 5 and 3 bits */
	uint8_t reason; /* the vendor's number */
	bool write;
	uint64_t addr;
};

/* Takes what an entry of the table says, `length` bytes. false: it is damaged. */
typedef bool iommu_entry(const uint8_t *at, size_t length, struct iommu_config *config);

struct iommu_driver {
	const char *name, *signature; /* of the ACPI table */
	iommu_entry *entry;
	/* Reads a unit's features. NULL, or why it cannot be used. */
	const char *(*probe)(unsigned int unit, volatile void *registers);
	/* After all probes: the form of second-level entries that every unit understands. */
	const struct second_level_format *format;
	/* Turns translation on for all devices behind a unit. 0 or -E_INVAL. */
	int (*start)(unsigned int unit, hpa_t root);
	/* Drops what a unit keeps of tables that have changed. 0 or -E_INVAL. */
	int (*flush)(unsigned int unit);
	/* Takes the next fault out of a unit; false: there is none. */
	bool (*fault)(unsigned int unit, struct dma_fault *fault);
};
extern const struct iommu_driver vtd_driver, amdvi_driver;

/* config.c: the table, header included, `size` bytes, sum checked. false: it is damaged. */
bool iommu_parse(const void *table, size_t size, struct iommu_config *config, iommu_entry *entry);
iommu_entry dmar_entry, ivrs_entry;

/* --- For the drivers --- */

/* Waits for a unit to do what it was told: the masked bits become `want`; false: not in 100 ms. */
bool iommu_wait(const volatile uint32_t *at, uint32_t mask, uint32_t want);

static inline uint64_t iommu_read64(volatile uint8_t *registers, size_t at)
{
	return *(volatile uint64_t *)(registers + at);
}

static inline void iommu_write64(volatile uint8_t *registers, size_t at, uint64_t value)
{
	*(volatile uint64_t *)(registers + at) = value;
}

/* --- For start-up and the exit loop --- */

/* Once memory has owners: finds the units, takes their registers and their table from Linux. With
 * option iommu=require, does not return without one. */
void iommu_find(void);
/* Once all memory has its final owner: from here on devices are contained. */
void iommu_start(void);
bool iommu_active(void);
/* Linux's rights to a page change (monitor/share.c), and so do its devices': as second_level_open, _set
 * and tlb_shootdown, which serializes them. */
int iommu_open(uint64_t addr);
void iommu_set(uint64_t addr);
void iommu_flush(void);
/* Logs what devices were refused, at most every few milliseconds. CPU 0 only. */
void iommu_poll(void);

#endif
