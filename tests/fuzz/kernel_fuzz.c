// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_fuzz.h"

#include <string.h>
#include <include/abi/boot.h>
#include <include/abi/hypercall.h>
#include <include/abi/stats.h>
#include <kernel/include/tenant.h>
#include <tests/unit/programs.h>
#include <tests/unit/ree.h>

const uint8_t fuzz_service[16] = {0x7a, 6, [15] = 6};

static uint64_t base[TEE_STAT_MEMOBJS + 1];

uint64_t take(struct input *in, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes-- && in->p < in->end)
		v = v << 8 | *in->p++;
	return v;
}

void take_bytes(struct input *in, void *to, size_t n)
{
	size_t have = in->end - in->p;

	memset(to, 0, n);
	n = n < have ? n : have;
	memcpy(to, in->p, n);
	in->p += n;
}

bool over(const struct input *in)
{
	return in->p == in->end;
}

uint64_t take_address(struct input *in)
{
	uint64_t kind = take(in, 1), off = take(in, 2);

	switch (kind % 8) {
	case 0:
		return 0;
	case 1:
		return (uint64_t)tenants[TENANT_REE].threads[0] + off;
	case 2:
		return take(in, 8);
	case 3:
		return (uint64_t)fake_ree + REE_SIZE - off;
	default:
		return (uint64_t)fake_ree + (kind / 8 % 16) * PAGE_SIZE + off;
	}
}

static void check_gauges(void)
{
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		if (ree_stat(i) != base[i])
			panic("fuzz: gauge %u was %llu, is %llu", i, (unsigned long long)base[i],
			      (unsigned long long)ree_stat(i));
}

static uint32_t open_service(void)
{
	uint32_t s;

	if (ree_open(fuzz_service, &s))
		panic("fuzz: the service does not start");
	return s;
}

static void warm_up(void)
{
	ree_close(open_service());
}

void fuzz_begin(const struct program *programs)
{
	static const struct fake_service services[] = {
		{fuzz_service, PRIV_RPC | PRIV_LOADER | PRIV_CONCURRENT},
	};
	static bool booted;

	if (booted) {
		ree_attach();
		return;
	}
	booted = true;
	fake_programs = programs;
	fake_boot(services, 1);
	ree_attach();
	warm_up();
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		base[i] = ree_stat(i);
}

void fuzz_end(void)
{
	uint32_t s;

	/* Threads may wait for each other inside the service; each turn unwinds some. */
	for (unsigned i = 0; i < 1000; i++)
		if (ree_op(TEE_OP_ATTACH, MERLON_ABI_VERSION, 0, 0).rdi == TEE_RET_DONE)
			goto reset;
	panic("fuzz: the reset does not end");
reset:
	/* What the service took for itself is its own until it dies. */
	s = open_service();
	ree_invoke(s, CMD_PANIC, NULL, NULL);
	ree_close(s);
	warm_up();
	check_gauges();
}
