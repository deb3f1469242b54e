// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads, writes and runs every page of TEE and monitor memory from each CPU, as a Linux that has been
 * taken over would: an access may fault or read all ones, and a write may change nothing. In a build
 * with the guard off they succeed, and the cases say FAIL with LEAK in the reason. user/ does the same
 * from user mode.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include "sweep.h"

static bool write = true;
module_param(write, bool, 0444);
MODULE_PARM_DESC(
	write, "write and run too (with the guard off, only on pages that nobody uses meanwhile)");

static unsigned int every = 1;
module_param(every, uint, 0444);
MODULE_PARM_DESC(every, "not each page but each so many-th, where time is short");

static bool wipe;
module_param(wipe, bool, 0444);
MODULE_PARM_DESC(wipe, "overwrite every byte, and do nothing else");

static unsigned long base, size;
module_param(base, ulong, 0444);
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "attack this range rather than what is found");

/* Every word of a page, since a guard could work by the page's first bytes only. */
static void attack_whole_page(const struct attack_range *r)
{
	u64 *va = memremap(r->base, PAGE_SIZE, MEMREMAP_WB);
	unsigned int i, leaked = 0;

	for (i = 0; va && i < PAGE_SIZE / sizeof(u64); i++)
		leaked += try_read(&va[i]) == LEAKED;
	attack_check("read_whole_page", va && !leaked, "LEAK of %u words", leaked);
	if (va)
		memunmap(va);
}

/* The rings may be read and not written. */
static void attack_log(unsigned int which, const char *name)
{
	struct attack_range ring;
	unsigned int changed = 0;
	u64 pa, *va, before, after;

	if (!attack_ring(which, &ring)) {
		attack_fail(name, "no ring");
		return;
	}
	va = memremap(ring.base, ring.size, MEMREMAP_WB);
	for (pa = 0; va && pa < ring.size; pa += PAGE_SIZE) {
		/* The last word of a page: where records change least. */
		u64 *at = &va[(pa + PAGE_SIZE) / sizeof(u64) - 1];

		if (!attack_load(at, &before))
			continue;
		attack_store(at, ~before);
		changed += attack_load(at, &after) && after == ~before;
	}
	attack_check(name, va && !changed, "LEAK: %u pages written", changed);
	if (va)
		memunmap(va);
}

/* The rings may be read: what is in them must not be code. */
static void attack_log_execution(void)
{
	struct attack_range ring;
	char name[32];
	unsigned int i;

	for (i = 0; i < MERLON_LOG_COUNT; i++) {
		snprintf(name, sizeof(name), "execute_log%u", i);
		if (attack_ring(i, &ring))
			sweep(name, &ring, PAGE_SIZE, try_execute, &sweep_code);
		else
			attack_fail(name, "no ring");
	}
}

static void attack_all(const struct attack_range *r)
{
	const u64 step = every * PAGE_SIZE;

	attack_check("range_is_large", r->size >= SZ_4M, "only %#llx bytes", r->size);
	if (wipe) {
		sweep("wipe", r, PAGE_SIZE, try_wipe, &sweep_cached);
		return;
	}
	sweep("read_cached", r, step, try_read, &sweep_cached);
	sweep("read_uncached", r, 16 * step, try_read, &sweep_device);
	attack_whole_page(r);
	if (!write)
		return;
	sweep("write_cached", r, step, try_write, &sweep_cached);
	sweep("write_uncached", r, 16 * step, try_write, &sweep_device);
	sweep("execute", r, step, try_execute, &sweep_code);
	attack_log(MERLON_LOG_MONITOR, "write_monitor_log");
	attack_log(MERLON_LOG_TEE, "write_tee_log");
	attack_log_execution();
	attack_normal_invoke("tee_works_after");
}

static int __init memory_init(void)
{
	struct attack_range r = {base, size};
	int rc = attack_probe();

	if (rc)
		return rc;
	rc = sweep_init();
	if (rc)
		return rc;
	rc = size ? 0 : attack_find_closed(&r);
	pr_info("%s: %#llx to %#llx\n", KBUILD_MODNAME, r.base, r.base + r.size - 1);
	if (rc)
		attack_fail("find_range", "%d", rc);
	else
		attack_all(&r);
	attack_summary(KBUILD_MODNAME);
	sweep_exit();
	return 0;
}

static void __exit memory_exit(void)
{
}

module_init(memory_init);
module_exit(memory_exit);
MODULE_DESCRIPTION("Merlon test: attacks on TEE memory");
MODULE_LICENSE("GPL");
