/* SPDX-License-Identifier: BSD-2-Clause */
#include <monitor/arch/x86/asm.h>

	.text
	.code64

/*
 * void svm_enter(struct vcpu *v, uint64_t vmcb_pa, uint64_t host_pa, uint64_t interrupts)
 *
 * Runs the guest until it exits. VMRUN exchanges RAX, RSP, RIP and the control registers;
 * VMLOAD and VMSAVE the rest of the segments and system-call MSRs, the monitor's own included.
 * With `interrupts`, IF is set while the guest runs, which only means something to a guest
 * with V_INTR_MASKING: the global interrupt flag keeps everything out of the monitor itself.
 */
	.globl svm_enter
svm_enter:
	push_callee_saved
	push	%rdx
	push	%rdi
	mov	%rsi, %rax
	test	%rcx, %rcx
	jz	1f
	sti
1:	load_gprs
	vmload	%rax
	vmrun	%rax
	vmsave	%rax
	cli
	cld
	push	%rdi
	mov	8(%rsp), %rdi
	save_gprs
	pop	%rdi
	pop	%rax /* host_pa */
	vmload	%rax
	clear_gprs
	pop_callee_saved
	ret

/* Sleeps until an NMI; nmi_entry (trap.S) knows wait_begin and wait_end. */
	.globl svm_wait, svm_wait_begin, svm_wait_end
svm_wait:
	stgi
svm_wait_begin:
	hlt
svm_wait_end:
	clgi
	ret

/*
 * Takes an NMI, INIT or SMI that made a guest exit and is still pending. Firmware's SMI handlers take
 * requests in registers (SeaBIOS's would continue in code of the caller's choice): there is none here.
 */
	.globl svm_take_pending
svm_take_pending:
	xor	%eax, %eax
	clear_gprs
	stgi
	nop
	clgi
	ret

	.section .note.GNU-stack, "", @progbits
