// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory: pages, objects, address spaces, over page tables that are an array. A translation stays
 * in the imitated TLB until it is flushed, and must be gone before its page is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <kernel/mm/layout.h>
#include <kernel/mm/page.h>
#include <include/abi/syscall.h>

#define RAM_SIZE (16u << 20)
#define REE_SIZE (1u << 20)
#define PAGES	 512 /* of address space: small, so that mappings meet */
#define BASE	 0x40000000ull
#define MARK	 0x6d61726b6d61726bull

const uint64_t arch_user_base = BASE, arch_user_end = BASE + PAGES * PAGE_SIZE;
uint64_t mm_direct_offset, mm_ree_offset;

static uint8_t *ree;
static unsigned cpu_id;

struct cpu *arch_cpu(void)
{
	static struct cpu c;

	c.id = cpu_id;
	return &c;
}

void spin_lock(spinlock_t *l)
{
	assert_int_equal(l->v, 0);
	l->v = 1;
}

void spin_unlock(spinlock_t *l)
{
	assert_int_equal(l->v, 1);
	l->v = 0;
}

int arch_entropy(void *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = (uint8_t)rand();
	return 0;
}

void panic(const char *fmt, ...)
{
	fail_msg("kernel panic: %s", fmt);
	abort();
}

/* --- Page tables and TLB ------------------------------------------------------------------------ */

struct entry {
	uint64_t frame;
	unsigned prot;
};

struct arch_pt {
	struct entry table[PAGES], tlb[PAGES];
	bool prepared[PAGES];
};

static bool prepare_fails;

static uint64_t slot_of(uint64_t va)
{
	assert_true(va >= arch_user_base && va < arch_user_end);
	return (va - BASE) / PAGE_SIZE;
}

int arch_pt_create(struct quota *q, struct arch_pt **out)
{
	*out = calloc(1, sizeof(**out));
	return 0;
}

void arch_pt_destroy(struct quota *q, struct arch_pt *pt)
{
	free(pt);
}

int arch_pt_prepare(struct quota *q, struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	if (prepare_fails)
		return -MERLON_ENOMEM;
	for (uint64_t at = 0; at < len; at += PAGE_SIZE)
		pt->prepared[slot_of(va.v + at)] = true;
	return 0;
}

void arch_pt_set(struct arch_pt *pt, uaddr_t va, uint64_t frame, unsigned prot)
{
	uint64_t i = slot_of(va.v);

	assert_true(pt->prepared[i]);
	assert_int_not_equal(prot & (PROT_WRITE | PROT_EXEC), PROT_WRITE | PROT_EXEC);
	pt->table[i] = (struct entry){frame, prot};
	if (!pt->tlb[i].prot)
		pt->tlb[i] = pt->table[i];
}

void arch_pt_clear(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += PAGE_SIZE) {
		pt->table[slot_of(va.v + at)] = (struct entry){0};
		pt->prepared[slot_of(va.v + at)] = false;
	}
}

/* Free pages are wiped: what a stale translation names must not be. */
void arch_pt_flush(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += PAGE_SIZE) {
		uint64_t i = slot_of(va.v + at);

		if (pt->tlb[i].prot)
			assert_int_equal(*(uint64_t *)(pt->tlb[i].frame + 8), MARK);
		pt->tlb[i] = pt->table[i];
	}
}

static void check_tlb(struct aspace *as)
{
	struct arch_pt *pt = aspace_pt(as);

	for (unsigned i = 0; i < PAGES; i++)
		assert_memory_equal(&pt->tlb[i], &pt->table[i], sizeof(pt->tlb[i]));
}

/* --- Every test leaves memory as it found it ------------------------------------------------------- */

static struct quota quota = {.max_pages = 1024};
static uint64_t free_before;

static int setup(void **state)
{
	free_before = page_free_count();
	prepare_fails = false;
	cpu_id = 0;
	return 0;
}

static int teardown(void **state)
{
	if (quota.pages || memobj_count() || page_free_count() != free_before) {
		print_error("left: %u charged, %llu objects, %lld pages\n", quota.pages,
			    (unsigned long long)memobj_count(),
			    (long long)(free_before - page_free_count()));
		return -1;
	}
	return 0;
}

static struct memobj *new_object(uint64_t pages)
{
	const uint64_t mark = MARK;
	struct memobj *o;

	assert_int_equal(memobj_create(&quota, pages * PAGE_SIZE, &o), 0);
	for (uint64_t i = 0; i < pages; i++)
		assert_int_equal(memobj_write(o, i * PAGE_SIZE + 8, &mark, 8), 0);
	return o;
}

static struct aspace *new_aspace(void)
{
	struct aspace *as;

	assert_int_equal(aspace_create(&quota, &as), 0);
	return as;
}

static uaddr_t map_new(struct aspace *as, uint64_t pages, unsigned prot)
{
	struct memobj *o = new_object(pages);
	uaddr_t va = {0};

	assert_int_equal(aspace_map(as, o, 0, pages * PAGE_SIZE, prot, 0, "test", &va), 0);
	memobj_put(o);
	return va;
}

/* --- Pages -------------------------------------------------------------------------------------------- */

static void pages_are_wiped_and_counted(void **state)
{
	static paddr_t p[200];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 200; i++) {
			uint64_t *w;

			cpu_id = i % TEE_MAX_CPUS;
			assert_int_equal(page_alloc(&quota, &p[i]), 0);
			w = page_ptr(p[i]);
			for (int k = 0; k < 512; k++)
				assert_int_equal(w[k], 0);
			memset(w, 0xa5, PAGE_SIZE);
		}
		assert_int_equal(quota.pages, 200);
		assert_int_equal(page_free_count(), free_before - 200);
		for (int i = 0; i < 200; i++) {
			cpu_id = (i + round) % TEE_MAX_CPUS;
			page_free(&quota, p[i]);
		}
	}
}

static void a_quota_is_a_limit(void **state)
{
	struct quota q = {.max_pages = 3};
	struct memobj *o;
	paddr_t p[4];

	for (int i = 0; i < 3; i++)
		assert_int_equal(page_alloc(&q, &p[i]), 0);
	assert_int_equal(page_alloc(&q, &p[3]), -MERLON_ENOMEM);
	assert_int_equal(quota_charge(&q, UINT32_MAX), -MERLON_ENOMEM);
	for (int i = 0; i < 3; i++)
		page_free(&q, p[i]);
	assert_int_equal(memobj_create(&q, 3 * PAGE_SIZE, &o), -MERLON_ENOMEM);
	assert_int_equal(memobj_create(&q, 1ull << 60, &o), -MERLON_ENOMEM);
	assert_int_equal(memobj_create(NULL, UINT64_MAX, &o), -MERLON_EINVAL);
	assert_int_equal(q.pages, 0);
}

/* All of memory and back: what fails half-way gives back what it took. */
static void memory_can_run_out(void **state)
{
	struct memobj *o, *all[64];
	unsigned n = 0;

	while (!memobj_create(NULL, 100 * PAGE_SIZE, &all[n]))
		n++;
	assert_true(n > 20);
	/* What is left is too little, or in the caches of other CPUs. */
	assert_true(page_free_count() < 103 + TEE_MAX_CPUS * 32);
	assert_int_equal(memobj_create(NULL, 4000 * PAGE_SIZE, &o), -MERLON_ENOMEM);
	while (n)
		memobj_put(all[--n]);
}

static void small_objects_are_zero(void **state)
{
	static uint8_t *p[600];
	size_t size[] = {1, 31, 32, 33, 200, 1008, 1009, 2048};

	assert_null(kalloc(2049));
	for (unsigned s = 0; s < 8; s++) {
		for (int i = 0; i < 600; i++) {
			p[i] = kalloc(size[s]);
			assert_non_null(p[i]);
			for (size_t k = 0; k < size[s]; k++)
				assert_int_equal(p[i][k], 0);
			memset(p[i], 0xff, size[s]);
		}
		for (int i = 0; i < 600; i++)
			kfree(p[(i * 7) % 600]);
	}
	kfree(NULL);
}

/* --- Objects ------------------------------------------------------------------------------------------------ */

static void objects_of_all_sizes_hold_their_bytes(void **state)
{
	const uint64_t sizes[] = {1, 12, 13, 512, 513, 900};
	uint64_t v;

	for (unsigned s = 0; s < 6; s++) {
		struct memobj *o;

		assert_int_equal(memobj_create(&quota, sizes[s] * PAGE_SIZE - 5, &o), 0);
		for (uint64_t i = 0; i < sizes[s]; i++)
			assert_int_equal(memobj_write(o, i * PAGE_SIZE + 16, &i, 8), 0);
		for (uint64_t i = 0; i < sizes[s]; i++) {
			assert_int_equal(memobj_read(o, i * PAGE_SIZE + 16, &v, 8), 0);
			assert_int_equal(v, i);
		}
		assert_int_equal(memobj_read(o, sizes[s] * PAGE_SIZE - 7, &v, 8), -MERLON_EINVAL);
		assert_int_equal(memobj_read(o, UINT64_MAX - 3, &v, 8), -MERLON_EINVAL);
		memobj_put(memobj_get(o));
		memobj_put(o);
	}
}

static void a_seal_ends_writing(void **state)
{
	struct aspace *as = new_aspace();
	struct memobj *o = new_object(2);
	uaddr_t w = {0}, x = {0};

	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_EXEC, 0, "x", &x), -MERLON_EACCES);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_WRITE, 0, "w", &w), 0);
	assert_int_equal(memobj_seal(o), -MERLON_EBUSY);
	/* Reading is no obstacle, also when it was writing before. */
	assert_int_equal(aspace_protect(as, w, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(memobj_seal(o), 0);
	assert_int_equal(memobj_seal(o), 0);
	assert_true(memobj_sealed(o));
	assert_int_equal(aspace_protect(as, w, PAGE_SIZE, PROT_WRITE), -MERLON_EACCES);
	assert_int_equal(aspace_protect(as, w, PAGE_SIZE, PROT_EXEC), -MERLON_EACCES);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_WRITE, 0, "w", &x), -MERLON_EACCES);
	assert_int_equal(memobj_write(o, 0, &w, 8), -MERLON_EACCES);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_WRITE | PROT_EXEC, 0, "x", &x),
			 -MERLON_EACCES);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_EXEC, 0, "x", &x), 0);
	aspace_seal_exec(as);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_EXEC, 0, "x", &w), -MERLON_EACCES);
	check_tlb(as);
	memobj_put(o);
	aspace_destroy(as);
}

static void ree_memory_is_checked_and_never_code(void **state)
{
	uint64_t at = (uint64_t)ree;
	raddr_t frames[2] = {raddr(at), raddr(at + 3 * PAGE_SIZE)};
	struct aspace *as = new_aspace();
	struct memobj *o;
	uaddr_t va = {0};
	char c[8];

	assert_true(ree_range_ok(raddr(at), REE_SIZE));
	assert_false(ree_range_ok(raddr(at), REE_SIZE + 1));
	assert_false(ree_range_ok(raddr(at - 1), 2));
	assert_false(ree_range_ok(raddr(UINT64_MAX - 1), 4));
	assert_int_equal(ree_copy_in(c, raddr(at + REE_SIZE - 7), 8), -MERLON_EFAULT);
	assert_int_equal(ree_copy_out(raddr(at + REE_SIZE - 8), "1234567", 8), 0);
	assert_int_equal(ree_copy_in(c, raddr(at + REE_SIZE - 8), 8), 0);
	assert_string_equal(c, "1234567");

	memset(ree, 0, 4 * PAGE_SIZE);
	((uint64_t *)ree)[1] = MARK;
	((uint64_t *)(ree + 3 * PAGE_SIZE))[1] = MARK;
	assert_int_equal(memobj_create_ree(&quota, frames, 2, &o), 0);
	assert_int_equal(memobj_seal(o), -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_EXEC, 0, "x", &va), -MERLON_EACCES);
	assert_int_equal(aspace_map(as, o, 0, 2 * PAGE_SIZE, PROT_WRITE, MAP_PARAM, "param", &va),
			 0);
	assert_int_equal(copy_out(as, uaddr(va.v + PAGE_SIZE - 4), "spanning", 8), 0);
	assert_memory_equal(ree + PAGE_SIZE - 4, "span", 4);
	assert_memory_equal(ree + 3 * PAGE_SIZE, "ning", 4);
	/* A parameter is not the process's to change. */
	assert_int_equal(aspace_unmap(as, va, PAGE_SIZE, false), -MERLON_EPERM);
	assert_int_equal(aspace_protect(as, va, PAGE_SIZE, PROT_READ), -MERLON_EPERM);
	memobj_put(o);
	aspace_destroy(as);
	assert_memory_equal(ree + PAGE_SIZE - 4, "span", 4);
}

/* --- Address spaces ---------------------------------------------------------------------------------------------- */

static void bad_requests_are_refused(void **state)
{
	struct aspace *as = new_aspace();
	struct memobj *o = new_object(2);
	uaddr_t va = {BASE + 1};
	char c[8];

	assert_int_equal(aspace_map(as, o, 0, 0, PROT_READ, 0, "a", &va), -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, 0, UINT64_MAX, PROT_READ, 0, "a", &va), -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, 1, PAGE_SIZE, PROT_READ, 0, "a", &va), -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ, 0, "a", &va),
			 -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, PAGE_MASK, PAGE_SIZE, PROT_READ, 0, "a", &va),
			 -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, 8, 0, "a", &va), -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, NULL, 0, PAGE_SIZE, PROT_READ, 0, "a", &va),
			 -MERLON_EINVAL);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_READ, MAP_FIXED_REPLACE, "a", &va),
			 -MERLON_EINVAL);
	va = uaddr(BASE + PAGE_SIZE);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_READ, MAP_FIXED_REPLACE, "a", &va),
			 -MERLON_EINVAL);
	assert_int_equal(aspace_unmap(as, va, PAGE_SIZE, true), -MERLON_EINVAL);
	assert_int_equal(aspace_unmap(as, uaddr(PAGE_MASK), 2 * PAGE_SIZE, true), -MERLON_EINVAL);
	assert_int_equal(aspace_protect(as, va, PAGE_SIZE, PROT_READ), -MERLON_EINVAL);
	assert_int_equal(copy_in(as, c, uaddr(0), 1), -MERLON_EFAULT);
	assert_int_equal(copy_in(as, c, uaddr(UINT64_MAX), 8), -MERLON_EFAULT);
	assert_int_equal(copy_out(as, uaddr(1ull << 63), c, 8), -MERLON_EFAULT);
	assert_false(aspace_check(as, uaddr(UINT64_MAX), 2, PROT_READ));
	assert_true(aspace_check(as, uaddr(UINT64_MAX), 0, PROT_READ));
	prepare_fails = true;
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_READ, 0, "a", &va), -MERLON_ENOMEM);
	memobj_put(o);
	aspace_destroy(as);
}

static void kernel_ranges_are_the_kernels(void **state)
{
	struct aspace *as = new_aspace();
	struct memobj *o = new_object(1);
	uaddr_t va = {0};

	assert_int_equal(aspace_map(as, NULL, 0, 3 * PAGE_SIZE, PROT_NONE, MAP_KERNEL, "s", &va),
			 0);
	va.v += PAGE_SIZE;
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_WRITE, MAP_FIXED_REPLACE, "s", &va),
			 -MERLON_EPERM);
	assert_int_equal(aspace_map(as, o, 0, PAGE_SIZE, PROT_WRITE, MAP_FIXED_REPLACE | MAP_KERNEL,
				    "s", &va),
			 0);
	assert_int_equal(aspace_unmap(as, va, PAGE_SIZE, false), -MERLON_EPERM);
	assert_false(aspace_check(as, uaddr(va.v - 1), 2, PROT_READ));
	assert_true(aspace_check(as, va, PAGE_SIZE, PROT_READ | PROT_WRITE));
	assert_int_equal(aspace_unmap(as, uaddr(va.v - PAGE_SIZE), 3 * PAGE_SIZE, true), 0);
	check_tlb(as);
	memobj_put(o);
	aspace_destroy(as);
}

static void ranges_have_a_bound(void **state)
{
	struct aspace *as = new_aspace();
	uaddr_t va = {0}, at;
	int n = 0, err = 0;

	assert_int_equal(aspace_map(as, NULL, 0, 500 * PAGE_SIZE, PROT_NONE, 0, "r", &va), 0);
	for (at = va; !err && n < 2000; n++)
		err = aspace_map(as, NULL, 0, PAGE_SIZE, PROT_NONE, 0, "r", &at);
	assert_int_equal(err, -MERLON_ENOMEM);
	aspace_destroy(as);
}

/* What each page should be, next to what the address space says. */
struct model {
	struct aspace *as;
	struct {
		bool mapped;
		unsigned prot;
		uint64_t value;
	} page[PAGES];
};

static void model_check(struct model *m)
{
	uint64_t v;

	check_tlb(m->as);
	for (unsigned i = 0; i < PAGES; i++) {
		uaddr_t va = uaddr(BASE + i * PAGE_SIZE);
		struct aspace_info info;
		bool there = !aspace_find(m->as, va, &info) && info.base.v <= va.v;

		assert_int_equal(there, m->page[i].mapped);
		if (there)
			assert_int_equal(info.prot, m->page[i].prot);
		assert_int_equal(aspace_check(m->as, va, PAGE_SIZE, PROT_WRITE),
				 there && (m->page[i].prot & PROT_WRITE));
		if (copy_in(m->as, &v, va, 8)) {
			assert_false(there && m->page[i].prot);
			continue;
		}
		assert_true(m->page[i].prot);
		assert_int_equal(v, m->page[i].value);
	}
}

static void model_set(struct model *m, uaddr_t va, unsigned n, unsigned prot, uint64_t value)
{
	for (unsigned i = slot_of(va.v); n--; i++) {
		m->page[i].mapped = true;
		m->page[i].prot = prot;
		m->page[i].value = value;
	}
}

static void model_map(struct model *m, unsigned n, unsigned flags, uaddr_t va, uint64_t value)
{
	unsigned prot = rand() % 4 ? PROT_READ | PROT_WRITE : rand() % 2 ? PROT_READ : PROT_NONE;
	struct memobj *o = new_object(n);
	bool whole = true;
	int err;

	for (unsigned i = 0; i < n; i++)
		assert_int_equal(memobj_write(o, i * PAGE_SIZE, &value, 8), 0);
	for (unsigned i = 0; flags && i < n; i++)
		whole = whole && m->page[slot_of(va.v) + i].mapped;
	err = aspace_map(m->as, o, 0, n * PAGE_SIZE, prot, flags, "m", &va);
	memobj_put(o);
	if (flags && !whole)
		assert_int_equal(err, -MERLON_EINVAL);
	if (err)
		return;
	for (unsigned i = 0; !flags && i < n; i++)
		assert_false(m->page[slot_of(va.v) + i].mapped);
	model_set(m, va, n, prot, value);
}

static void model_change(struct model *m, uaddr_t va, unsigned n, bool unmap)
{
	unsigned prot = rand() % 3 ? PROT_READ | PROT_WRITE : PROT_NONE;
	unsigned first = slot_of(va.v);
	bool whole = true;
	int err;

	for (unsigned i = 0; i < n; i++)
		whole = whole && m->page[first + i].mapped;
	if (unmap)
		err = aspace_unmap(m->as, va, n * PAGE_SIZE, false);
	else
		err = aspace_protect(m->as, va, n * PAGE_SIZE, prot);
	assert_int_equal(err, whole ? 0 : -MERLON_EINVAL);
	for (unsigned i = first; whole && i < first + n; i++) {
		m->page[i].mapped = !unmap;
		m->page[i].prot = prot;
	}
}

static void random_changes_agree_with_a_model(void **state)
{
	static struct model m;

	srand(1);
	memset(&m, 0, sizeof(m));
	m.as = new_aspace();
	for (unsigned step = 1; step < 3000; step++) {
		unsigned n = 1 + rand() % 20;
		uaddr_t va = uaddr(BASE + rand() % (PAGES - n) * PAGE_SIZE);
		int what = rand() % 6;

		if (what < 3)
			model_map(&m, n, 0, uaddr(0), step);
		else if (what == 3)
			model_map(&m, n % 4 + 1, MAP_FIXED_REPLACE, va, step);
		else
			model_change(&m, va, n % 6 + 1, what == 4);
		if (step % 50 == 0)
			model_check(&m);
		if (step % 700 == 0) {
			aspace_destroy(m.as);
			memset(&m, 0, sizeof(m));
			m.as = new_aspace();
		}
	}
	model_check(&m);
	aspace_destroy(m.as);
}

static void mappings_do_not_touch(void **state)
{
	struct aspace *as = new_aspace();
	uaddr_t a[40];

	for (int i = 0; i < 40; i++) {
		a[i] = map_new(as, 2, PROT_READ);
		for (int k = 0; k < i; k++)
			assert_true(a[i].v >= a[k].v + 3 * PAGE_SIZE ||
				    a[k].v >= a[i].v + 3 * PAGE_SIZE);
	}
	aspace_destroy(as);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(pages_are_wiped_and_counted),
					   T(a_quota_is_a_limit),
					   T(memory_can_run_out),
					   T(small_objects_are_zero),
					   T(objects_of_all_sizes_hold_their_bytes),
					   T(a_seal_ends_writing),
					   T(ree_memory_is_checked_and_never_code),
					   T(bad_requests_are_refused),
					   T(kernel_ranges_are_the_kernels),
					   T(ranges_have_a_bound),
					   T(random_changes_agree_with_a_model),
					   T(mappings_do_not_touch)};
	uint8_t *ram = aligned_alloc(PAGE_SIZE, RAM_SIZE);
	struct tee_boot_info bi = {.tee_base = (uint64_t)ram, .tee_size = RAM_SIZE, .nranges = 2};

	ree = aligned_alloc(PAGE_SIZE, REE_SIZE);
	/* Adjacent ranges are one. */
	bi.ree[0] = (struct tee_range){(uint64_t)ree, PAGE_SIZE};
	bi.ree[1] = (struct tee_range){(uint64_t)ree + PAGE_SIZE, REE_SIZE - PAGE_SIZE};
	memset(ram, 0xee, RAM_SIZE);
	page_init(paddr((uint64_t)ram), RAM_SIZE);
	ree_init(&bi);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
