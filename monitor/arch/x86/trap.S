/* SPDX-License-Identifier: BSD-2-Clause */
#include <monitor/arch/x86/asm.h>

	.text
	.code64

/* One stub of 16 bytes for each exception; those without an error code push a zero. */
	.globl trap_stubs
	.balign 16
trap_stubs:
	.set	vector, 0
	.rept	32
	.balign	16
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || \
		  vector == 21 || vector == 29 || vector == 30)
	pushq	$0
	.endif
	.if	vector == 30
	jmp	sx_entry
	.else
	pushq	$vector
	jmp	trap_entry
	.endif
	.set	vector, vector + 1
	.endr

	.balign	16
trap_entry:
	mov	%rsp, %rdi
	and	$-16, %rsp
	cld
	call	trap
	ud2

/* #SX: an INIT that SVM turned into an exception. Taking it was all there was to do. */
sx_entry:
	add	$8, %rsp
	iretq

/*
 * An NMI only says that there is something to look at. It is noted for a backend that cannot keep
 * NMIs out while the monitor runs, and one that comes after the last look but before the CPU
 * sleeps or enters a guest must not be lost: within such a window the return address moves.
 */
	.macro window at
	mov	\at(%rip), %rax
	cmp	%rax, 8(%rsp)
	jb	1f
	mov	\at + 8(%rip), %rax
	cmp	%rax, 8(%rsp)
	jae	1f
	mov	\at + 16(%rip), %rax
	mov	%rax, 8(%rsp)
1:
	.endm

	.globl nmi_entry
nmi_entry:
	push	%rax
	movl	$1, %gs:CPU_NMI_SEEN
	window	nmi_windows
	window	nmi_windows + 24
	pop	%rax
	iretq

	.globl stack_switch
stack_switch:
	mov	%rdi, %rsp
	xor	%ebp, %ebp
	call	*%rsi
	ud2

	.bss
	.balign	8
	.globl	nmi_windows
nmi_windows:	.skip 2 * 24 /* machine.h; the backend's, set by it once */

	.section .note.GNU-stack, "", @progbits
