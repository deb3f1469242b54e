// SPDX-License-Identifier: BSD-2-Clause
/* The two ACPI tables that describe IOMMUs: DMAR (Intel VT-d specification, chapter 8) and IVRS
 * (AMD IOMMU specification, chapter 5). Bounded reads only. */
#include <monitor/iommu/iommu.h>
#include <string.h>

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

struct drhd {
	uint16_t type, length;
	uint8_t flags, size; /* 2^(size & 15) pages of registers */
	uint16_t segment;
	uint64_t base;
};

struct rmrr {
	uint16_t type, length, reserved, segment;
	uint64_t base, limit; /* the last byte */
};

struct ivhd {
	uint8_t type, flags;
	uint16_t length, device, capability;
	uint64_t base;
};

struct ivmd {
	uint8_t type, flags;
	uint16_t length, device, auxiliary;
	uint64_t reserved, base, size;
};

_Static_assert(sizeof(struct drhd) == 16 && sizeof(struct rmrr) == 24, "VT-d 8.3, 8.4");
_Static_assert(sizeof(struct ivhd) == 16 && sizeof(struct ivmd) == 32, "AMD IOMMU 5.2");

bool iommu_add(struct iommu_range *list, uint32_t *count, uint32_t max, uint64_t base, uint64_t end)
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
	return base && iommu_add(c->units, &c->nunits, IOMMU_MAX_UNITS, base, base + size);
}

static bool add_reserved(struct iommu_config *c, uint64_t base, uint64_t end)
{
	return iommu_add(c->reserved, &c->nreserved, IOMMU_MAX_RESERVED, base, end);
}

static bool dmar_entry(const uint8_t *at, size_t length, uint16_t type, struct iommu_config *c)
{
	struct drhd unit;
	struct rmrr reserved;

	switch (type) {
	case DMAR_UNIT:
		if (length < sizeof(unit))
			return false;
		memcpy(&unit, at, sizeof(unit));
		return add_unit(c, unit.base, PAGE_SIZE << (unit.size & 15));
	case DMAR_RESERVED:
		if (length < sizeof(reserved))
			return false;
		memcpy(&reserved, at, sizeof(reserved));
		return add_reserved(c, reserved.base, reserved.limit + 1);
	}
	return true;
}

bool dmar_parse(const void *table, size_t size, struct iommu_config *config)
{
	const uint8_t *bytes = table;
	uint16_t type, length;

	for (size_t at = TABLE_HEADER; at + 4 <= size; at += length) {
		memcpy(&type, bytes + at, 2);
		memcpy(&length, bytes + at + 2, 2);
		if (length < 4 || length > size - at ||
		    !dmar_entry(bytes + at, length, type, config))
			return false;
	}
	return config->nunits;
}

static bool ivrs_entry(const uint8_t *at, size_t length, struct iommu_config *c)
{
	struct ivhd unit;
	struct ivmd memory;

	switch (*at) {
	case IVHD_10:
	case IVHD_11:
	case IVHD_40:
		if (length < sizeof(unit))
			return false;
		memcpy(&unit, at, sizeof(unit));
		return add_unit(c, unit.base, AMD_REGISTERS);
	case IVMD_FIRST ... IVMD_LAST:
		if (length < sizeof(memory))
			return false;
		memcpy(&memory, at, sizeof(memory));
		return !(memory.flags & IVMD_UNITY) ||
		       add_reserved(c, memory.base, memory.base + memory.size);
	}
	return true;
}

bool ivrs_parse(const void *table, size_t size, struct iommu_config *config)
{
	const uint8_t *bytes = table;
	uint16_t length;

	for (size_t at = TABLE_HEADER; at + 4 <= size; at += length) {
		memcpy(&length, bytes + at + 2, 2);
		if (length < 4 || length > size - at || !ivrs_entry(bytes + at, length, config))
			return false;
	}
	return config->nunits;
}
