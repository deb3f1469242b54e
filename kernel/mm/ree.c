// SPDX-License-Identifier: BSD-2-Clause
/*
 * REE memory. Every address that the REE names passes ree_range_ok(); what it holds is read once.
 */
#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <kernel/mm/layout.h>
#include <include/abi/syscall.h>
#include <string.h>

static struct tee_range ranges[TEE_MAX_RANGES]; /* sorted, disjoint; adjacent ones joined */
static unsigned nranges;

static void add(const struct tee_range *r)
{
	struct tee_range *last = nranges ? &ranges[nranges - 1] : NULL;

	if (!r->size)
		return;
	if (last && last->base + last->size == r->base)
		last->size += r->size;
	else
		ranges[nranges++] = *r;
}

/* Before any call comes in; bi was checked by whoever mapped the ranges. */
void ree_init(const struct tee_boot_info *bi)
{
	nranges = 0;
	for (unsigned i = 0; i < bi->nranges; i++) {
		const struct tee_range *r = &bi->ree[i];

		if (r->base < bi->tee_base + bi->tee_size && bi->tee_base < r->base + r->size)
			panic("the monitor says that TEE memory is REE memory");
		add(r);
	}
}

bool ree_range_ok(raddr_t a, uint64_t n)
{
	uint64_t end;

	if (add_overflow(a.v, n, &end))
		return false;
	for (unsigned i = 0; i < nranges; i++)
		if (a.v >= ranges[i].base && end <= ranges[i].base + ranges[i].size)
			return true;
	return false;
}

int ree_copy_in(void *dst, raddr_t src, uint64_t n)
{
	if (!ree_range_ok(src, n))
		return -MERLON_EFAULT;
	memcpy(dst, (const void *)(src.v + mm_ree_offset), n);
	return 0;
}

int ree_copy_out(raddr_t dst, const void *src, uint64_t n)
{
	if (!ree_range_ok(dst, n))
		return -MERLON_EFAULT;
	memcpy((void *)(dst.v + mm_ree_offset), src, n);
	return 0;
}
