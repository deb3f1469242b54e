/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as an ELF: the checker reads only them, and a plan that it makes can be followed. */
#include <stdlib.h>
#include <string.h>
#include "runtime/elf/elf_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t lookup(const char *name)
{
	return name[0] == 'x' ? 0 : 0x1000 + strlen(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_plan plan;
	uint64_t value;
	uint8_t *image, *mem;

	/* Of exactly this size and aligned like a mapping: ASan guards both ends. */
	if (!size || posix_memalign((void **)&image, 4096, size))
		return 0;
	memcpy(image, data, size);
	if (!elf_plan(image, size, &plan)) {
		elf_plan_export(image, &plan, "ta_head", &value);
		mem = plan.span <= 1 << 20 ? malloc(plan.span) : NULL;
		for (unsigned int i = 0; mem && i < plan.nsegs; i++)
			memcpy(mem + plan.segs[i].vaddr, image + plan.segs[i].offset,
			       plan.segs[i].file_size);
		if (mem)
			elf_relocate(image, &plan, mem, 0x7f0000000000, lookup);
		free(mem);
	}
	free(image);
	return 0;
}
