// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page lists: the first half of the input is what list pages hold, the second what messages say.
 */
#include "kernel_fuzz.h"

#include <string.h>
#include <kernel/include/shm.h>
#include <kernel/include/tenant.h>
#include <tests/unit/programs.h>

#define LISTS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill_lists(struct input *in)
{
	struct optee_msg_page_list *list = (void *)fake_ree;

	for (unsigned i = 0; i < LISTS; i++) {
		uint64_t page = take(in, 2) % 2000;

		for (unsigned k = 0; k < OPTEE_MSG_LIST_ENTRIES; k++)
			list[i].pages[k] = (uint64_t)fake_ree + (page + k) % 2048 * PAGE_SIZE;
		list[i].next = (uint64_t)&list[take(in, 1) % LISTS];
		/* And some that are wrong. */
		for (unsigned n = take(in, 1) % 4; n; n--)
			((uint64_t *)&list[i])[take(in, 2) % 512] = take_address(in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	struct tenant *tn = &tenants[TENANT_REE];
	uint8_t byte;

	fuzz_begin(kernel_programs);
	fill_lists(&in);
	while (!over(&in)) {
		uint64_t op = take(&in, 1), at = take_address(&in), n = take(&in, 3), off;
		struct memobj *o;
		struct shm *s;

		if (op & 1)
			at = (uint64_t)fake_ree + op / 4 % LISTS * PAGE_SIZE + (n & 0xfff);
		if (!shm_object(arch_cpu(), tn, at, n, op & 2, &o, &off)) {
			/* All of it is REE memory, or this is a wild access. */
			for (uint64_t i = 0; i < memobj_size(o); i += PAGE_SIZE)
				if (memobj_read(o, i, &byte, 1))
					panic("fuzz: an object with a hole");
			if (off + n > memobj_size(o))
				panic("fuzz: the buffer is not in its object");
			memobj_put(o);
		}
		shm_register(arch_cpu(), tn, op >> 4, at, n);
		s = shm_use(tn, take(&in, 1) & 15, take(&in, 2), take(&in, 3));
		if (s) {
			if (shm_unregister(tn, s->cookie) == 0)
				panic("fuzz: unregistered in use");
			shm_unuse(tn, s);
		}
		if (op & 8)
			shm_unregister(tn, take(&in, 1) & 15);
	}
	fuzz_end();
	return 0;
}
