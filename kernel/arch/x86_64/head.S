/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image header and the 32-bit entry of abi/boot.h. The image is linked at 0 and runs here
 * at its physical address, on tables that map the low 4 GiB to themselves; boot.c then builds
 * the kernel's real tables, and start_high leaves this place for good.
 *
 * There is no stack until 64-bit mode: EBP holds the load address. The first CPU has it from
 * struct tee_boot_info and writes it down for the others. AT() makes an offset in the image that
 * the linker can fill in without a relocation.
 */
#include <kernel/arch/x86_64/layout.h>

#define AT(sym) (sym - image_header)

	.section .head, "ax"
	.globl image_header
image_header:
	.quad	0x45455454494c524d	/* TEE_IMAGE_MAGIC */
	.long	48			/* header_size */
	.long	entry32 - image_header
	.quad	_file_end - image_header
	.quad	_end - image_header
	.quad	0			/* boot_offset and boot_size: whoever adds the boot image */
	.quad	0

	.code32
	.globl entry32
entry32:
	cli
	cld
	cmpl	$BOOT_MAGIC_AP, %eax
	je	1f
	cmpl	$BOOT_MAGIC_BSP, %eax
	jne	stop
	movl	BI_TEE_BASE(%ebx), %ebp
	jmp	2f
1:	/* The immediate is patched by the first CPU. */
	.byte	0xbd			/* movl $imm32, %ebp */
ap_base:
	.long	0
	jmp	long_mode

2:	movl	%ebp, AT(ap_base)(%ebp)
	/* .bss may hold anything. */
	leal	AT(_bss_start)(%ebp), %edi
	leal	AT(_end)(%ebp), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl
	/* boot_pml4 -> boot_pdpt -> four directories of 2 MiB pages */
	leal	AT(boot_pdpt) + 3(%ebp), %eax
	movl	%eax, AT(boot_pml4)(%ebp)
	leal	AT(boot_pd) + 3(%ebp), %eax
	xorl	%ecx, %ecx
3:	movl	%eax, AT(boot_pdpt)(%ebp, %ecx, 8)
	addl	$4096, %eax
	incl	%ecx
	cmpl	$4, %ecx
	jb	3b
	movl	$0x83, %eax		/* present, writable, 2 MiB */
	xorl	%ecx, %ecx
4:	movl	%eax, AT(boot_pd)(%ebp, %ecx, 8)
	addl	$0x200000, %eax
	incl	%ecx
	cmpl	$2048, %ecx
	jb	4b
	leal	AT(boot_gdt)(%ebp), %eax
	movl	%eax, AT(boot_gdt_ptr) + 2(%ebp)
	leal	AT(start64)(%ebp), %eax
	movl	%eax, AT(boot_far)(%ebp)
	movl	%ebx, AT(boot_info_ptr)(%ebp)
	movl	$-1, %ebx		/* CPU number: the first CPU's is found below */

long_mode:
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	leal	AT(boot_pml4)(%ebp), %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER: LME, NXE */
	rdmsr
	orl	$0x900, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80010000, %eax	/* PG, WP */
	movl	%eax, %cr0
	lgdt	AT(boot_gdt_ptr)(%ebp)
	ljmp	*AT(boot_far)(%ebp)
stop:
	hlt
	jmp	stop

	.code64
start64:
	movl	$SEL_KDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%ebx, %ebx
	cmpl	$-1, %ebx
	jne	start_high
	leaq	boot_stack_end(%rip), %rsp
	movl	boot_info_ptr(%rip), %edi
	leaq	image_header(%rip), %rsi
	xorl	%ebp, %ebp
	call	boot_main
	xorl	%ebx, %ebx

	/* EBX = CPU number. boot_pml4 has the kernel's half too by now. */
start_high:
	leaq	boot_params(%rip), %rsi
	movq	BP_KERNEL_BASE(%rsi), %rax
	leaq	high(%rip), %rcx
	leaq	image_header(%rip), %rdx
	subq	%rdx, %rcx
	addq	%rcx, %rax
	movq	BP_ROOT(%rsi), %rcx
	movl	%ebx, %edi
	shlq	$16, %rdi		/* CPU_SLOT */
	addq	BP_CPU_SLOTS(%rsi), %rdi
	leaq	0x5000(%rdi), %rsp	/* CPU_STACK_END */
	jmp	*%rax
high:
	movq	%rcx, %cr3
	xorl	%ebp, %ebp
	movl	%ebx, %edi
	testl	%ebx, %ebx
	jnz	5f
	call	bsp_main
5:	call	ap_main

	.section .data.boot, "aw"
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* SEL_KCODE: 64-bit code */
	.quad	0x00cf93000000ffff	/* SEL_KDATA */
boot_gdt_ptr:
	.word	. - boot_gdt - 1
	.long	0
	.balign	8
boot_far:
	.long	0
	.word	SEL_KCODE
	.balign	8
boot_info_ptr:
	.long	0

	.section .bss.boot, "aw", @nobits
	.balign	4096
	.globl boot_pml4
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_pd:
	.skip	4 * 4096
	.skip	8192
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
