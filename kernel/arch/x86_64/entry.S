/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In and out of ring 0. Registers of user mode go straight into the struct arch_uctx that GS
 * names; the kernel stack is always empty on entry. Interrupts are off from the first
 * instruction to the last. `active` is cleared before anything that could wait: pt.c counts on it.
 */
#include <kernel/arch/x86_64/layout.h>

	.macro PUSH_REGISTERS
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	xorl	%ebp, %ebp
	xorl	%ebx, %ebx
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	.endm

	.section .text.entry, "ax"

	/* SFMASK cleared IF, TF, DF, AC, NT. RSP is the user's until it is saved. */
	.globl syscall_entry
	.balign	64
syscall_entry:
	swapgs
	movq	%rsp, %gs:PC_SCRATCH
	movq	%gs:PC_UCTX, %rsp
	movq	$0, %gs:PC_ACTIVE
	movq	%rcx, UC_RIP(%rsp)
	movq	%r11, UC_RFLAGS(%rsp)
	movq	%rax, UC_RAX(%rsp)
	movq	%rdi, UC_RDI(%rsp)
	movq	%rsi, UC_RSI(%rsp)
	movq	%rdx, UC_RDX(%rsp)
	movq	%r10, UC_R10(%rsp)
	movq	%r8, UC_R8(%rsp)
	movq	%r9, UC_R9(%rsp)
	movq	%rbx, UC_RBX(%rsp)
	movq	%rbp, UC_RBP(%rsp)
	movq	%r12, UC_R12(%rsp)
	movq	%r13, UC_R13(%rsp)
	movq	%r14, UC_R14(%rsp)
	movq	%r15, UC_R15(%rsp)
	movq	%gs:PC_SCRATCH, %rax
	movq	$UC_SYSCALL, UC_VECTOR(%rsp)
	movq	%rax, UC_RSP(%rsp)
	movq	%gs:PC_STACK, %rsp
	xorl	%ebp, %ebp
	xorl	%ebx, %ebx
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	call	syscall_event
	ud2

	/* RIP is canonical by construction (uctx.c), so SYSRET cannot fault in ring 0. */
	.globl user_sysret
user_sysret:
	movq	UC_RIP(%rdi), %rcx
	movq	UC_RFLAGS(%rdi), %r11
	movq	UC_RAX(%rdi), %rax
	movq	UC_RSI(%rdi), %rsi
	movq	UC_RDX(%rdi), %rdx
	movq	UC_R10(%rdi), %r10
	movq	UC_R8(%rdi), %r8
	movq	UC_R9(%rdi), %r9
	movq	UC_RBX(%rdi), %rbx
	movq	UC_RBP(%rdi), %rbp
	movq	UC_R12(%rdi), %r12
	movq	UC_R13(%rdi), %r13
	movq	UC_R14(%rdi), %r14
	movq	UC_R15(%rdi), %r15
	movq	UC_RSP(%rdi), %rsp
	movq	UC_RDI(%rdi), %rdi
	swapgs
	sysretq

	.globl user_iret
user_iret:
	movq	%rdi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$16, %rsp
	swapgs
	iretq

	/* One stub of 16 bytes for each vector. */
	.globl vector_stubs
	.balign	16
vector_stubs:
	.set	.Lv, 0
	.rept	VEC_COUNT
	.balign	16
	.if .Lv == 2
	iretq				/* NMI: the monitor owns them; one that slips in is nothing */
	.elseif .Lv == 8 || .Lv == 18
	movl	$.Lv, %edi
	jmp	ist_entry
	.else
	.if !(.Lv == 10 || .Lv == 11 || .Lv == 12 || .Lv == 13 || .Lv == 14 || .Lv == 17 || .Lv == 21 || \
	      .Lv == 29 || .Lv == 30)
	pushq	$0
	.endif
	pushq	$.Lv
	jmp	exception
	.endif
	.set	.Lv, .Lv + 1
	.endr

	/* The processor switched to the uctx if this came from user mode. */
exception:
	testb	$3, 24(%rsp)
	jz	in_kernel
	swapgs
	lfence				/* no speculation with the user's GS */
	movq	$0, %gs:PC_ACTIVE
	PUSH_REGISTERS
	testb	$1, %gs:PC_SMAP
	jz	1f
	clac
1:	movq	%rsp, %rdi
	movq	%gs:PC_STACK, %rsp
	call	exception_event
	ud2

in_kernel:
	lfence
	PUSH_REGISTERS
	movq	%rsp, %rdi
	andq	$~15, %rsp
	call	kernel_fault
	ud2

	/*
	 * #DF and #MC: on a stack of their own, with GS of either side. The word that boot.c left at
	 * the top of that stack says which CPU this is. EDI = vector. There is no way back.
	 */
ist_entry:
	movq	%rsp, %rsi
	movq	%rsp, %rbx
	orq	$0xfff, %rbx
	movq	-15(%rbx), %rax
	movq	%rax, %rdx
	shrq	$32, %rdx
	movl	$0xc0000101, %ecx	/* MSR_GS_BASE */
	wrmsr
	cld
	xorl	%ebp, %ebp
	andq	$~15, %rsp
	call	ist_fault
	ud2

	.section .note.GNU-stack, "", @progbits
