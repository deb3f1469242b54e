// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random hypercalls on all CPUs, with registers of every class: small numbers, own pages, pages of the
 * TEE, the monitor and devices, wild ones. Every call must come back with a status that the ABI
 * names. The driver is not loaded; what stays shared is taken back at the end.
 *
 * Only its own pages are named where the TEE may write or Linux may lose a page: it is to find faults
 * of the monitor and the TEE, not to break Linux.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include "attack.h"

#define OWN_PAGES 64

static unsigned long calls = 1000000;
module_param(calls, ulong, 0444);
static unsigned long seed = 1;
module_param(seed, ulong, 0444);

/* Pages that the fuzzer writes messages to; pages that it never touches, and so can lend. */
static u64 own[OWN_PAGES], lendable[OWN_PAGES], foreign[8];
static unsigned int foreigners;

struct fuzzer {
	struct rnd_state rnd;
	struct completion done;
	unsigned long calls, odd, ok, rejected;
	s64 odd_status;
	u64 odd_function;
	u64 *list; /* of its own */
	u64 list_pa;
};

static u32 pick(struct fuzzer *f, u32 n)
{
	return prandom_u32_state(&f->rnd) % n;
}

static u64 wide(struct fuzzer *f)
{
	return (u64)prandom_u32_state(&f->rnd) << 32 | prandom_u32_state(&f->rnd);
}

static u64 own_page(struct fuzzer *f)
{
	return own[pick(f, OWN_PAGES)];
}

/* Never RAM of Linux's but our own. */
static u64 address(struct fuzzer *f)
{
	switch (pick(f, 8)) {
	case 0:
		return foreign[pick(f, foreigners)] + pick(f, 512) * 8;
	case 1:
		return ~0ull << pick(f, 64);
	case 2:
		return wide(f) | 1ull << 45;
	case 3:
		return own_page(f) + pick(f, PAGE_SIZE);
	default:
		return own_page(f);
	}
}

static u64 number(struct fuzzer *f)
{
	switch (pick(f, 6)) {
	case 0:
		return 0;
	case 1:
		return pick(f, 16);
	case 2:
		return pick(f, 2048);
	case 3:
		return 1ull << pick(f, 64);
	case 4:
		return ~0ull - pick(f, 8);
	default:
		return wide(f);
	}
}

static void fill_list(struct fuzzer *f, bool keeps)
{
	unsigned int i, n = pick(f, 16) ? 1 + pick(f, 8) : MERLON_MEM_LIST_MAX;

	for (i = 0; i < n; i++) {
		if (!pick(f, 16))
			f->list[i] = foreign[pick(f, foreigners)] + (pick(f, 8) ? 0 : 8);
		else if (keeps && pick(f, 2))
			f->list[i] = own_page(f);
		else
			f->list[i] = lendable[pick(f, OWN_PAGES)];
	}
}

static u64 list_address(struct fuzzer *f)
{
	return pick(f, 8) ? f->list_pa : address(f);
}

/* What lies behind the end of a list are old entries, of which some may not be lent. */
static u64 list_count(struct fuzzer *f)
{
	return pick(f, 4) ? 1 : pick(f, 2) ? 0 : MERLON_MEM_LIST_MAX + 1 + number(f) % 4096;
}

/* A call of the TEE: messages lie in our pages, or where no message can lie. */
static void tee_call(struct fuzzer *f, struct tee_regs *r)
{
	/* Other CPUs write there too: the TEE reads what changes. */
	u64 *message = phys_to_virt(own_page(f));

	message[pick(f, 32)] = pick(f, 4) ? pick(f, 8) : number(f);
	r->rdi = pick(f, 16) ? pick(f, 8) : number(f);
	if (r->rdi == TEE_OP_CALL || r->rdi == TEE_OP_MEM_RELEASE)
		r->rsi = address(f);
	if (r->rdi == TEE_OP_ATTACH && pick(f, 2))
		r->rsi = MERLON_ABI_VERSION;
	if (pick(f, 2)) {
		r->rdx = ATTACK_PAGE_USED;
		r->rcx = ATTACK_RPC_OFFSET;
	}
}

static void memory_call(struct fuzzer *f, struct tee_regs *r)
{
	bool keeps = pick(f, 2); /* Linux its rights */

	fill_list(f, keeps);
	r->rdi = list_address(f);
	r->rsi = list_count(f);
	if (!pick(f, 8))
		r->rdx = number(f) & ~3ull;
	else if (keeps)
		r->rdx = MERLON_MEM_SHARED;
	else
		r->rdx = MERLON_MEM_LENT + pick(f, 2);
}

static u64 next_call(struct fuzzer *f, struct tee_regs *r)
{
	static const u64 functions[] = {
		MERLON_HC_INFO,	       MERLON_HC_LOG,	       MERLON_HC_STAT,
		MERLON_HC_TEE_CALL,    MERLON_HC_TEE_CALL,     MERLON_HC_MEM_SHARE,
		MERLON_HC_MEM_SHARE,   MERLON_HC_MEM_SHARE,    MERLON_HC_MEM_RECLAIM,
		MERLON_HC_MEM_RECLAIM, MERLON_HC_TEE_RETURN,   MERLON_HC_TEE_PANIC,
		MERLON_HC_TEE_KICK,    MERLON_HC_MEM_RETRIEVE, MERLON_HC_MEM_RELINQUISH,
	};
	u64 function = functions[pick(f, ARRAY_SIZE(functions))];

	*r = (struct tee_regs){number(f), number(f), number(f), number(f), number(f), number(f)};
	if (!pick(f, 16))
		return number(f) | 1ull << 40;
	if (function == MERLON_HC_TEE_CALL)
		tee_call(f, r);
	else if (function >= MERLON_HC_MEM_SHARE && function != MERLON_HC_TEE_RETURN &&
		 function != MERLON_HC_TEE_PANIC && function != MERLON_HC_TEE_KICK)
		memory_call(f, r);
	return function;
}

static bool known(s64 status)
{
	return status == MERLON_HC_OK || status == MERLON_HC_EINVAL || status == MERLON_HC_EPERM ||
	       status == MERLON_HC_EBUSY || status == MERLON_HC_ENOMEM;
}

static int fuzz(void *data)
{
	struct fuzzer *f = data;
	struct tee_regs r;
	unsigned long i;

	for (i = 0; i < f->calls; i++) {
		u64 function = next_call(f, &r);
		s64 status = attack_hypercall(function, &r);

		f->ok += status == MERLON_HC_OK;
		f->rejected += status < 0;
		if (!known(status) && !f->odd++) {
			f->odd_status = status;
			f->odd_function = function;
		}
		if (i % 64 == 0)
			cond_resched();
	}
	complete(&f->done);
	return 0;
}

static int run(struct fuzzer *f, unsigned int n)
{
	unsigned int cpu = 0, i;

	for (i = 0; i < n; i++) {
		struct task_struct *t = kthread_create(fuzz, &f[i], "attack-fuzz/%u", i);

		if (IS_ERR(t))
			return PTR_ERR(t);
		cpu = i ? cpumask_next(cpu, cpu_online_mask) : cpumask_first(cpu_online_mask);
		kthread_bind(t, cpu);
		wake_up_process(t);
	}
	for (i = 0; i < n; i++)
		while (!wait_for_completion_timeout(&f[i].done, 20 * HZ))
			pr_info("attack_fuzz: going on\n");
	return 0;
}

static void report(struct fuzzer *f, unsigned int n)
{
	unsigned long total = 0, ok = 0, rejected = 0;
	unsigned int i, odd = 0;

	for (i = 0; i < n; i++) {
		total += f[i].calls;
		ok += f[i].ok;
		rejected += f[i].rejected;
		odd += !!f[i].odd;
		if (f[i].odd)
			pr_err("attack_fuzz: function %llx answered %lld\n", f[i].odd_function,
			       f[i].odd_status);
	}
	pr_info("attack_fuzz: %lu calls, %lu done, %lu refused\n", total, ok, rejected);
	attack_check("calls_come_back", total >= calls, "%lu of %lu", total, calls);
	attack_check("with_known_answers", !odd, "not so on %u CPUs", odd);
	attack_check("some_are_done", ok > total / 20, "%lu of %lu", ok, total);
	attack_check("some_are_refused", rejected > total / 20, "%lu of %lu", rejected, total);
}

/* DETACH makes the TEE give back what it has; then all can be reclaimed. */
static void take_back(void)
{
	struct tee_regs all = {.rdi = MERLON_MEM_ALL};
	struct tee_regs detach;
	unsigned int i;
	s64 status;

	for (i = 0; i < 1000; i++) {
		detach = (struct tee_regs){.rdi = TEE_OP_DETACH};
		status = attack_hypercall(MERLON_HC_TEE_CALL, &detach);
		if (status != MERLON_HC_OK || detach.rdi != TEE_EBUSY)
			break;
		schedule_timeout_uninterruptible(1);
	}
	attack_check("detach", !status && !detach.rdi, "%lld, %lld", status, (s64)detach.rdi);
	status = attack_hypercall(MERLON_HC_MEM_RECLAIM, &all);
	attack_check("nothing_stays_shared", status == MERLON_HC_EINVAL || (!status && !all.rsi),
		     "%lld, %llu pages", status, all.rsi);
}

static int prepare(struct fuzzer *f, unsigned int n)
{
	struct attack_range range;
	unsigned int i;

	for (i = 0; i < OWN_PAGES; i++) {
		own[i] = virt_to_phys((void *)get_zeroed_page(GFP_KERNEL | __GFP_NOFAIL));
		lendable[i] = virt_to_phys((void *)get_zeroed_page(GFP_KERNEL | __GFP_NOFAIL));
	}
	if (attack_find_range(&range))
		return -ENXIO;
	foreign[foreigners++] = range.base;
	foreign[foreigners++] = range.base + SZ_1M;
	foreign[foreigners++] = range.base + range.size - PAGE_SIZE;
	foreign[foreigners++] = 0xfee00000;
	foreign[foreigners++] = 0xfec00000;
	foreign[foreigners++] = 1ull << 45;
	foreign[foreigners++] = ~0ull << PAGE_SHIFT;
	for (i = 0; i < n; i++) {
		prandom_seed_state(&f[i].rnd, seed + i);
		init_completion(&f[i].done);
		f[i].calls = calls / n + 1;
		f[i].list = (u64 *)get_zeroed_page(GFP_KERNEL | __GFP_NOFAIL);
		f[i].list_pa = virt_to_phys(f[i].list);
	}
	return 0;
}

static int __init fuzz_init(void)
{
	unsigned int n = num_online_cpus(), i;
	struct fuzzer *f = kcalloc(n, sizeof(*f), GFP_KERNEL);
	int rc = attack_probe();

	if (!f || rc)
		return f ? rc : -ENOMEM;
	rc = prepare(f, n);
	if (!rc)
		rc = run(f, n);
	if (rc)
		return rc; /* a module that did not load is a failure of the suite */
	report(f, n);
	take_back();
	attack_summary(KBUILD_MODNAME);
	for (i = 0; i < n; i++)
		free_page((unsigned long)f[i].list);
	for (i = 0; i < OWN_PAGES; i++) {
		free_page((unsigned long)phys_to_virt(own[i]));
		free_page((unsigned long)phys_to_virt(lendable[i]));
	}
	kfree(f);
	return 0;
}

static void __exit fuzz_exit(void)
{
}

module_init(fuzz_init);
module_exit(fuzz_exit);
MODULE_DESCRIPTION("Merlon test: random hypercalls");
MODULE_LICENSE("GPL");
