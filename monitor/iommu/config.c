// SPDX-License-Identifier: BSD-2-Clause
/* The two ACPI tables that describe IOMMUs: DMAR (Intel VT-d specification, chapter 8) and IVRS
 * (AMD IOMMU specification, chapter 5). Bounded reads only. */
#include <monitor/iommu/iommu.h>

#define TABLE_HEADER 48 /* of both */

#define DMAR_UNIT     0
#define DMAR_RESERVED 1

#define IVHD_10	      0x10
#define IVHD_11	      0x11
#define IVHD_40	      0x40
#define IVMD_FIRST    0x20
#define IVMD_LAST     0x22
#define IVMD_UNITY    1u
#define AMD_REGISTERS 0x4000

/* false: no room, or not a range of whole pages. Doubles are left out. */
static bool add(struct iommu_range *list, uint32_t *count, uint32_t max, uint64_t base,
		uint64_t end)
{
	if (base % PAGE_SIZE || end % PAGE_SIZE || end <= base || *count == max)
		return false;
	for (uint32_t i = 0; i < *count; i++)
		if (list[i].base == base)
			return true;
	list[(*count)++] = (struct iommu_range){base, end};
	return true;
}

static bool add_unit(struct iommu_config *c, uint64_t base, uint64_t size)
{
	return base && add(c->units, &c->nunits, IOMMU_MAX_UNITS, base, base + size);
}

static bool add_reserved(struct iommu_config *c, uint64_t base, uint64_t end)
{
	return add(c->reserved, &c->nreserved, IOMMU_MAX_RESERVED, base, end);
}

bool iommu_parse(const void *table, size_t size, struct iommu_config *config, iommu_entry *entry)
{
	const uint8_t *bytes = table;
	size_t length;

	/* Entries of either table have their length in the second word. */
	for (size_t at = TABLE_HEADER; at + 4 <= size; at += length) {
		length = get_at(bytes, at + 2, 2);
		if (length < 4 || length > size - at || !entry(bytes + at, length, config))
			return false;
	}
	return config->nunits;
}

bool dmar_entry(const uint8_t *at, size_t length, struct iommu_config *c)
{
	switch (get_at(at, 0, 2)) {
	case DMAR_UNIT: /* 8.3: where its registers are, 2^n pages */
		return length >= 16 && add_unit(c, get_at(at, 8, 8), PAGE_SIZE << (at[5] & 15));
	case DMAR_RESERVED: /* 8.4: base, last byte */
		return length >= 24 && add_reserved(c, get_at(at, 8, 8), get_at(at, 16, 8) + 1);
	}
	return true;
}

bool ivrs_entry(const uint8_t *at, size_t length, struct iommu_config *c)
{
	uint64_t base;

	switch (*at) {
	case IVHD_10:
	case IVHD_11:
	case IVHD_40: /* where its registers are */
		return length >= 16 && add_unit(c, get_at(at, 8, 8), AMD_REGISTERS);
	case IVMD_FIRST ... IVMD_LAST: /* flags, base, size */
		if (length < 32)
			return false;
		base = get_at(at, 16, 8);
		return !(at[1] & IVMD_UNITY) || add_reserved(c, base, base + get_at(at, 24, 8));
	}
	return true;
}
