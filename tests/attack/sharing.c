// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sharing in seat `vm` as a hostile Linux would do it: pages that are not its own, lists that are none,
 * pages taken back while the TEE uses them, and races of all kinds. With the guard off Linux goes on to
 * reach what it has lent, and the cases say FAIL with LEAK in the reason.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "hypercall.h"

#define COOKIE	0x51a9e
#define PATTERN 0x7061747465726e21ull
#define ROUNDS	2000

static u64 *list; /* never shared: only the monitor reads it */
static u64 list_pa;

static s64 memory(u64 function, u64 n, u64 mode)
{
	struct tee_regs regs = {.rdi = list_pa, .rsi = n, .rdx = mode};

	return attack_hypercall(function, &regs);
}

static s64 one(u64 function, u64 page, u64 mode)
{
	list[0] = page;
	return memory(function, 1, mode);
}

#define offer(page, mode) one(MERLON_HC_MEM_SHARE, page, mode)
#define reclaim(page)	  one(MERLON_HC_MEM_RECLAIM, page, 0)

/* Asks the TEE for a page, named in a list of its own. RDI of the answer. */
static u64 release(u64 page)
{
	unsigned long names = attack_shared_page();
	struct tee_regs regs = {.rdi = TEE_OP_MEM_RELEASE, .rdx = 1};
	s64 status;

	if (!names)
		return -ENOMEM;
	*(u64 *)names = page;
	regs.rsi = virt_to_phys((void *)names);
	status = attack_hypercall(MERLON_HC_TEE_CALL, &regs);
	attack_unshare_page(names);
	return status ? (u64)status : regs.rdi;
}

#define expect(name, got, want)                                                          \
	do {                                                                             \
		s64 got_ = (got);                                                        \
		attack_check(name, got_ == (want), "%lld, not %lld", got_, (s64)(want)); \
	} while (0)

/* --- Lists and pages --- */

static void attack_pages(u64 own)
{
	struct attack_range range;
	u64 foreign[6];
	unsigned int n = 0, i, bad = 0;

	if (attack_find_range(&range))
		return;
	foreign[n++] = range.base;
	foreign[n++] = range.base + range.size - PAGE_SIZE;
	foreign[n++] = 0xfee00000;
	foreign[n++] = own + 8;
	foreign[n++] = 1ull << 45;
	foreign[n++] = ~0ull << PAGE_SHIFT;
	for (i = 0; i < n; i++) {
		list[0] = own;
		list[1] = foreign[i];
		bad += memory(MERLON_HC_MEM_SHARE, 2, MERLON_MEM_SHARED) != MERLON_HC_EINVAL;
		/* Nothing of a refused list was done. */
		bad += reclaim(own) != MERLON_HC_EINVAL;
	}
	attack_check("pages_of_others", !bad, "%u of %u", bad, 2 * n);
	list[0] = list[1] = own;
	expect("page_twice", memory(MERLON_HC_MEM_SHARE, 2, MERLON_MEM_SHARED), MERLON_HC_EBUSY);
	expect("not_offered", reclaim(own), MERLON_HC_EINVAL);
	expect("mode_unknown", offer(own, 4), MERLON_HC_EINVAL);
	expect("mode_none", offer(own, 0), MERLON_HC_EINVAL);
	expect("list_empty", memory(MERLON_HC_MEM_SHARE, 0, 1), MERLON_HC_EINVAL);
	expect("list_long", memory(MERLON_HC_MEM_SHARE, MERLON_MEM_LIST_MAX + 1, 1),
	       MERLON_HC_EINVAL);
	expect("retrieve_from_ree", memory(MERLON_HC_MEM_RETRIEVE, 1, 0), MERLON_HC_EPERM);
	expect("relinquish_from_ree", memory(MERLON_HC_MEM_RELINQUISH, 1, 0), MERLON_HC_EPERM);
}

static void attack_list_places(void)
{
	static const u64 wild[] = {0xfee00000, 1ull << 45, ~0ull << PAGE_SHIFT};
	struct attack_range range;
	unsigned int i, bad = 0;
	struct tee_regs regs;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		regs = (struct tee_regs){.rdi = wild[i], .rsi = 1, .rdx = 1};
		bad += attack_hypercall(MERLON_HC_MEM_SHARE, &regs) != MERLON_HC_EINVAL;
	}
	if (!attack_find_range(&range)) {
		regs = (struct tee_regs){.rdi = range.base, .rsi = 1, .rdx = 1};
		bad += attack_hypercall(MERLON_HC_MEM_SHARE, &regs) != MERLON_HC_EINVAL;
	}
	regs = (struct tee_regs){.rdi = list_pa + 8, .rsi = 1, .rdx = 1};
	bad += attack_hypercall(MERLON_HC_MEM_SHARE, &regs) != MERLON_HC_EINVAL;
	attack_check("lists_elsewhere", !bad, "%u were read", bad);
}

/* Offers page after page, whoever uses it, until the monitor says that it is enough. */
static void attack_bound(void)
{
	const u64 end = (u64)totalram_pages() * 2;
	unsigned long *ours = vzalloc(end / 8 + 8);
	u64 pfn, pages = 0;
	s64 status = 0;

	if (!ours)
		return;
	for (pfn = 0x1000; pfn < end && status != MERLON_HC_ENOMEM; pfn++) {
		status = offer(pfn << PAGE_SHIFT, MERLON_MEM_SHARED);
		if (!status && ++pages)
			set_bit(pfn, ours);
	}
	attack_check("offers_are_bounded", status == MERLON_HC_ENOMEM, "%llu pages, last %lld",
		     pages, status);
	for_each_set_bit(pfn, ours, end) pages -= !reclaim(pfn << PAGE_SHIFT);
	attack_check("and_come_back", !pages, "%llu did not", pages);
	vfree(ours);
}

/* --- What the TEE sees, and keeps --- */

static void attack_unshared(struct attack_page *p)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	struct tee_regs regs = {
		.rdi = TEE_OP_CALL,
		.rsi = page ? virt_to_phys((void *)page) : 0,
		.rdx = ATTACK_PAGE_USED,
		.rcx = ATTACK_RPC_OFFSET,
	};
	struct optee_msg_arg *arg;
	s64 status;

	if (!page)
		return;
	status = attack_hypercall(MERLON_HC_TEE_CALL, &regs);
	attack_check("message_not_shared", !status && regs.rdi == TEE_EADDR, "%lld, %lld", status,
		     (s64)regs.rdi);
	arg = hc_message(p, OPTEE_MSG_CMD_REGISTER_SHM, 1);
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	arg->params[0].u.tmem.buf_ptr = virt_to_phys((void *)page);
	arg->params[0].u.tmem.size = 64;
	arg->params[0].u.tmem.shm_ref = COOKIE;
	hc_expect_refused("list_not_shared", p);
	free_page(page);
}

static void registration(struct attack_page *p, u64 names, u64 page)
{
	struct optee_msg_page_list *pages = phys_to_virt(names);
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_REGISTER_SHM, 1);

	pages->pages[0] = page;
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	arg->params[0].u.tmem.buf_ptr = names;
	arg->params[0].u.tmem.size = PAGE_SIZE;
	arg->params[0].u.tmem.shm_ref = COOKIE;
}

static void unregistration(struct attack_page *p)
{
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);

	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	arg->params[0].u.rmem.shm_ref = COOKIE;
}

/* What is registered cannot be taken back; the message's own page neither, while its call lasts. */
static void attack_in_use(struct attack_page *p, u64 names, u64 page)
{
	struct optee_msg_arg *arg;
	u64 ret;

	expect("share", offer(page, MERLON_MEM_SHARED), MERLON_HC_OK);
	expect("share_again", offer(page, MERLON_MEM_SHARED), MERLON_HC_EBUSY);
	registration(p, names, page);
	hc_expect("register", p, 0);
	expect("release_registered", release(page), (s64)TEE_EBUSY);
	expect("reclaim_registered", reclaim(page), MERLON_HC_EBUSY);
	unregistration(p);
	hc_expect("unregister", p, 0);
	expect("reclaim_unreleased", reclaim(page), MERLON_HC_EBUSY);
	expect("release", release(page), 0);
	expect("reclaim", reclaim(page), MERLON_HC_OK);

	arg = hc_message(p, OPTEE_MSG_CMD_OPEN_SESSION, 2);
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	arg->params[0].u.value.a = 0x1234; /* of no TA: the loader asks for its image */
	arg->params[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	ret = attack_call(p);
	attack_check("call_waits", ret == TEE_RET_RPC, "answer %lld", (s64)ret);
	expect("release_message", release(p->pa), (s64)TEE_EBUSY);
	expect("reclaim_message", reclaim(p->pa), MERLON_HC_EBUSY);
	while (ret == TEE_RET_RPC) {
		p->rpc->ret = TEEC_ERROR_COMMUNICATION;
		ret = attack_resume(p, 0);
	}
	attack_check("call_ends", ret == TEE_RET_DONE, "answer %lld", (s64)ret);
}

/* --- Lending --- */

static void attack_lent(struct attack_page *p, u64 names, u64 page)
{
	u64 *va = phys_to_virt(page), value;

	*va = PATTERN;
	expect("lend", offer(page, MERLON_MEM_LENT), MERLON_HC_OK);
	attack_check("lent_is_out_of_reach", !attack_load(va, &value), "LEAK: read %llx", value);
	registration(p, names, page);
	hc_expect("register_lent", p, 0);
	attack_check("retrieved_is_out_of_reach", !attack_load(va, &value), "LEAK: read %llx",
		     value);
	unregistration(p);
	hc_expect("unregister_lent", p, 0);
	expect("release_lent", release(page), 0);
	attack_check("still_lent", !attack_load(va, &value), "LEAK: read %llx", value);
	expect("reclaim_lent", reclaim(page), MERLON_HC_OK);
	attack_check("lent_comes_back_wiped", attack_load(va, &value) && !value, "it holds %llx",
		     value);

	*va = PATTERN;
	expect("donate", offer(page, MERLON_MEM_DONATED), MERLON_HC_OK);
	registration(p, names, page);
	hc_expect("register_donated", p, 0);
	expect("reclaim_donated", reclaim(page), MERLON_HC_EPERM);
	attack_check("donated_is_out_of_reach", !attack_load(va, &value), "LEAK: read %llx", value);
	unregistration(p);
	hc_expect("unregister_donated", p, 0);
	expect("release_donated", release(page), 0);
	attack_check("donated_comes_back_wiped", attack_load(va, &value) && !value, "it holds %llx",
		     value);
}

/* --- Races --- */

struct race {
	u64 page;
	u64 *va;
	u32 lent; /* odd: the page is lent, and was before this was written */
	unsigned long reads, leaks;
};

/* Reads the page all the time: a read that begins after it was lent must not succeed. */
static int reader(void *data)
{
	struct race *r = data;
	u32 before;
	u64 value;

	while (!kthread_should_stop()) {
		before = smp_load_acquire(&r->lent);
		if (attack_load(r->va, &value)) {
			r->reads++;
			r->leaks += (before & 1) && smp_load_acquire(&r->lent) == before;
		}
		cond_resched();
	}
	return 0;
}

static void attack_tlb_race(u64 page)
{
	struct race r = {.page = page, .va = phys_to_virt(page)};
	struct task_struct *t = kthread_run(reader, &r, "attack-reader");
	unsigned int i, bad = 0;

	if (IS_ERR(t))
		return;
	for (i = 0; i < ROUNDS; i++) {
		bad += offer(page, MERLON_MEM_LENT) != MERLON_HC_OK;
		smp_store_release(&r.lent, r.lent + 1);
		udelay(20);
		smp_store_release(&r.lent, r.lent + 1);
		bad += reclaim(page) != MERLON_HC_OK;
		cond_resched();
	}
	kthread_stop(t);
	attack_check("lend_races_read", !r.leaks, "LEAK: %lu of %lu reads", r.leaks, r.reads);
	attack_check("lend_and_reclaim", !bad, "%u failed", bad);
}

/* Shares and takes back the page that the other side's message is in. */
static int flipper(void *data)
{
	struct race *r = data;
	unsigned long list_page = get_zeroed_page(GFP_KERNEL);
	u64 *own = (u64 *)list_page;
	struct tee_regs regs;

	while (own && !kthread_should_stop()) {
		own[0] = r->page;
		regs = (struct tee_regs){.rdi = virt_to_phys(own), .rsi = 1, .rdx = 1};
		attack_hypercall(MERLON_HC_MEM_SHARE, &regs);
		regs = (struct tee_regs){.rdi = virt_to_phys(own), .rsi = 1};
		attack_hypercall(MERLON_HC_MEM_RECLAIM, &regs);
		release(r->page);
		cond_resched();
	}
	while (own && !kthread_should_stop())
		cond_resched();
	free_page(list_page);
	return 0;
}

static void attack_message_race(u64 page)
{
	struct race r = {.page = page};
	struct task_struct *t = kthread_run(flipper, &r, "attack-flipper");
	struct tee_regs regs;
	unsigned int i, bad = 0, done = 0;
	s64 status;

	if (IS_ERR(t))
		return;
	for (i = 0; i < ROUNDS; i++) {
		/* On one CPU the other side never stops while the page is shared. */
		if (i % 4 == 0)
			offer(page, MERLON_MEM_SHARED);
		regs = (struct tee_regs){
			.rdi = TEE_OP_CALL,
			.rsi = page,
			.rdx = ATTACK_PAGE_USED,
			.rcx = ATTACK_RPC_OFFSET,
		};
		status = attack_hypercall(MERLON_HC_TEE_CALL, &regs);
		/* The message is empty: an OPEN_SESSION that is refused, or not even read. */
		done += !status && regs.rdi == TEE_RET_DONE;
		bad += status || (regs.rdi != TEE_RET_DONE && regs.rdi != TEE_EADDR);
		cond_resched();
	}
	kthread_stop(t);
	attack_check("message_races_sharing", !bad, "%u of %u calls ended oddly", bad, ROUNDS);
	attack_check("some_calls_were_read", done, "none");
	release(page);
	reclaim(page);
}

static void attack_all(struct attack_page *p, u64 names, u64 page)
{
	struct attack_gauges before;

	attack_normal_invoke("hello_works");
	attack_gauges_read(&before);
	attack_pages(page);
	attack_list_places();
	attack_unshared(p);
	attack_in_use(p, names, page);
	attack_lent(p, names, page);
	attack_tlb_race(page);
	attack_message_race(page);
	attack_bound();
	attack_gauges_check("nothing_left_behind", &before);
	attack_normal_invoke("tee_works_after");
}

static int __init sharing_init(void)
{
	unsigned long names, page;
	struct attack_page p;
	int rc = attack_probe();

	if (rc)
		return rc;
	rc = attack_page_init(&p);
	if (rc)
		return rc;
	names = attack_shared_page();
	page = get_zeroed_page(GFP_KERNEL);
	list = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (names && page && list) {
		list_pa = virt_to_phys(list);
		attack_all(&p, virt_to_phys((void *)names), virt_to_phys((void *)page));
	}
	attack_summary(KBUILD_MODNAME);
	free_page((unsigned long)list);
	free_page(page);
	attack_unshare_page(names);
	attack_page_free(&p);
	return 0;
}

static void __exit sharing_exit(void)
{
}

module_init(sharing_init);
module_exit(sharing_exit);
MODULE_DESCRIPTION("Merlon test: hostile sharing of memory");
MODULE_LICENSE("GPL");
