// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes every page of TEE and monitor memory, as a Linux that has been taken over
 * would: an access may fault or read all ones, and a write may change nothing. In a build with
 * the guard off the reads succeed, and the cases say FAIL with LEAK in the reason.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <asm/asm.h>
#include "attack.h"

#define CHUNK	SZ_2M
#define PATTERN 0x6b63617474415f5full
/* INT3, should it be run as code; no present page, should it be a page table. */
#define WIPE 0xccccccccccccccccull

static bool write = true;
module_param(write, bool, 0444);
MODULE_PARM_DESC(write, "write too (with the guard off, this destroys the TEE)");

static bool wipe;
module_param(wipe, bool, 0444);
MODULE_PARM_DESC(wipe, "overwrite every byte, and do nothing else");

static unsigned long base, size;
module_param(base, ulong, 0444);
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "attack this range rather than what is found");

enum outcome {
	FAULTED,
	ALL_ONES,
	LEAKED,
	OUTCOMES
};

struct tally {
	unsigned long count[OUTCOMES];
	u64 first_leak;
};

static bool load(const u64 *at, u64 *value)
{
	bool ok;

	asm volatile("xorl	%k0, %k0\n"
		     "1:	movq	(%2), %1\n"
		     "	movb	$1, %b0\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "=&q"(ok), "=&r"(*value)
		     : "r"(at)
		     : "memory");
	return ok;
}

static bool store(u64 *at, u64 value)
{
	bool ok;

	asm volatile("xorl	%k0, %k0\n"
		     "1:	movq	%1, (%2)\n"
		     "	movb	$1, %b0\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "=&q"(ok)
		     : "r"(value), "r"(at)
		     : "memory");
	return ok;
}

static void count(struct tally *t, enum outcome o, u64 pa)
{
	if (o == LEAKED && !t->count[LEAKED])
		t->first_leak = pa;
	t->count[o]++;
}

static enum outcome try_read(u64 *at)
{
	u64 value;

	if (!load(at, &value))
		return FAULTED;
	return value == ~0ull ? ALL_ONES : LEAKED;
}

/* A write that took effect reads back; where nothing reads, later cases see if the TEE lives. */
static enum outcome try_write(u64 *at)
{
	u64 value;

	if (!store(at, PATTERN))
		return FAULTED;
	if (!load(at, &value))
		return FAULTED;
	return value == PATTERN ? LEAKED : ALL_ONES;
}

/* Writes all of the page: nothing of what was there is left to work. */
static enum outcome try_wipe(u64 *at)
{
	u64 *page = (u64 *)((unsigned long)at & PAGE_MASK);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		if (!store(&page[i], WIPE))
			return FAULTED;
	return try_write(at);
}

/* Another word in each page, so that no offset is special. */
static unsigned int word_of(u64 pa)
{
	return (pa >> PAGE_SHIFT) * 37 % (PAGE_SIZE / sizeof(u64));
}

typedef enum outcome (*try_fn)(u64 *at);
typedef void *(*map_fn)(u64 pa, size_t bytes);
typedef void (*unmap_fn)(void *va);

static void *map_cached(u64 pa, size_t bytes)
{
	return memremap(pa, bytes, MEMREMAP_WB);
}

static void *map_device(u64 pa, size_t bytes)
{
	return (void __force *)ioremap(pa, bytes);
}

static void unmap_device(void *va)
{
	iounmap((void __iomem __force *)va);
}

static int sweep(const struct attack_range *r, u64 step, try_fn try, map_fn map, unmap_fn unmap,
		 struct tally *t)
{
	u64 chunk, pa;

	for (chunk = r->base; chunk < r->base + r->size; chunk += CHUNK) {
		size_t bytes = min_t(u64, CHUNK, r->base + r->size - chunk);
		void *va = map(chunk, bytes);

		if (!va)
			return -ENOMEM;
		for (pa = chunk; pa < chunk + bytes; pa += step)
			count(t, try((u64 *)(va + (pa - chunk)) + word_of(pa)), pa);
		unmap(va);
		cond_resched();
	}
	return 0;
}

static void attack(const char *name, const struct attack_range *r, u64 step, try_fn try, map_fn map,
		   unmap_fn unmap)
{
	struct tally t = {};
	int rc = sweep(r, step, try, map, unmap, &t);

	pr_info("%s: %s: %lu faulted, %lu all ones, %lu leaked\n", KBUILD_MODNAME, name,
		t.count[FAULTED], t.count[ALL_ONES], t.count[LEAKED]);
	if (rc)
		attack_fail(name, "cannot map: %d", rc);
	else
		attack_check(name, !t.count[LEAKED], "LEAK in %lu pages, first at %#llx",
			     t.count[LEAKED], t.first_leak);
}

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

		if (!load(at, &before))
			continue;
		store(at, ~before);
		changed += load(at, &after) && after == ~before;
	}
	attack_check(name, va && !changed, "LEAK: %u pages written", changed);
	if (va)
		memunmap(va);
}

/* The part of @r that holds no log. */
static void leave_logs(struct attack_range *r)
{
	struct attack_range ring;
	unsigned int i;

	for (i = 0; i < MERLON_LOG_COUNT; i++)
		if (attack_ring(i, &ring) && ring.base >= r->base && ring.base < r->base + r->size)
			r->size = ring.base - r->base;
}

#define MSI_BASE    0xfee00000ull
#define IOAPIC_BASE 0xfec00000ull
#define PIN_REG	    (0x10 + 2 * 23) /* the last pin of an I/O APIC with 24: nobody uses it */
#define MODE_INIT   0x500
#define MASKED	    0x10000

/*
 * Interrupts of the kind INIT, which the monitor's filter of the local APIC would not see. The
 * destination does not exist: if one goes out, this case fails and the machine goes on.
 */
static void attack_interrupts(void)
{
	u64 *msi = (void __force *)ioremap(MSI_BASE + 0xf0000, PAGE_SIZE);
	u32 __iomem *ioapic = ioremap(IOAPIC_BASE, PAGE_SIZE);
	u32 before, after;

	attack_check("msi_by_store", msi && !store(msi, MODE_INIT), "not refused");
	if (ioapic) {
		local_irq_disable();
		writel(PIN_REG, ioapic);
		before = readl(ioapic + 4);
		writel(MASKED | MODE_INIT, ioapic + 4);
		after = readl(ioapic + 4);
		if (after != before)
			writel(before, ioapic + 4);
		local_irq_enable();
		attack_check("init_by_ioapic", after == before, "%#x was taken", after);
		iounmap(ioapic);
	} else {
		attack_fail("init_by_ioapic", "cannot map");
	}
	if (msi)
		unmap_device(msi);
}

/* Gate A20 closed would make CPU 0, in the monitor too, see odd MiB as the even ones below. */
static void attack_a20(void)
{
	unsigned long flags;
	u8 after;

	local_irq_save(flags);
	outb(inb(0x92) & ~3, 0x92);
	after = inb(0x92);
	outb(after | 2, 0x92);
	local_irq_restore(flags);
	attack_check("a20_stays_open", after & 2, "port 92 reads %#x", after);
}

static int __init memory_init(void)
{
	struct attack_range r = {base, size};
	int rc = attack_probe();

	if (rc)
		return rc;
	if (!size) {
		rc = attack_find_range(&r);
		if (rc) {
			attack_fail("find_range", "%d", rc);
			goto out;
		}
		leave_logs(&r);
	}
	pr_info("%s: %#llx to %#llx\n", KBUILD_MODNAME, r.base, r.base + r.size - 1);
	attack_check("range_is_large", r.size >= SZ_4M, "only %#llx bytes", r.size);

	if (wipe) {
		attack("wipe", &r, PAGE_SIZE, try_wipe, map_cached, memunmap);
		goto out;
	}
	attack("read_cached", &r, PAGE_SIZE, try_read, map_cached, memunmap);
	attack("read_uncached", &r, 16 * PAGE_SIZE, try_read, map_device, unmap_device);
	attack_whole_page(&r);
	if (write) {
		attack("write_cached", &r, PAGE_SIZE, try_write, map_cached, memunmap);
		attack("write_uncached", &r, 16 * PAGE_SIZE, try_write, map_device, unmap_device);
		attack_log(MERLON_LOG_MONITOR, "write_monitor_log");
		attack_log(MERLON_LOG_TEE, "write_tee_log");
		attack_interrupts();
		attack_a20();
		attack_normal_invoke("tee_works_after");
	}
out:
	attack_summary(KBUILD_MODNAME);
	return 0;
}

static void __exit memory_exit(void)
{
}

module_init(memory_init);
module_exit(memory_exit);
MODULE_DESCRIPTION("Merlon test: attacks on TEE memory");
MODULE_LICENSE("GPL");
