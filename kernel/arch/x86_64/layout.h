/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets and numbers that assembly and C share. percpu.h and uctx.h assert them.
 */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

/* struct percpu, through GS. 40 is where GCC expects the stack protector's canary. */
#define PC_SELF	   0
#define PC_UCTX	   8
#define PC_STACK   16
#define PC_SCRATCH 24
#define PC_ACTIVE  32
#define PC_CANARY  40
#define PC_SMAP	   48

/* struct arch_uctx */
#define UC_R15	   0
#define UC_R14	   8
#define UC_R13	   16
#define UC_R12	   24
#define UC_RBP	   32
#define UC_RBX	   40
#define UC_R11	   48
#define UC_R10	   56
#define UC_R9	   64
#define UC_R8	   72
#define UC_RAX	   80
#define UC_RCX	   88
#define UC_RDX	   96
#define UC_RSI	   104
#define UC_RDI	   112
#define UC_VECTOR  120
#define UC_ERROR   128
#define UC_RIP	   136
#define UC_CS	   144
#define UC_RFLAGS  152
#define UC_RSP	   160
#define UC_SS	   168
#define UC_HW_END  176
#define UC_XSAVE   256
#define UC_SYSCALL 0x100 /* "vector" of a context that entered by SYSCALL */

/* The GDT: order is dictated by SYSCALL and SYSRET (SDM volume 3, 5.8.8). */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UDATA 0x1b
#define SEL_UCODE 0x23
#define SEL_TSS	  0x28

#define IST_DF	  1
#define IST_NMI	  2
#define IST_MC	  3
#define IST_COUNT 3

#define VEC_COUNT 256

/* abi/boot.h and struct boot_params, for head.S. */
#define BOOT_MAGIC_BSP 0x314e4c4d
#define BOOT_MAGIC_AP  0x504e4c4d
#define BI_TEE_BASE    16
#define BP_KERNEL_BASE 0
#define BP_CPU_SLOTS   8
#define BP_ROOT	       16

#endif
