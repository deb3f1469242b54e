/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ways into a process (abi/syscall.h). Both set FS base to this stack slot's struct tcb
 * before the first C function runs: the stack guard lives there.
 */
#include "runtime/crt/tcb.h"

	.section .text.entry, "ax", @progbits

	/* RSI = slot. Leaves R8 = its tcb; FS base = the same. */
	.macro	enter_slot
	lea	rt_tcbs(%rip), %r8
	mov	%rsi, %rax
	shl	$TCB_SHIFT, %rax
	add	%rax, %r8
	wrfsbase %r8
	mov	%r8, TCB_SELF(%r8)
	mov	%rdi, TCB_CALL(%r8)
	mov	%esi, TCB_SLOT(%r8)
	.endm

	/* UPCALL_START: RDI = call, RSI = slot, RDX = struct merlon_proc_start. */
	.globl	rt_start
	.hidden	rt_start
	.type	rt_start, @function
rt_start:
	enter_slot
	mov	PROC_START_RANDOM(%rdx), %rax
	xor	%al, %al /* a string cannot carry the guard's zero byte along */
	mov	%rax, TCB_GUARD(%r8)
	mov	%rdx, %rdi
	push	%rbp /* 0: aligns the stack, and ends the chain of frames */
	call	rt_process_start
	mov	%eax, %edi
	xor	%eax, %eax /* SYS_RETURN */
	syscall
	ud2
	.size	rt_start, . - rt_start

	/* Every other upcall: RDI = call, RSI = slot. */
	.globl	rt_upcall
	.hidden	rt_upcall
	.type	rt_upcall, @function
rt_upcall:
	enter_slot
	mov	rt_tcbs+TCB_GUARD(%rip), %rax /* slot 0 had UPCALL_START */
	mov	%rax, TCB_GUARD(%r8)
	push	%rbp
	call	rt_dispatch
	mov	%eax, %edi
	xor	%eax, %eax
	syscall
	ud2
	.size	rt_upcall, . - rt_upcall

	.section .note.GNU-stack, "", @progbits
