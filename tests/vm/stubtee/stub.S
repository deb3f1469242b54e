/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest TEE that keeps the boot contract (abi/boot.h), for tests of the monitor alone. It
 * stays in 32-bit mode with the segments that it was started with. Operations (EDI):
 *   0x101  spin with interrupts on until the preempt vector comes: EDI = 2, ESI = 1
 *   0x102  ESI = what XMM0 held, EDX = what DR0 held; then both hold ECX
 *   0x103  EDX = the word at address ESI
 *   0x104  panic
 *   0x105  triple fault
 * All: ESI = ESI + 1 where not said otherwise.
 */
#define HC_RETURN 0x20
#define HC_PANIC  0x21
#define VECTOR	  0xf0
#define STACKS	  0x100000
#define IDT	  0x200000

	.text
	.code32
start:
	.quad	0x45455454494c524d
	.long	48, entry - start
	.quad	4096, 4096, 4096, 0

entry:
	cmp	$0x504e4c4d, %eax
	je	1f
	mov	16(%ebx), %ebp /* tee_boot_info.tee_base */
	mov	%ebp, load_address - start(%ebp)
	xor	%ebx, %ebx
	jmp	2f
1:	.byte	0xbd /* mov $load_address, %ebp: the first CPU fills it in */
load_address:
	.long	0
2:	shl	$12, %ebx
	lea	STACKS + 4096(%ebp, %ebx), %esp
	lea	preempt - start(%ebp), %eax
	mov	%eax, %edx
	and	$0xffff, %eax
	or	$0x00100000, %eax /* CS */
	and	$0xffff0000, %edx
	or	$0x8e00, %edx
	mov	%eax, IDT + VECTOR * 8(%ebp)
	mov	%edx, IDT + VECTOR * 8 + 4(%ebp)
	lea	IDT(%ebp), %eax
	push	%eax
	pushw	$0x7ff
	lidt	(%esp)
	add	$6, %esp
	/* The gate names selector 0x10: give it a table. */
	lea	gdt - start(%ebp), %eax
	push	%eax
	pushw	$0x1f
	lgdt	(%esp)
	add	$6, %esp
	mov	%cr4, %eax
	or	$0x200, %eax
	mov	%eax, %cr4

return:
	mov	$HC_RETURN, %eax
	vmmcall
	cmp	$0x101, %edi
	je	op_spin
	cmp	$0x102, %edi
	je	op_registers
	cmp	$0x103, %edi
	je	op_touch
	cmp	$0x104, %edi
	je	op_panic
	cmp	$0x105, %edi
	je	op_triple
	inc	%esi
	jmp	return

op_spin:
	xor	%esi, %esi
	sti
1:	test	%esi, %esi
	jz	1b
	cli
	mov	$2, %edi
	jmp	return
preempt:
	mov	$1, %esi
	iret

op_registers:
	movd	%xmm0, %esi
	mov	%dr0, %edx
	movd	%ecx, %xmm0
	mov	%ecx, %dr0
	jmp	return

op_touch:
	mov	(%esi), %edx
	jmp	return

op_panic:
	mov	$HC_PANIC, %eax
	vmmcall

op_triple:
	pushl	$0
	pushw	$0
	lidt	(%esp)
	int3

	.balign	8
gdt:
	.quad	0, 0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.org	4096
	.section .note.GNU-stack, "", @progbits
