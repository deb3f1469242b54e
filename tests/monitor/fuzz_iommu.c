// SPDX-License-Identifier: BSD-2-Clause
/* Firmware's tables about IOMMUs: the first byte says which, the rest is the table. */
#include <assert.h>
#include <monitor/iommu/iommu.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct iommu_range *list, uint32_t count, uint32_t max)
{
	assert(count <= max);
	for (uint32_t i = 0; i < count; i++)
		assert(list[i].base < list[i].end && !(list[i].base % PAGE_SIZE) &&
		       !(list[i].end % PAGE_SIZE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iommu_config config = {0};
	uint8_t *copy;
	bool ok;

	if (!size)
		return 0;
	copy = malloc(size - 1); /* of exactly this size: what reads behind it is seen */
	memcpy(copy, data + 1, size - 1);
	ok = iommu_parse(copy, size - 1, &config, *data & 1 ? dmar_entry : ivrs_entry);
	free(copy);
	check(config.units, config.nunits, IOMMU_MAX_UNITS);
	check(config.reserved, config.nreserved, IOMMU_MAX_RESERVED);
	assert(!ok || config.nunits);
	return 0;
}
