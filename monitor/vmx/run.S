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

#define VMCS_HOST_RSP 0x6c14
#define CPU_NMI_SEEN  36
#define SEL_CODE      0x08
#define SEL_DATA      0x10

/*
 * uint64_t vmx_enter(struct vcpu *v, uint64_t launched) -> enum vmx_result
 *
 * Runs the guest until it exits. The VMCS exchanges RSP, RIP, RFLAGS, control registers and
 * segments. NMIs are not held back while the monitor runs: one that came since the last look at
 * this CPU's events, or that comes before the entry is done, ends this call at vmx_abort.
 */
	.globl vmx_enter, vmx_exit, vmx_abort, vmx_enter_begin, vmx_enter_end
vmx_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
	mov	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	test	%rsi, %rsi
	mov	REG_RAX(%rdi), %rax
	mov	REG_RCX(%rdi), %rcx
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
	mov	%rax, REG_RAX(%rdi)
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
	pop	%rax
	pop	%rdi
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
