// SPDX-License-Identifier: GPL-2.0-only
/* Reads, writes and jumps, page by page, on each CPU: see sweep.h. */
#include <linux/cpumask.h>
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/pgtable.h>
#include <asm/ptrace.h>
#include <asm/trapnr.h>
#include "sweep.h"

#define CHUNK	SZ_2M
#define OTHERS	16 /* CPUs but the first try every so many-th page */
#define PATTERN 0x6b63617474415f5full
/* INT3, should it be run as code; no present page, should it be a page table. */
#define WIPE 0xccccccccccccccccull
#define RET  0xc3
#define RETS 0xc3c3c3c3c3c3c3c3ull

#define WORDS (PAGE_SIZE / sizeof(u64))

enum outcome try_read(u64 *at)
{
	u64 value;

	if (!attack_load(at, &value))
		return FAULTED;
	return value == ~0ull ? NOTHING : LEAKED;
}

/* Where nothing reads, later cases see if the TEE lives. */
enum outcome try_write(u64 *at)
{
	enum outcome o = NOTHING;
	unsigned long flags;
	u64 before, after;
	bool had;

	local_irq_save(flags);
	had = attack_load(at, &before);
	if (!attack_store(at, PATTERN) || !attack_load(at, &after))
		o = FAULTED;
	else if (after == PATTERN)
		o = LEAKED;
	if (had)
		attack_store(at, before);
	local_irq_restore(flags);
	return o;
}

static u64 *page_of(u64 *at)
{
	return (u64 *)((unsigned long)at & PAGE_MASK);
}

enum outcome try_wipe(u64 *at)
{
	u64 *page = page_of(at), value;
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		if (!attack_store(&page[i], WIPE))
			return FAULTED;
	if (!attack_load(at, &value))
		return FAULTED;
	return value == WIPE ? LEAKED : NOTHING;
}

/* --- Execution --- */

/* The jump that is under way. A trap in its page ends it; which one says what happened. */
static struct {
	struct task_struct *by;
	unsigned long to;
	bool refused, trapped;
} jump;

static int on_trap(struct notifier_block *nb, unsigned long what, void *data)
{
	const struct die_args *args = data;
	struct pt_regs *regs = args->regs;

	if (READ_ONCE(jump.by) != current || !regs || user_mode(regs) ||
	    (regs->ip & PAGE_MASK) != (jump.to & PAGE_MASK))
		return NOTIFY_DONE;
	jump.trapped = true;
	jump.refused = args->trapnr == X86_TRAP_GP && regs->ip == jump.to;
	/* Back to the caller, whose address the call has pushed. */
	regs->ip = *(unsigned long *)regs->sp;
	regs->sp += sizeof(unsigned long);
	return NOTIFY_STOP;
}

static struct notifier_block trap_notifier = {.notifier_call = on_trap, .priority = INT_MAX};

int sweep_init(void)
{
	return register_die_notifier(&trap_notifier);
}

void sweep_exit(void)
{
	unregister_die_notifier(&trap_notifier);
}

static enum outcome jump_to(void *to)
{
	void (*volatile code)(void) = to;

	jump.to = (unsigned long)to;
	jump.trapped = false;
	jump.refused = false;
	WRITE_ONCE(jump.by, current);
	barrier();
	code();
	barrier();
	WRITE_ONCE(jump.by, NULL);
	return jump.refused ? FAULTED : LEAKED;
}

/* A RET in the page; *readable: whether its words could be read. */
static void *find_ret(u64 *page, bool *readable)
{
	unsigned int i;
	void *ret;
	u64 value;

	*readable = false;
	for (i = 0; i < WORDS; i++) {
		if (!attack_load(&page[i], &value))
			return NULL;
		*readable = true;
		ret = memchr(&value, RET, sizeof(value));
		if (ret)
			return (void *)&page[i] + (ret - (void *)&value);
	}
	return NULL;
}

enum outcome try_execute(u64 *at)
{
	enum outcome o;
	bool readable;
	void *ret = find_ret(page_of(at), &readable);
	u64 before;

	if (ret || !readable)
		return jump_to(ret ?: at);
	/* What may be read and not written is jumped to as it is. */
	if (!attack_load(at, &before) || !attack_store(at, RETS))
		return jump_to(at);
	o = jump_to(at);
	attack_store(at, before);
	return o;
}

/* --- Mappings --- */

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

/* Nobody has used the mapping yet, so that no TLB holds what is changed here. */
static void *map_code(u64 pa, size_t bytes)
{
	void *va = memremap(pa, bytes, MEMREMAP_WB);
	unsigned int level;
	size_t done;
	pte_t *pte;

	for (done = 0; va && done < bytes; done += PAGE_SIZE) {
		pte = lookup_address((unsigned long)va + done, &level);
		if (!pte) {
			memunmap(va);
			return NULL;
		}
		WRITE_ONCE(*pte, pte_mkexec(*pte));
	}
	return va;
}

const struct sweep_map sweep_cached = {map_cached, memunmap};
const struct sweep_map sweep_device = {map_device, unmap_device};
const struct sweep_map sweep_code = {map_code, memunmap};

/* --- All pages, all CPUs --- */

struct tally {
	unsigned long count[OUTCOMES];
	u64 first_leak;
};

static void count(struct tally *t, enum outcome o, u64 pa)
{
	if (o == LEAKED && !t->count[LEAKED])
		t->first_leak = pa;
	t->count[o]++;
}

/* Another word in each page, so that no offset is special. */
static unsigned int word_of(u64 pa)
{
	return (pa >> PAGE_SHIFT) * 37 % WORDS;
}

/* From @first, a number of steps, in each chunk. */
static int sweep_here(const struct attack_range *r, u64 first, u64 step, try_fn try,
		      const struct sweep_map *how, struct tally *t)
{
	u64 chunk, pa;

	for (chunk = r->base; chunk < r->base + r->size; chunk += CHUNK) {
		size_t bytes = min_t(u64, CHUNK, r->base + r->size - chunk);
		void *va = how->map(chunk, bytes);

		if (!va)
			return -ENOMEM;
		for (pa = chunk + first; pa < chunk + bytes; pa += step)
			count(t, try((u64 *)(va + (pa - chunk)) + word_of(pa)), pa);
		how->unmap(va);
		cond_resched();
	}
	return 0;
}

void sweep(const char *name, const struct attack_range *r, u64 step, try_fn try,
	   const struct sweep_map *how)
{
	unsigned int cpu, cpus = 0, leaking = 0;
	struct tally all = {};
	int rc = 0;

	for_each_online_cpu (cpu) {
		/* The others share their second-level tables with the first: samples will do. */
		const u64 every = cpus++ ? OTHERS * step : step;
		struct tally t = {};

		rc = set_cpus_allowed_ptr(current, cpumask_of(cpu));
		rc = rc ?: sweep_here(r, cpu * step % every, every, try, how, &t);
		if (rc)
			break;
		pr_info("%s: %s, CPU %u: %lu faulted, %lu nothing, %lu leaked\n", KBUILD_MODNAME,
			name, cpu, t.count[FAULTED], t.count[NOTHING], t.count[LEAKED]);
		leaking += !!t.count[LEAKED];
		all.count[LEAKED] += t.count[LEAKED];
		all.first_leak = all.first_leak ?: t.first_leak;
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	if (rc)
		attack_fail(name, "not done: %d", rc);
	else
		attack_check(name, !leaking, "LEAK on %u CPUs in %lu pages, first at %#llx",
			     leaking, all.count[LEAKED], all.first_leak);
}
