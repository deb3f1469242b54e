/* SPDX-License-Identifier: BSD-2-Clause */
#include <monitor/arch/x86/asm.h>

	.text
	.code64

#define VMCS_HOST_RSP 0x6c14

/*
 * uint64_t vmx_enter(struct vcpu *v, uint64_t launched) -> enum vmx_result
 *
 * Runs the guest until it exits. The VMCS exchanges RSP, RIP, RFLAGS, control registers and
 * segments. NMIs are not held back while the monitor runs: one that came since the last look at
 * this CPU's events, or that comes before the entry is done, ends this call at vmx_abort.
 */
	.globl vmx_enter, vmx_exit, vmx_abort, vmx_enter_begin, vmx_enter_end
vmx_enter:
	push_callee_saved
	push	%rdi
	mov	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	test	%rsi, %rsi
	mov	REG_rax(%rdi), %rax
	load_gprs
	jz	1f
vmx_enter_begin:
	cmpl	$0, %gs:CPU_NMI_SEEN
	jne	vmx_abort
	vmresume
	jmp	vmx_refused
1:	cmpl	$0, %gs:CPU_NMI_SEEN
	jne	vmx_abort
	vmlaunch
vmx_enter_end:
vmx_refused:
	pushq	$2
	jmp	2f
vmx_abort:
	pushq	$1
	jmp	2f
vmx_exit:
	pushq	$0
2:	push	%rdi
	mov	16(%rsp), %rdi
	mov	%rax, REG_rax(%rdi)
	save_gprs
	pop	%rax
	pop	%rdi
	clear_gprs
	pop_callee_saved
	ret

/* Sleeps until an NMI, unless one came already. */
	.globl vmx_wait, vmx_wait_begin, vmx_wait_end
vmx_wait:
vmx_wait_begin:
	cmpl	$0, %gs:CPU_NMI_SEEN
	jne	vmx_wait_end
	hlt
vmx_wait_end:
	movl	$0, %gs:CPU_NMI_SEEN
	ret

/* NMIs stay blocked after an exit for one until an IRET (SDM volume 3, 26.2 and 7.7.1). */
	.globl vmx_unblock_nmi
vmx_unblock_nmi:
	mov	%rsp, %rax
	pushq	$SEL_DATA
	push	%rax
	pushfq
	pushq	$SEL_CODE
	lea	1f(%rip), %rax
	push	%rax
	iretq
1:	ret

	.section .note.GNU-stack, "", @progbits
