/* SPDX-License-Identifier: BSD-2-Clause */
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
 * An NMI is only let in where the monitor asks for it. One that comes just before the HLT of a
 * wait must not be slept through: the return address moves behind the HLT.
 */
	.globl nmi_entry
nmi_entry:
	push	%rax
	mov	nmi_wait_begin(%rip), %rax
	cmp	%rax, 8(%rsp)
	jne	1f
	mov	nmi_wait_end(%rip), %rax
	mov	%rax, 8(%rsp)
1:	pop	%rax
	iretq

	.globl stack_switch
stack_switch:
	mov	%rdi, %rsp
	xor	%ebp, %ebp
	call	*%rsi
	ud2

	.bss
	.balign	8
	.globl	nmi_wait_begin, nmi_wait_end
nmi_wait_begin:	.skip 8 /* address of the backend's HLT, set by it once */
nmi_wait_end:	.skip 8

	.section .note.GNU-stack, "", @progbits
