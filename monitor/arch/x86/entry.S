/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the boot loader's 32-bit world to C at the linked address. The Multiboot headers, one for each
 * version, use the address fields, because the image is a flat file of 64-bit code.
 */
#include <monitor/arch/x86/asm.h>

#define MB_MAGIC 0x1badb002
#define MB_FLAGS 0x00010003 /* page-aligned modules, memory map, address fields */
#define MB2_MAGIC 0xe85250d6
#define PTE_TABLE 0x3
#define PTE_LARGE 0x83

#define VA_TO_PA 0xffffffff80000000

	.section .boot, "awx"
	.code32
	.globl entry32
	.balign 4
mb_header:
	.long	MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)
	.long	mb_header - VA_TO_PA
	.long	image_start - VA_TO_PA
	.long	image_data_end - VA_TO_PA
	.long	image_end - VA_TO_PA
	.long	entry32 - VA_TO_PA

	.balign 8
mb2_header:
	.long	MB2_MAGIC, 0, mb2_end - mb2_header /* 0: 32-bit protected mode */
	.long	-(MB2_MAGIC + mb2_end - mb2_header)
	.short	2, 0 /* addresses */
	.long	24
	.long	mb2_header - VA_TO_PA
	.long	image_start - VA_TO_PA
	.long	image_data_end - VA_TO_PA
	.long	image_end - VA_TO_PA
	.short	3, 0 /* entry */
	.long	12
	.long	entry32 - VA_TO_PA
	.balign 8
	.short	0, 0 /* the end */
	.long	8
mb2_end:

entry32:
	cli
	cld
	mov	%eax, %esi /* magic and information, for boot_main */
	mov	%ebx, %edi
	rdtsc
	mov	%eax, boot_tsc - VA_TO_PA
	mov	%edx, boot_tsc - VA_TO_PA + 4
	mov	$boot_stack_top - VA_TO_PA, %esp

	mov	$0x80000001, %eax
	cpuid
	and	$(1 << 29) | (1 << 20), %edx /* long mode, NX */
	cmp	$(1 << 29) | (1 << 20), %edx
	jne	unusable

	/* Four GiB, identity mapped, at the direct map's address too; the image's own GiB. */
	movl	$boot_pdpt - VA_TO_PA + PTE_TABLE, boot_pml4 - VA_TO_PA
	movl	$boot_pdpt - VA_TO_PA + PTE_TABLE, boot_pml4 - VA_TO_PA + 256 * 8
	movl	$boot_pdpt_high - VA_TO_PA + PTE_TABLE, boot_pml4 - VA_TO_PA + 511 * 8
	movl	$boot_pd - VA_TO_PA + PTE_TABLE, boot_pdpt_high - VA_TO_PA + 510 * 8
	mov	$boot_pd - VA_TO_PA + PTE_TABLE, %eax
	xor	%ecx, %ecx
1:	mov	%eax, boot_pdpt - VA_TO_PA(, %ecx, 8)
	add	$0x1000, %eax
	inc	%ecx
	cmp	$4, %ecx
	jne	1b
	mov	$PTE_LARGE, %eax
	xor	%ecx, %ecx
2:	mov	%eax, boot_pd - VA_TO_PA(, %ecx, 8)
	add	$0x200000, %eax
	inc	%ecx
	cmp	$2048, %ecx
	jne	2b

	mov	$boot_pml4 - VA_TO_PA, %eax
	long_mode
	lgdt	boot_gdt_ptr - VA_TO_PA
	ljmp	$0x08, $1f - VA_TO_PA

unusable:
	mov	$0x3f8, %dx
	mov	$'!', %al
	outb	%al, %dx
3:	hlt
	jmp	3b

	.code64
1:	movabs	$4f, %rax
	jmp	*%rax
4:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	lea	boot_stack_top(%rip), %rsp
	/* GS must be there before the first function with a stack protector. */
	lea	cpus(%rip), %rax
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$0xc0000101, %ecx
	wrmsr
	mov	%esi, %eax
	mov	%edi, %esi
	mov	%eax, %edi
	xor	%ebp, %ebp
	call	boot_main
	ud2

	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
boot_gdt_ptr:
	.word	boot_gdt_ptr - boot_gdt - 1
	.long	boot_gdt - VA_TO_PA

	.section .bss.boot, "aw", @nobits
	.balign 4096
boot_pml4:	.skip 4096
boot_pdpt:	.skip 4096
boot_pdpt_high:	.skip 4096
boot_pd:	.skip 4 * 4096
boot_stack:	.skip 8192
boot_stack_top:
	.globl boot_tsc
boot_tsc:	.skip 8

	.section .note.GNU-stack, "", @progbits
