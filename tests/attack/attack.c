// SPDX-License-Identifier: GPL-2.0-only
/* What the attack modules share: see attack.h. */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/tee_drv.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/processor.h>
#include "attack.h"

static unsigned int passed, failed;

void attack_result(const char *module, const char *name, const char *why)
{
	if (why) {
		failed++;
		pr_err("%s: FAIL %s: %s\n", module, name, why);
	} else {
		passed++;
		pr_info("%s: PASS %s\n", module, name);
	}
}
EXPORT_SYMBOL_GPL(attack_result);

void attack_summary(const char *module)
{
	pr_info("%s: %u passed, %u failed\n", module, passed, failed);
	passed = 0;
	failed = 0;
}
EXPORT_SYMBOL_GPL(attack_summary);

s64 attack_hypercall(u64 function, struct tee_regs *regs)
{
	register u64 r8 asm("r8") = regs->r8;
	register u64 r9 asm("r9") = regs->r9;
	u64 status = function;

	asm volatile(ALTERNATIVE("vmcall", "vmmcall", X86_FEATURE_VMMCALL)
		     : "+a"(status), "+D"(regs->rdi), "+S"(regs->rsi), "+d"(regs->rdx),
		       "+c"(regs->rcx), "+r"(r8), "+r"(r9)
		     :
		     : "memory", "cc");
	regs->r8 = r8;
	regs->r9 = r9;
	return status;
}
EXPORT_SYMBOL_GPL(attack_hypercall);

int attack_probe(void)
{
	u32 eax, ebx, ecx, edx;

	cpuid(MERLON_CPUID_LEAF, &eax, &ebx, &ecx, &edx);
	if (ebx != MERLON_CPUID_EBX || ecx != MERLON_CPUID_ECX || edx != MERLON_CPUID_EDX)
		return -ENODEV;
	return 0;
}
EXPORT_SYMBOL_GPL(attack_probe);

/* --- Memory --- */

bool attack_ring(unsigned int which, struct attack_range *ring)
{
	struct tee_regs regs = {.rdi = which};

	if (attack_hypercall(MERLON_HC_LOG, &regs) != MERLON_HC_OK)
		return false;
	ring->base = regs.rdi;
	ring->size = regs.rsi;
	return true;
}
EXPORT_SYMBOL_GPL(attack_ring);

int attack_find_range(struct attack_range *range)
{
	struct attack_range first, last;
	const struct resource *r;
	u64 end;

	if (!attack_ring(MERLON_LOG_MONITOR, &first) || !attack_ring(MERLON_LOG_TEE, &last))
		return -ENODEV;
	/* Only at the time of a test: nobody changes the list. */
	for (r = iomem_resource.child; r; r = r->sibling)
		if (r->start <= first.base && first.base <= r->end)
			break;
	if (!r || !strcmp(r->name, "System RAM"))
		return -ENXIO;
	/* The firmware's own reserved memory may follow without a gap. */
	end = ALIGN(max(first.base + first.size, last.base + last.size), SZ_2M);
	range->base = r->start;
	range->size = min_t(u64, r->end + 1, end) - r->start;
	return 0;
}
EXPORT_SYMBOL_GPL(attack_find_range);

int attack_find_closed(struct attack_range *range)
{
	struct attack_range ring;
	unsigned int i;
	int rc = attack_find_range(range);

	for (i = 0; !rc && i < MERLON_LOG_COUNT; i++)
		if (attack_ring(i, &ring) && ring.base >= range->base &&
		    ring.base < range->base + range->size)
			range->size = ring.base - range->base;
	return rc;
}
EXPORT_SYMBOL_GPL(attack_find_closed);

bool attack_load(const u64 *at, u64 *value)
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
EXPORT_SYMBOL_GPL(attack_load);

bool attack_store(u64 *at, u64 value)
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
EXPORT_SYMBOL_GPL(attack_store);

/* --- Messages --- */

static bool sharing_seat(void)
{
	struct tee_regs regs = {};

	return attack_hypercall(MERLON_HC_INFO, &regs) == MERLON_HC_OK &&
	       !(regs.rsi & MERLON_FEAT_REE_MAPPED);
}

unsigned long attack_shared_page(void)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	struct tee_regs regs = {.rsi = 1, .rdx = MERLON_MEM_SHARED};

	if (!page || !sharing_seat())
		return page;
	/* The page is the list of itself. */
	regs.rdi = virt_to_phys((void *)page);
	*(u64 *)page = regs.rdi;
	if (attack_hypercall(MERLON_HC_MEM_SHARE, &regs) != MERLON_HC_OK) {
		free_page(page);
		return 0;
	}
	*(u64 *)page = 0;
	return page;
}
EXPORT_SYMBOL_GPL(attack_shared_page);

void attack_unshare_page(unsigned long page)
{
	const u64 pa = page ? virt_to_phys((void *)page) : 0;
	struct tee_regs release = {.rdi = TEE_OP_MEM_RELEASE, .rsi = pa, .rdx = 1};
	struct tee_regs reclaim = {.rdi = pa, .rsi = 1};

	if (page && sharing_seat()) {
		*(u64 *)page = pa;
		attack_hypercall(MERLON_HC_TEE_CALL, &release);
		if (attack_hypercall(MERLON_HC_MEM_RECLAIM, &reclaim) != MERLON_HC_OK) {
			pr_err("page %llx stays shared\n", pa);
			return;
		}
	}
	free_page(page);
}
EXPORT_SYMBOL_GPL(attack_unshare_page);

int attack_page_init(struct attack_page *p)
{
	unsigned long page = attack_shared_page();

	if (!page)
		return -ENOMEM;
	p->arg = (void *)page;
	p->rpc = (void *)(page + ATTACK_RPC_OFFSET);
	p->pa = virt_to_phys(p->arg);
	return 0;
}
EXPORT_SYMBOL_GPL(attack_page_init);

void attack_page_free(struct attack_page *p)
{
	attack_unshare_page((unsigned long)p->arg);
}
EXPORT_SYMBOL_GPL(attack_page_free);

static u64 run_on(struct attack_page *p)
{
	for (;;) {
		p->status = attack_hypercall(MERLON_HC_TEE_CALL, &p->regs);
		if (p->status != MERLON_HC_OK || p->regs.rdi != TEE_RET_PREEMPTED)
			return p->status == MERLON_HC_OK ? p->regs.rdi : (u64)p->status;
		cond_resched();
		p->regs = (struct tee_regs){.rdi = TEE_OP_RESUME, .rsi = p->regs.rsi};
	}
}

u64 attack_call(struct attack_page *p)
{
	p->regs = (struct tee_regs){
		.rdi = TEE_OP_CALL,
		.rsi = p->pa,
		.rdx = ATTACK_PAGE_USED,
		.rcx = ATTACK_RPC_OFFSET,
	};
	return run_on(p);
}
EXPORT_SYMBOL_GPL(attack_call);

u64 attack_resume(struct attack_page *p, u64 flags)
{
	p->regs = (struct tee_regs){.rdi = TEE_OP_RESUME, .rsi = p->regs.rsi, .rdx = flags};
	return run_on(p);
}
EXPORT_SYMBOL_GPL(attack_resume);

u64 attack_call_through(struct attack_page *p, u32 rpc_ret)
{
	u64 ret = attack_call(p);

	while (ret == TEE_RET_RPC) {
		p->rpc->ret = rpc_ret;
		ret = attack_resume(p, 0);
	}
	return ret;
}
EXPORT_SYMBOL_GPL(attack_call_through);

/* --- Gauges --- */

static const char *const gauge_names[] = TEE_STAT_NAMES;
/* What grows with use and is no leak. */
static const u32 counters = BIT(TEE_STAT_CALLS) | BIT(TEE_STAT_RPCS) | BIT(TEE_STAT_PREEMPTS) |
			    BIT(TEE_STAT_PANICS) | BIT(TEE_STAT_REFUSED) | BIT(TEE_STAT_WAKES) |
			    BIT(TEE_STAT_SHARE_INDEX) | BIT(TEE_STAT_TIMERS) | BIT(TEE_STAT_KICKS);

void attack_gauges_read(struct attack_gauges *g)
{
	unsigned int i;

	for (i = 0; i < TEE_STAT_COUNT; i++) {
		struct tee_regs regs = {.rdi = TEE_OP_STAT, .rsi = i};

		g->value[i] = ~0ull;
		if (attack_hypercall(MERLON_HC_TEE_CALL, &regs) == MERLON_HC_OK && !regs.rdi)
			g->value[i] = regs.rsi;
	}
}
EXPORT_SYMBOL_GPL(attack_gauges_read);

const char *attack_gauges_differ(const struct attack_gauges *before)
{
	struct attack_gauges after;
	unsigned int i;

	attack_gauges_read(&after);
	for (i = 0; i < TEE_STAT_COUNT; i++) {
		if ((counters & BIT(i)) || after.value[i] == before->value[i])
			continue;
		pr_err("gauge %s was %llu and is %llu\n", gauge_names[i], before->value[i],
		       after.value[i]);
		return gauge_names[i];
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(attack_gauges_differ);

/* --- A client like any other --- */

static int any_optee(struct tee_ioctl_version_data *v, const void *data)
{
	return v->impl_id == TEE_IMPL_ID_OPTEE;
}

u32 attack_session_open(struct attack_session *s, const uuid_t *ta)
{
	struct tee_ioctl_open_session_arg open = {.clnt_login = TEE_IOCTL_LOGIN_PUBLIC};
	int rc;

	s->ctx = tee_client_open_context(NULL, any_optee, NULL, NULL);
	if (IS_ERR(s->ctx))
		return PTR_ERR(s->ctx);
	/* The supplicant may still be starting. */
	s->ctx->supp_nowait = false;
	export_uuid(open.uuid, ta);
	rc = tee_client_open_session(s->ctx, &open, NULL);
	if (rc < 0 || open.ret) {
		tee_client_close_context(s->ctx);
		return rc < 0 ? (u32)rc : open.ret;
	}
	s->session = open.session;
	return 0;
}
EXPORT_SYMBOL_GPL(attack_session_open);

u32 attack_hello_open(struct attack_session *h)
{
	static const uuid_t hello = UUID_INIT(0x8aaaf200, 0x2450, 0x11e4, 0xab, 0xe2, 0x00, 0x02,
					      0xa5, 0xd5, 0xc5, 0x1b);

	return attack_session_open(h, &hello);
}
EXPORT_SYMBOL_GPL(attack_hello_open);

u32 attack_hello_increment(const struct attack_session *h, u64 *value)
{
	struct tee_ioctl_invoke_arg invoke = {.session = h->session, .num_params = 1};
	struct tee_param param = {
		.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT,
		.u.value.a = *value,
	};
	int rc = tee_client_invoke_func(h->ctx, &invoke, &param);

	*value = param.u.value.a;
	return rc < 0 ? (u32)rc : invoke.ret;
}
EXPORT_SYMBOL_GPL(attack_hello_increment);

void attack_session_close(struct attack_session *h)
{
	tee_client_close_session(h->ctx, h->session);
	tee_client_close_context(h->ctx);
}
EXPORT_SYMBOL_GPL(attack_session_close);

u32 attack_hello(void)
{
	struct attack_session h;
	u64 value = 41;
	u32 ret = attack_hello_open(&h);

	if (ret)
		return ret;
	ret = attack_hello_increment(&h, &value);
	attack_session_close(&h);
	return ret ? ret : value != 42;
}
EXPORT_SYMBOL_GPL(attack_hello);

MODULE_DESCRIPTION("Merlon test: what the attack modules share");
MODULE_LICENSE("GPL");
