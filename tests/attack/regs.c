// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register hygiene: every register that Linux owns is filled with a pattern, the TEE is called,
 * and all must hold what they held. What is unchanged also carries nothing out of the TEE.
 * A TA has run on this CPU before, so that there are values of the TEE's to be seen.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/msr.h>
#include <asm/special_insns.h>
#include "attack.h"

/* --- Vector and x87 state, as XSAVE sees it --- */

#define XSAVE_BYTES  8192
#define XSAVE_LEGACY 512
#define XSAVE_HEADER 64

struct xstate {
	u8 bytes[XSAVE_BYTES] __aligned(64);
};

static u64 xstate_mask(void)
{
	u32 lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (u64)hi << 32 | lo;
}

static void xstate_store(struct xstate *x, u64 mask)
{
	memset(x, 0, sizeof(*x));
	asm volatile("xsave64 (%0)"
		     :
		     : "r"(x->bytes), "a"((u32)mask), "d"((u32)(mask >> 32))
		     : "memory");
}

static void xstate_load(const struct xstate *x, u64 mask)
{
	asm volatile("xrstor64 (%0)"
		     :
		     : "r"(x->bytes), "a"((u32)mask), "d"((u32)(mask >> 32))
		     : "memory");
}

/* The pattern in every register of the components in @mask. */
static void xstate_pattern(struct xstate *x, u64 mask)
{
	unsigned int i;

	xstate_store(x, mask);
	/* ST0-7 (10 bytes each in 16) and XMM0-15 of the legacy area */
	for (i = 32; i < 32 + 8 * 16; i++)
		x->bytes[i] = i % 16 < 10 ? 0x50 + i % 16 : 0;
	for (i = 160; i < 160 + 16 * 16; i++)
		x->bytes[i] = 0xa0 ^ i;
	if (mask & BIT(2)) { /* the upper halves of YMM0-15 */
		u32 size, offset, ecx, edx;

		cpuid_count(0xd, 2, &size, &offset, &ecx, &edx);
		for (i = 0; i < size; i++)
			x->bytes[offset + i] = 0x5a ^ i;
	}
	/* All components hold something that is not their initial state. */
	*(u64 *)&x->bytes[XSAVE_LEGACY] = mask & 7;
}

/* --- Everything else that the next world could inherit --- */

static const u32 msrs[] = {
	MSR_EFER,
	MSR_STAR,
	MSR_LSTAR,
	MSR_CSTAR,
	MSR_SYSCALL_MASK,
	MSR_FS_BASE,
	MSR_KERNEL_GS_BASE,
	MSR_IA32_SYSENTER_CS,
	MSR_IA32_SYSENTER_ESP,
	MSR_IA32_SYSENTER_EIP,
	MSR_IA32_CR_PAT,
	MSR_TSC_AUX,
};

struct sysregs {
	unsigned long cr0, cr3, cr4, xcr0;
	unsigned long dr[4], dr7;
	u64 msr[ARRAY_SIZE(msrs)];
	struct desc_ptr gdt, idt;
	u16 cs, ss, ds, es, fs, gs, tr, ldt;
};

static void get_drs(unsigned long *v)
{
	get_debugreg(v[0], 0);
	get_debugreg(v[1], 1);
	get_debugreg(v[2], 2);
	get_debugreg(v[3], 3);
}

static void set_drs(const unsigned long *v)
{
	set_debugreg(v[0], 0);
	set_debugreg(v[1], 1);
	set_debugreg(v[2], 2);
	set_debugreg(v[3], 3);
}

static u16 tr_selector(void)
{
	u16 tr;

	asm volatile("str %0" : "=m"(tr));
	return tr;
}

static void sysregs_read(struct sysregs *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->cr0 = read_cr0();
	s->cr3 = __read_cr3();
	s->cr4 = __read_cr4();
	s->xcr0 = xstate_mask();
	get_drs(s->dr);
	get_debugreg(s->dr7, 7);
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		if (rdmsrl_safe(msrs[i], &s->msr[i]))
			s->msr[i] = 0;
	native_store_gdt(&s->gdt);
	store_idt(&s->idt);
	savesegment(cs, s->cs);
	savesegment(ss, s->ss);
	savesegment(ds, s->ds);
	savesegment(es, s->es);
	savesegment(fs, s->fs);
	savesegment(gs, s->gs);
	s->tr = tr_selector();
	asm volatile("sldt %0" : "=m"(s->ldt));
}

/* --- The call --- */

/* TEE_CALL with patterns in the registers that it must not touch: true when all still hold. */
static bool call_with_gprs(struct tee_regs *regs, s64 *status)
{
	register u64 r8 asm("r8") = regs->r8;
	register u64 r9 asm("r9") = regs->r9;
	u64 rax = MERLON_HC_TEE_CALL;
	u64 changed[1];

	asm volatile(
		"pushq	%%rbx\n	pushq	%%rbp\n"
		"movq	$0x1111, %%rbx\n	movq	$0x2222, %%rbp\n"
		"movq	$0x3333, %%r10\n	movq	$0x4444, %%r11\n"
		"movq	$0x5555, %%r12\n	movq	$0x6666, %%r13\n"
		"movq	$0x7777, %%r14\n	movq	$0x8888, %%r15\n" //
		ALTERNATIVE(
			"vmcall", "vmmcall",
			X86_FEATURE_VMMCALL) "\n"
					     "xorq	$0x3333, %%r10\n	xorq	$0x4444, %%r11\n"
					     "xorq	$0x5555, %%r12\n	xorq	$0x6666, %%r13\n"
					     "xorq	$0x7777, %%r14\n	xorq	$0x8888, %%r15\n"
					     "xorq	$0x1111, %%rbx\n	xorq	$0x2222, %%rbp\n"
					     "orq	%%r11, %%r10\n	orq	%%r12, %%r10\n	orq	%%r13, %%r10\n"
					     "orq	%%r14, %%r10\n	orq	%%r15, %%r10\n	orq	%%rbx, %%r10\n"
					     "orq	%%rbp, %%r10\n"
					     "popq	%%rbp\n	popq	%%rbx\n"
					     "movq	%%r10, %[changed]\n"
		: "+a"(rax), "+D"(regs->rdi), "+S"(regs->rsi), "+d"(regs->rdx), "+c"(regs->rcx),
		  "+r"(r8), "+r"(r9), [changed] "=m"(changed[0])
		:
		: "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	regs->r8 = r8;
	regs->r9 = r9;
	*status = rax;
	return !changed[0];
}

/* What a call did to Linux's registers. */
struct verdict {
	s64 status;
	struct tee_regs regs;
	bool gprs, vectors, system;
	unsigned int entries;
};

static struct xstate *want, *got;

static const unsigned long dr_pattern[4] = {0x11110000, 0x22220000, 0x33330000, 0x44440000};

/* The header says which components are in use, which may change; what they hold may not. */
static bool xstate_same(const struct xstate *a, const struct xstate *b)
{
	const size_t rest = XSAVE_LEGACY + XSAVE_HEADER;

	return !memcmp(a->bytes, b->bytes, XSAVE_LEGACY) &&
	       !memcmp(a->bytes + rest, b->bytes + rest, XSAVE_BYTES - rest);
}

/* One TEE call to its end with a pattern in every register, checked at each return. */
static void judge(struct tee_regs start, struct verdict *v)
{
	const u64 mask = xstate_mask() & 7;
	struct sysregs before, after;
	unsigned long drs[4];

	*v = (struct verdict){.regs = start, .gprs = true, .vectors = true, .system = true};
	kernel_fpu_begin();
	get_drs(drs);
	set_drs(dr_pattern);
	xstate_pattern(want, mask);
	xstate_load(want, mask);
	xstate_store(want, mask);
	sysregs_read(&before);
	do {
		v->gprs &= call_with_gprs(&v->regs, &v->status);
		v->entries++;
		xstate_store(got, mask);
		sysregs_read(&after);
		v->vectors &= xstate_same(want, got);
		v->system &= !memcmp(&before, &after, sizeof(before));
		if (v->status || v->regs.rdi != TEE_RET_PREEMPTED)
			break;
		v->regs = (struct tee_regs){.rdi = TEE_OP_RESUME, .rsi = v->regs.rsi};
	} while (v->entries < 10000);
	set_drs(drs);
	kernel_fpu_end();
}

static void report(const char *what, unsigned int cpu, const struct verdict *v)
{
	char name[48];

	snprintf(name, sizeof(name), "%s_answers_cpu%u", what, cpu);
	attack_check(name, !v->status && v->regs.rdi == TEE_RET_DONE, "status %lld, %lld",
		     v->status, (s64)v->regs.rdi);
	snprintf(name, sizeof(name), "%s_gprs_cpu%u", what, cpu);
	attack_check(name, v->gprs, "a register changed");
	snprintf(name, sizeof(name), "%s_vectors_cpu%u", what, cpu);
	attack_check(name, v->vectors, "x87, XMM or YMM changed");
	snprintf(name, sizeof(name), "%s_system_cpu%u", what, cpu);
	attack_check(name, v->system,
		     "a control, debug, segment or model-specific register changed");
}

/* An invoke that runs code of a TA, by hand so that the registers are ours until it enters. */
static void judge_invoke(struct attack_page *p, u32 session, struct verdict *v)
{
	struct optee_msg_arg *arg = p->arg;

	memset(arg, 0, OPTEE_MSG_GET_ARG_SIZE(1));
	arg->cmd = OPTEE_MSG_CMD_INVOKE_COMMAND;
	arg->session = session;
	arg->num_params = 1;
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	arg->params[0].u.value.a = 41;
	judge((struct tee_regs){.rdi = TEE_OP_CALL,
				.rsi = p->pa,
				.rdx = ATTACK_PAGE_USED,
				.rcx = ATTACK_RPC_OFFSET},
	      v);
	if (!v->status && v->regs.rdi == TEE_RET_DONE &&
	    (arg->ret || arg->params[0].u.value.a != 42))
		v->status = -EIO;
}

static void attack_cpus(struct attack_page *p, u32 session)
{
	struct verdict v;
	unsigned int cpu;

	for_each_online_cpu (cpu) {
		if (set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			continue;
		judge((struct tee_regs){.rdi = TEE_OP_STAT, .rsi = TEE_STAT_CALLS}, &v);
		report("stat", cpu, &v);
		judge_invoke(p, session, &v);
		report("invoke", cpu, &v);
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
}

static int __init regs_init(void)
{
	struct attack_session hello;
	struct attack_page page;
	int rc = attack_probe();

	if (rc)
		return rc;
	rc = attack_page_init(&page);
	if (rc)
		return rc;
	rc = -ENOMEM;
	want = kvzalloc(sizeof(*want), GFP_KERNEL);
	got = kvzalloc(sizeof(*got), GFP_KERNEL);
	if (!want || !got)
		goto out;
	rc = 0;
	if (attack_hello_open(&hello)) {
		attack_fail("open_hello", "no session with the hello TA");
	} else {
		attack_cpus(&page, hello.session);
		attack_session_close(&hello);
	}
	attack_summary(KBUILD_MODNAME);
out:
	kvfree(want);
	kvfree(got);
	attack_page_free(&page);
	return rc;
}

static void __exit regs_exit(void)
{
}

module_init(regs_init);
module_exit(regs_exit);
MODULE_DESCRIPTION("Merlon test: register hygiene");
MODULE_LICENSE("GPL");
