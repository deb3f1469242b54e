/* SPDX-License-Identifier: BSD-2-Clause */
	.text
	.code64

#define REG_RAX 0
#define REG_RCX 8
#define REG_RDX 16
#define REG_RBX 24
#define REG_RBP 40
#define REG_RSI 48
#define REG_RDI 56
#define REG_R8	64
#define REG_R9	72
#define REG_R10 80
#define REG_R11 88
#define REG_R12 96
#define REG_R13 104
#define REG_R14 112
#define REG_R15 120

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
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdx
	push	%rdi
	mov	%rsi, %rax
	test	%rcx, %rcx
	jz	1f
	sti
1:	mov	REG_RCX(%rdi), %rcx
	mov	REG_RDX(%rdi), %rdx
	mov	REG_RBX(%rdi), %rbx
	mov	REG_RBP(%rdi), %rbp
	mov	REG_RSI(%rdi), %rsi
	mov	REG_R8(%rdi), %r8
	mov	REG_R9(%rdi), %r9
	mov	REG_R10(%rdi), %r10
	mov	REG_R11(%rdi), %r11
	mov	REG_R12(%rdi), %r12
	mov	REG_R13(%rdi), %r13
	mov	REG_R14(%rdi), %r14
	mov	REG_R15(%rdi), %r15
	mov	REG_RDI(%rdi), %rdi
	vmload	%rax
	vmrun	%rax
	vmsave	%rax
	cli
	cld
	push	%rdi
	mov	8(%rsp), %rdi
	mov	%rcx, REG_RCX(%rdi)
	mov	%rdx, REG_RDX(%rdi)
	mov	%rbx, REG_RBX(%rdi)
	mov	%rbp, REG_RBP(%rdi)
	mov	%rsi, REG_RSI(%rdi)
	mov	%r8, REG_R8(%rdi)
	mov	%r9, REG_R9(%rdi)
	mov	%r10, REG_R10(%rdi)
	mov	%r11, REG_R11(%rdi)
	mov	%r12, REG_R12(%rdi)
	mov	%r13, REG_R13(%rdi)
	mov	%r14, REG_R14(%rdi)
	mov	%r15, REG_R15(%rdi)
	pop	%rcx
	mov	%rcx, REG_RDI(%rdi)
	pop	%rdi
	pop	%rax /* host_pa */
	vmload	%rax
	/* No guest value is left where speculation could use it. */
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
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

/* Takes an NMI or INIT that made a guest exit and is still pending. */
	.globl svm_take_pending
svm_take_pending:
	stgi
	nop
	clgi
	ret

	.section .note.GNU-stack, "", @progbits
