// SPDX-License-Identifier: BSD-2-Clause
/* A loader's list of tags, and what is made of UEFI's memory map in it. */
#include <assert.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include "tests/monitor/loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf refused;

void panic(const char *fmt, ...)
{
	longjmp(refused, 1);
}

static void check(void)
{
	static uint8_t map[EFI_MAP_MAX], zero_page[4096];
	uint64_t from;

	for (uint32_t i = 0; i < boot.nranges; i++)
		assert(boot.ranges[i].size &&
		       (!i ||
			boot.ranges[i - 1].base + boot.ranges[i - 1].size <= boot.ranges[i].base));
	assert(boot.nmodules <= MODULE_COUNT);
	for (uint32_t i = 0; i < boot.nmodules; i++)
		assert(strnlen(boot.modules[i].cmdline, BOOT_CMDLINE) < BOOT_CMDLINE);
	layout.base = 32ull << 20;
	layout.size = 76ull << 20;
	assert(firmware_efi_map(map, sizeof(map)) <= sizeof(map));
	firmware_keeps(layout.base, layout.base + layout.size, &from);
	firmware_screen(zero_page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t total = (uint32_t)size;
	uint8_t *copy;

	if (size < sizeof(total))
		return 0;
	loader_reset();
	copy = malloc(size); /* of exactly this size: what reads behind it is seen */
	memcpy(copy, data, size);
	memcpy(copy, &total, sizeof(total));
	if (!setjmp(refused)) {
		multiboot2_parse(copy);
		check();
	}
	free(copy);
	return 0;
}
