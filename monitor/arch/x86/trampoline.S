/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a CPU starts after SIPI: copied to a page below 1 MiB, which is also identity mapped while
 * CPUs start. It finds out where it is, for not every machine has RAM at the same place there. Data
 * at the end is filled in by smp.c.
 */
#include <monitor/arch/x86/asm.h>

#define AT(label) (label - trampoline)

	.section .rodata.trampoline, "a"
	.globl trampoline, trampoline_end, trampoline_cpu, trampoline_cr3
	.code16
trampoline:
	cli
	mov	%cs, %ax
	mov	%ax, %ds
	movzwl	%ax, %ebx
	shl	$4, %ebx /* where this page is */
	leal	AT(gdt)(%ebx), %eax
	mov	%eax, AT(gdt_ptr) + 2
	leal	AT(1f)(%ebx), %eax
	mov	%eax, AT(to_32)
	leal	AT(2f)(%ebx), %eax
	mov	%eax, AT(to_64)
	lgdtl	AT(gdt_ptr)
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	*AT(to_32)

	.code32
1:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	AT(trampoline_cr3)(%ebx), %eax
	long_mode
	ljmp	*AT(to_64)(%ebx)

	.code64
2:	mov	%ebx, %ebx /* the upper half is undefined after 32-bit code */
	mov	AT(trampoline_cpu)(%rbx), %rdi
	mov	8(%rdi), %rsp /* cpu.stack_top */
	mov	%rdi, %rax
	mov	%rdi, %rdx
	shr	$32, %rdx
	mov	$0xc0000101, %ecx /* GS for the stack protector */
	wrmsr
	xor	%ebp, %ebp
	movabs	$ap_main, %rax
	call	*%rax
	ud2

	.balign 8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cf9b000000ffff
gdt_ptr:
	.word	gdt_ptr - gdt - 1
	.long	0
to_32:	.long	0
	.word	0x18
to_64:	.long	0
	.word	0x08
	.balign 8
trampoline_cpu:	.quad 0
trampoline_cr3:	.quad 0
trampoline_end:

	.section .note.GNU-stack, "", @progbits
