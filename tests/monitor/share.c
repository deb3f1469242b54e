// SPDX-License-Identifier: BSD-2-Clause
/* Sharing page by page: the rules, what is refused, and that tables follow. */
#include "tests/monitor/fake.h"
#include <monitor/share.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	 ((uint64_t)PAGE_SIZE)
#define LIST	 0x180000ull /* Linux's */
#define TEE_LIST FAKE_TEE
#define RWX	 (ACCESS_R | ACCESS_W | ACCESS_X)
#define RW	 (ACCESS_R | ACCESS_W)

static uint8_t *at(uint64_t addr)
{
	return phys_to_virt(hpa(addr));
}

static int64_t call_at(enum partition_id part, uint64_t function, uint64_t list, uint64_t n,
		       uint64_t mode)
{
	struct vcpu *v = &cpus[0].vcpu[part];

	cpus[0].current = v;
	v->regs = (struct gprs){.rax = function, .rdi = list, .rsi = n, .rdx = mode};
	fake_turn(0, (struct vexit){.reason = EXIT_HYPERCALL, .insn_len = 3});
	memory_check();
	return (int64_t)v->regs.rax;
}

static int64_t ree(uint64_t function, const uint64_t *pages, uint64_t n, uint64_t mode)
{
	memcpy(at(LIST), pages, n * sizeof(*pages));
	return call_at(PART_REE, function, LIST, n, mode);
}

static int64_t tee(uint64_t function, const uint64_t *pages, uint64_t n)
{
	memcpy(at(TEE_LIST), pages, n * sizeof(*pages));
	return call_at(PART_TEE, function, TEE_LIST, n, 0);
}

#define offer(page, mode) ree(MERLON_HC_MEM_SHARE, &(uint64_t){page}, 1, mode)
#define reclaim(page)	  ree(MERLON_HC_MEM_RECLAIM, &(uint64_t){page}, 1, 0)
#define retrieve(page)	  tee(MERLON_HC_MEM_RETRIEVE, &(uint64_t){page}, 1)
#define relinquish(page)  tee(MERLON_HC_MEM_RELINQUISH, &(uint64_t){page}, 1)
#define has(part, page)	  fake_access(fake_roots[part], page)
#define rights(page, t, r)                                \
	do {                                              \
		assert_int_equal(has(PART_TEE, page), t); \
		assert_int_equal(has(PART_REE, page), r); \
	} while (0)

static int setup(void **state)
{
	options.seat = MERLON_SEAT_VM;
	fake_machine(1);
	return 0;
}

static int each(void **state)
{
	fake_machine(1);
	call_at(PART_REE, MERLON_HC_MEM_RECLAIM, MERLON_MEM_ALL, 0, 0);
	assert_int_equal(cpus[0].vcpu[PART_REE].regs.rsi, 0);
	return 0;
}

static void test_share(void **state)
{
	const uint64_t p = 0x200000;

	rights(p, 0, RWX);
	assert_int_equal(retrieve(p), MERLON_HC_EINVAL); /* not offered */
	assert_int_equal(offer(p, MERLON_MEM_SHARED), 0);
	rights(p, 0, RWX);
	assert_int_equal(offer(p, MERLON_MEM_SHARED), MERLON_HC_EBUSY);
	assert_int_equal(retrieve(p), 0);
	rights(p, RW, RWX);
	assert_int_equal(retrieve(p), MERLON_HC_EINVAL);
	assert_int_equal(reclaim(p), MERLON_HC_EBUSY);
	rights(p, RW, RWX);
	at(p)[5] = 7;
	assert_int_equal(relinquish(p), 0);
	assert_int_equal(at(p)[5], 7); /* what was shared is not wiped */
	rights(p, 0, RWX);
	assert_int_equal(relinquish(p), MERLON_HC_EINVAL);
	assert_int_equal(reclaim(p), 0);
	assert_int_equal(reclaim(p), MERLON_HC_EINVAL);
	assert_int_equal(cpus[0].stats[MERLON_STAT_SHARED], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_RECLAIMED], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_RETRIEVED], 1);
	assert_int_equal(cpus[0].stats[MERLON_STAT_RELINQUISHED], 1);
}

static void test_lend(void **state)
{
	const uint64_t p = 0x300000;
	unsigned int flushes = fake_iommu_flushes;

	at(p)[0] = 1;
	assert_int_equal(offer(p, MERLON_MEM_LENT), 0);
	rights(p, 0, 0);
	rights(p + PAGE, 0, RWX); /* of the large page that was broken up, nothing else went */
	rights(p - PAGE, 0, RWX);
	assert_int_equal(fake_iommu_flushes, flushes + 1);
	assert_int_equal(retrieve(p), 0);
	rights(p, RW, 0);
	assert_int_equal(at(p)[0], 1);
	assert_int_equal(reclaim(p), MERLON_HC_EBUSY);
	assert_int_equal(memory_owner(p), OWNER_REE);
	assert_int_equal(relinquish(p), 0);
	assert_int_equal(at(p)[0], 0); /* the TEE had it alone: it is wiped */
	rights(p, 0, 0);
	assert_int_equal(reclaim(p), 0);
	rights(p, 0, RWX);
}

static void test_donate(void **state)
{
	const uint64_t p = 0x301000;

	assert_int_equal(offer(p, MERLON_MEM_DONATED), 0);
	assert_int_equal(reclaim(p), 0); /* not taken yet */
	assert_int_equal(offer(p, MERLON_MEM_DONATED), 0);
	assert_int_equal(retrieve(p), 0);
	rights(p, RW, 0);
	assert_int_equal(memory_owner(p), OWNER_TEE);
	assert_int_equal(reclaim(p), MERLON_HC_EPERM);
	at(p)[9] = 3;
	assert_int_equal(relinquish(p), 0);
	assert_int_equal(at(p)[9], 0);
	rights(p, 0, RWX);
	assert_int_equal(memory_owner(p), OWNER_REE);
	assert_int_equal(reclaim(p), MERLON_HC_EINVAL);
}

/* All of a list or nothing; the answer says which page. */
static void test_lists(void **state)
{
	uint64_t pages[] = {0x210000, 0x211000, 0x212000, 0x210000};

	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, MERLON_MEM_LENT), MERLON_HC_EBUSY);
	assert_int_equal(cpus[0].vcpu[PART_REE].regs.rdi, 3);
	for (int i = 0; i < 3; i++)
		rights(pages[i], 0, RWX);
	pages[3] = FAKE_TEE;
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, 1), MERLON_HC_EINVAL);
	pages[3] = FAKE_MONITOR;
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, 1), MERLON_HC_EINVAL);
	pages[3] = 0x213001;
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, 1), MERLON_HC_EINVAL);
	pages[3] = ~0ull << 12;
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, 1), MERLON_HC_EINVAL);
	pages[3] = 0xfebf0000; /* a device's */
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 4, 1), MERLON_HC_EINVAL);
	assert_int_equal(share_state(pages[0]), SHARE_NONE);
	assert_int_equal(ree(MERLON_HC_MEM_SHARE, pages, 3, 1), 0);
	assert_int_equal(tee(MERLON_HC_MEM_RETRIEVE, pages, 3), 0);
	assert_int_equal(ree(MERLON_HC_MEM_RECLAIM, pages, 3, 0), MERLON_HC_EBUSY);
	assert_int_equal(tee(MERLON_HC_MEM_RELINQUISH, pages, 3), 0);
	assert_int_equal(ree(MERLON_HC_MEM_RECLAIM, pages, 3, 0), 0);
}

static void test_bad_lists(void **state)
{
	const uint64_t bad[] = {LIST + 8,      FAKE_TEE,   FAKE_MONITOR, FAKE_RAM,
				0xfee00000ull, 1ull << 40, ~0ull << 12};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(call_at(PART_REE, MERLON_HC_MEM_SHARE, bad[i], 1, 1),
				 MERLON_HC_EINVAL);
	assert_int_equal(call_at(PART_TEE, MERLON_HC_MEM_RETRIEVE, LIST, 1, 0), MERLON_HC_EINVAL);
	assert_int_equal(call_at(PART_REE, MERLON_HC_MEM_SHARE, LIST, 0, 1), MERLON_HC_EINVAL);
	assert_int_equal(call_at(PART_REE, MERLON_HC_MEM_SHARE, LIST, MERLON_MEM_LIST_MAX + 1, 1),
			 MERLON_HC_EINVAL);
	assert_int_equal(offer(0x200000, 0), MERLON_HC_EINVAL);
	assert_int_equal(offer(0x200000, 4), MERLON_HC_EINVAL);
	assert_int_equal(call_at(PART_TEE, MERLON_HC_MEM_SHARE, TEE_LIST, 1, 1), MERLON_HC_EPERM);
	assert_int_equal(call_at(PART_REE, MERLON_HC_MEM_RETRIEVE, LIST, 1, 0), MERLON_HC_EPERM);
	/* The list itself was lent: its contents are not Linux's to give. */
	assert_int_equal(offer(LIST, MERLON_MEM_LENT), 0);
	assert_int_equal(call_at(PART_REE, MERLON_HC_MEM_SHARE, LIST, 1, 1), MERLON_HC_EINVAL);
}

static void test_bound(void **state)
{
	uint64_t n = 0, page;
	int64_t res = 0;

	for (page = 0x200000; !res && page < FAKE_TEE; page += PAGE, n++)
		res = offer(page, MERLON_MEM_SHARED);
	if (!res)
		for (page = 0; !res && page < LIST; page += PAGE, n++)
			res = memory_is_ree_ram(page, page + 1) ? offer(page, MERLON_MEM_SHARED)
								: 0;
	/* RAM has no more pages of Linux's than the bound; what there is, was shared. */
	assert_true(!res || res == MERLON_HC_ENOMEM);
	assert_true(n <= FAKE_RAM / PAGE / 2 + 2);
}

/* A dead TEE keeps nothing, and what it had alone is wiped. */
static void test_dead(void **state)
{
	const uint64_t p = 0x302000;

	assert_int_equal(offer(p, MERLON_MEM_LENT), 0);
	assert_int_equal(retrieve(p), 0);
	at(p)[1] = 1;
	tee_kill("test");
	assert_int_equal(reclaim(p), 0);
	assert_int_equal(at(p)[1], 0);
	rights(p, 0, RWX);
}

/* What the rules make of a page, as the test understands them. */
static int64_t model(uint8_t *s, uint64_t function, uint64_t mode)
{
	switch (function) {
	case MERLON_HC_MEM_SHARE:
		if (*s)
			return MERLON_HC_EBUSY;
		*s = (uint8_t)mode;
		return 0;
	case MERLON_HC_MEM_RETRIEVE:
		if (!*s || *s & 4)
			return MERLON_HC_EINVAL;
		*s |= 4;
		return 0;
	case MERLON_HC_MEM_RELINQUISH:
		if (!(*s & 4))
			return MERLON_HC_EINVAL;
		*s = *s == 7 ? 0 : *s & 3;
		return 0;
	default:
		if (!*s)
			return MERLON_HC_EINVAL;
		if (*s & 4)
			return *s == 7 ? MERLON_HC_EPERM : MERLON_HC_EBUSY;
		*s = 0;
		return 0;
	}
}

#define MODEL_PAGES 64

static void test_random(void **state)
{
	static const uint64_t functions[] = {MERLON_HC_MEM_SHARE, MERLON_HC_MEM_RECLAIM,
					     MERLON_HC_MEM_RETRIEVE, MERLON_HC_MEM_RELINQUISH};
	uint8_t states[MODEL_PAGES] = {0}, next[MODEL_PAGES];
	uint64_t pages[8];

	srandom(1);
	for (int round = 0; round < 20000; round++) {
		uint64_t f = functions[random() % 4], mode = 1 + random() % 3;
		uint64_t n = 1 + random() % 8, bad = n;
		int64_t want = 0, got;

		memcpy(next, states, sizeof(states));
		for (uint64_t i = 0; i < n; i++) {
			uint64_t k = random() % MODEL_PAGES;

			pages[i] = 0x3c0000 + k * PAGE;
			if (!want) {
				want = model(&next[k], f, mode);
				bad = want ? i : bad;
			}
		}
		got = f == MERLON_HC_MEM_SHARE || f == MERLON_HC_MEM_RECLAIM
			      ? ree(f, pages, n, mode)
			      : tee(f, pages, n);
		assert_int_equal(got, want);
		if (!want)
			memcpy(states, next, sizeof(states));
		for (uint64_t k = 0; k < MODEL_PAGES; k++)
			assert_int_equal(share_state(0x3c0000 + k * PAGE), states[k]);
	}
	for (uint64_t k = 0; k < MODEL_PAGES; k++)
		if (states[k] & 4)
			relinquish(0x3c0000 + k * PAGE);
}

/* Each CPU that runs the partition later drops what it knows; no other does. */
static void test_flush(void **state)
{
	const uint64_t p = 0x220000;
	unsigned int before;

	assert_int_equal(offer(p, MERLON_MEM_SHARED), 0);
	assert_int_equal(retrieve(p), 0);
	call_at(PART_TEE, MERLON_HC_INFO, 0, 0, 0);
	before = fake_flushes;
	assert_int_equal(relinquish(p), 0);
	call_at(PART_TEE, MERLON_HC_INFO, 0, 0, 0);
	assert_int_equal(fake_flushes, before + 1);
	call_at(PART_TEE, MERLON_HC_INFO, 0, 0, 0);
	call_at(PART_REE, MERLON_HC_INFO, 0, 0, 0);
	assert_int_equal(fake_flushes, before + 1);
	assert_int_equal(reclaim(p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_share, each),
		cmocka_unit_test_setup(test_lend, each),
		cmocka_unit_test_setup(test_donate, each),
		cmocka_unit_test_setup(test_lists, each),
		cmocka_unit_test_setup(test_bad_lists, each),
		cmocka_unit_test_setup(test_bound, each),
		cmocka_unit_test_setup(test_dead, each),
		cmocka_unit_test_setup(test_random, each),
		cmocka_unit_test_setup(test_flush, each),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
