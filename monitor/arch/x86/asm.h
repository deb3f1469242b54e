/* SPDX-License-Identifier: BSD-2-Clause */
/* What assembly and C share, and the two backends' way into a guest and out of it. */
#ifndef MONITOR_ASM_H
#define MONITOR_ASM_H

#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_TSS	 0x18

/* struct cpu */
#define CPU_NMI_SEEN 36

#ifdef __ASSEMBLER__
/* clang-format off */

/* From 32-bit code to long mode, on the page tables at EAX. Clobbers EAX, ECX, EDX. */
	.macro	long_mode
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x20, %eax /* PAE */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x900, %eax /* LME, NXE */
	wrmsr
	mov	$0x80010033, %eax /* PG, WP, NE, ET, MP, PE; caches on */
	mov	%eax, %cr0
	.endm

/* REG_rax ... REG_r15: struct gprs, first in struct vcpu. */
	.set	gpr_offset, 0
	.irp	reg, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	.set	REG_\reg, gpr_offset
	.set	gpr_offset, gpr_offset + 8
	.endr

/* What C code expects to find again. */
	.macro	push_callee_saved
	.irp	reg, rbx, rbp, r12, r13, r14, r15
	push	%\reg
	.endr
	.endm

	.macro	pop_callee_saved
	.irp	reg, r15, r14, r13, r12, rbp, rbx
	pop	%\reg
	.endr
	.endm

/* All registers but RAX and RSP of the vCPU at RDI, RDI last. No flag changes. */
	.macro	load_gprs
	.irp	reg, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15, rdi
	mov	REG_\reg(%rdi), %\reg
	.endr
	.endm

/* The same back to the vCPU at RDI; the guest's RDI is popped. Clobbers RCX. */
	.macro	save_gprs
	.irp	reg, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15
	mov	%\reg, REG_\reg(%rdi)
	.endr
	pop	%rcx
	mov	%rcx, REG_rdi(%rdi)
	.endm

/* No guest value is left where speculation could use it. */
	.macro	clear_gprs
	.irp	reg, ecx, edx, esi, r8d, r9d, r10d, r11d
	xor	%\reg, %\reg
	.endr
	.endm

#endif
#endif
