// SPDX-License-Identifier: BSD-2-Clause
/*
 * Contexts as the portable kernel sees them.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/arch/x86_64/uctx.h>
#include <kernel/include/mm.h>
#include <kernel/mm/layout.h>
#include <printf.h>
#include <string.h>

/* A context's state is live only on the CPU that handles its event: no other can own it. */
static void forget_live_state(const struct arch_uctx *u)
{
	struct percpu *p = this_cpu();

	if (p->ext_owner == u)
		p->ext_owner = NULL;
}

/* All live state is of the thread whose event this is: whatever is still here is t's. */
void arch_thread_park(struct cpu *c, struct thread *t)
{
	struct percpu *p = this_cpu();

	if (p->ext_owner)
		ext_save(p->ext_owner);
	p->ext_owner = NULL;
}

int arch_uctx_create(struct quota *q, struct arch_uctx **out)
{
	paddr_t page;
	int r = page_alloc(q, &page);

	if (r)
		return r;
	*out = page_ptr(page);
	return 0;
}

void arch_uctx_destroy(struct quota *q, struct arch_uctx *u)
{
	forget_live_state(u);
	page_free(q, paddr((uint64_t)u - mm_direct_offset));
}

/* A start address that user mode can never have becomes one that is never mapped. */
static uint64_t canonical(uaddr_t a)
{
	return a.v < arch_user_end ? a.v : arch_user_end;
}

void arch_uctx_init(struct arch_uctx *u, uaddr_t entry, uaddr_t sp, uint64_t a0, uint64_t a1,
		    uint64_t a2)
{
	forget_live_state(u);
	memset(u, 0, offsetof(struct arch_uctx, xsave));
	u->rip = canonical(entry);
	u->rsp = sp.v;
	u->cs = SEL_UCODE;
	u->ss = SEL_UDATA;
	u->rflags = RFLAGS_FIXED | RFLAGS_IF;
	u->rdi = a0;
	u->rsi = a1;
	u->rdx = a2;
	u->fresh = 1;
}

uint64_t arch_sys_nr(const struct arch_uctx *u)
{
	return u->rax;
}

uint64_t arch_sys_arg(const struct arch_uctx *u, unsigned i)
{
	switch (i) {
	case 0:
		return u->rdi;
	case 1:
		return u->rsi;
	case 2:
		return u->rdx;
	case 3:
		return u->r10;
	case 4:
		return u->r8;
	default:
		return u->r9;
	}
}

void arch_sys_ret(struct arch_uctx *u, int64_t v)
{
	u->rax = (uint64_t)v;
}

uint64_t arch_uctx_pc(const struct arch_uctx *u)
{
	return u->rip;
}

uint64_t arch_uctx_sp(const struct arch_uctx *u)
{
	return u->rsp;
}

uint64_t arch_uctx_fp(const struct arch_uctx *u)
{
	return u->rbp;
}

void arch_uctx_dump(const struct arch_uctx *u, void (*line)(void *arg, const char *text), void *arg)
{
	const struct {
		const char *name[3];
		uint64_t v[3];
	} rows[] = {
		{{"rip", "rsp", "rbp"}, {u->rip, u->rsp, u->rbp}},
		{{"rax", "rbx", "rcx"}, {u->rax, u->rbx, u->rcx}},
		{{"rdx", "rsi", "rdi"}, {u->rdx, u->rsi, u->rdi}},
		{{" r8", " r9", "r10"}, {u->r8, u->r9, u->r10}},
		{{"r11", "r12", "r13"}, {u->r11, u->r12, u->r13}},
		{{"r14", "r15", "flg"}, {u->r14, u->r15, u->rflags}},
	};
	char text[96];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s=%016llx %s=%016llx %s=%016llx", rows[i].name[0],
			 (unsigned long long)rows[i].v[0], rows[i].name[1],
			 (unsigned long long)rows[i].v[1], rows[i].name[2],
			 (unsigned long long)rows[i].v[2]);
		line(arg, text);
	}
}
