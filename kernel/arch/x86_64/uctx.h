/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One activation's registers, in a page of its own. The processor itself pushes RIP to SS here
 * when user mode is interrupted (TSS.RSP0 = &ss + 8); entry.S stores the rest.
 */
#ifndef X86_UCTX_H
#define X86_UCTX_H

#include <kernel/include/arch.h>
#include <kernel/arch/x86_64/layout.h>

struct arch_uctx {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
	uint64_t fs_base, gs_base;
	uint64_t fresh; /* extended state is the initial one; xsave holds nothing yet */
	uint64_t pad[7];
	uint8_t xsave[4096 - UC_XSAVE];
};

#define UC_ASSERT(field, off) _Static_assert(offsetof(struct arch_uctx, field) == (off), "layout.h")
UC_ASSERT(r15, UC_R15);
UC_ASSERT(r14, UC_R14);
UC_ASSERT(r13, UC_R13);
UC_ASSERT(r12, UC_R12);
UC_ASSERT(rbp, UC_RBP);
UC_ASSERT(rbx, UC_RBX);
UC_ASSERT(r11, UC_R11);
UC_ASSERT(r10, UC_R10);
UC_ASSERT(r9, UC_R9);
UC_ASSERT(r8, UC_R8);
UC_ASSERT(rax, UC_RAX);
UC_ASSERT(rcx, UC_RCX);
UC_ASSERT(rdx, UC_RDX);
UC_ASSERT(rsi, UC_RSI);
UC_ASSERT(rdi, UC_RDI);
UC_ASSERT(vector, UC_VECTOR);
UC_ASSERT(error, UC_ERROR);
UC_ASSERT(rip, UC_RIP);
UC_ASSERT(cs, UC_CS);
UC_ASSERT(rflags, UC_RFLAGS);
UC_ASSERT(rsp, UC_RSP);
UC_ASSERT(ss, UC_SS);
UC_ASSERT(fs_base, UC_HW_END);
UC_ASSERT(xsave, UC_XSAVE);
_Static_assert(UC_HW_END % 16 == 0, "the processor aligns RSP0 down to 16");
_Static_assert(UC_XSAVE % 64 == 0, "XSAVE area");
_Static_assert(sizeof(struct arch_uctx) == 4096, "one page");

/* Extended state: XSAVE components, FS and GS base, data selectors. ext.c. */
void ext_init_cpu(void);
void ext_save(struct arch_uctx *u);
void ext_load(struct arch_uctx *u);

/* entry.S: leaves the kernel; the kernel stack is empty afterwards. */
_Noreturn void user_iret(struct arch_uctx *u);
_Noreturn void user_sysret(struct arch_uctx *u);

#endif
