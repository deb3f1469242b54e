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

struct iommu_driver {
	const char *name, *signature; /* of the ACPI table */
	/* table: header included, `size` bytes, sum checked. false: it is damaged. */
	bool (*parse)(const void *table, size_t size, struct iommu_config *config);
	/* Reads a unit's features. 0; -E_INVAL: it cannot be used, the log says why. */
	int (*probe)(unsigned int unit, volatile void *registers);
	/* After all probes: the form of second-level entries that every unit understands. */
	const struct second_level_format *(*format)(void);
	/* Turns translation on for all devices behind a unit. 0 or -E_INVAL. */
	int (*start)(unsigned int unit, hpa_t root);
	/* Takes the next fault out of a unit; false: there is none. */
	bool (*fault)(unsigned int unit, struct dma_fault *fault);
};
extern const struct iommu_driver vtd_driver, amdvi_driver;

/* dmar.c, ivrs.c */
bool dmar_parse(const void *table, size_t size, struct iommu_config *config);
bool ivrs_parse(const void *table, size_t size, struct iommu_config *config);
/* false: no room, or not a range of whole pages. Doubles are left out. */
bool iommu_add(struct iommu_range *list, uint32_t *count, uint32_t max, uint64_t base,
	       uint64_t end);

/* --- For start-up and the exit loop --- */

/* Once memory has owners: finds the units, takes their registers and their table from Linux. With
 * option iommu=require, does not return without one. */
void iommu_find(void);
/* Once all memory has its final owner: from here on devices are contained. */
void iommu_start(void);
bool iommu_active(void);
/* Logs what devices were refused, at most every few milliseconds. CPU 0 only. */
void iommu_poll(void);

#endif
