/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a CPU starts after SIPI: copied to a page below 1 MiB (machine.h TRAMPOLINE_PA), which
 * is also identity mapped while CPUs start. Data at the end is filled in by smp.c.
 */
#define PA 0x8000
#define AT(label) (PA + label - trampoline)

	.section .rodata.trampoline, "a"
	.globl trampoline, trampoline_end, trampoline_cpu, trampoline_cr3
	.code16
trampoline:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	lgdtl	AT(gdt_ptr)
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	$0x18, $AT(1f)

	.code32
1:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	AT(trampoline_cr3), %eax
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
	ljmp	$0x08, $AT(2f)

	.code64
2:	mov	AT(trampoline_cpu), %rdi
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
	.long	AT(gdt)
	.balign 8
trampoline_cpu:	.quad 0
trampoline_cr3:	.quad 0
trampoline_end:

	.section .note.GNU-stack, "", @progbits
