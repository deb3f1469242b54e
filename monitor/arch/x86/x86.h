/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions, and the few architectural numbers that more than one file needs. */
#ifndef MONITOR_X86_H
#define MONITOR_X86_H

#include <stdint.h>

#define MSR_APIC_BASE  0x1b
#define MSR_SPEC_CTRL  0x48
#define MSR_PRED_CMD   0x49
#define MSR_PAT	       0x277
#define MSR_EFER       0xc0000080
#define MSR_GS_BASE    0xc0000101
#define MSR_TSC_AUX    0xc0000103
#define MSR_VM_CR      0xc0010114
#define MSR_VM_HSAVE   0xc0010117
#define MSR_STAR       0xc0000081
#define MSR_LSTAR      0xc0000082
#define MSR_CSTAR      0xc0000083
#define MSR_SFMASK     0xc0000084
#define MSR_KERNEL_GS  0xc0000102
#define EFER_SCE       (1ull << 0)
#define EFER_LME       (1ull << 8)
#define EFER_LMA       (1ull << 10)
#define EFER_NXE       (1ull << 11)
#define EFER_SVME      (1ull << 12)
#define CR0_PE	       (1ull << 0)
#define CR0_MP	       (1ull << 1)
#define CR0_ET	       (1ull << 4)
#define CR0_NE	       (1ull << 5)
#define CR0_WP	       (1ull << 16)
#define CR0_NW	       (1ull << 29)
#define CR0_CD	       (1ull << 30)
#define CR0_PG	       (1ull << 31)
#define CR4_DE	       (1ull << 3)
#define CR4_PAE	       (1ull << 5)
#define CR4_PGE	       (1ull << 7)
#define CR4_OSFXSR     (1ull << 9)
#define CR4_OSXMMEXCPT (1ull << 10)
#define CR4_VMXE       (1ull << 13)
#define CR4_OSXSAVE    (1ull << 18)
#define CR4_SMEP       (1ull << 20)
#define CR4_SMAP       (1ull << 21)
#define PAT_RESET      0x0007040600070406ull

#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_TSS	 0x18

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

static inline uint64_t xgetbv0(void)
{
	uint32_t lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (uint64_t)hi << 32 | lo;
}

static inline void xsetbv0(uint64_t v)
{
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

static inline void outb(uint16_t port, uint8_t v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

#define READ_REG(name, insn)                                               \
	static inline uint64_t name(void)                                  \
	{                                                                  \
		uint64_t v;                                                \
		asm volatile("mov %%" insn ", %0" : "=r"(v) : : "memory"); \
		return v;                                                  \
	}
#define WRITE_REG(name, insn)                                          \
	static inline void name(uint64_t v)                            \
	{                                                              \
		asm volatile("mov %0, %%" insn : : "r"(v) : "memory"); \
	}
READ_REG(read_cr0, "cr0")
READ_REG(read_cr2, "cr2")
READ_REG(read_cr3, "cr3")
READ_REG(read_cr4, "cr4")
WRITE_REG(write_cr0, "cr0")
WRITE_REG(write_cr2, "cr2")
WRITE_REG(write_cr3, "cr3")
WRITE_REG(write_cr4, "cr4")
READ_REG(read_dr0, "dr0")
READ_REG(read_dr1, "dr1")
READ_REG(read_dr2, "dr2")
READ_REG(read_dr3, "dr3")
WRITE_REG(write_dr0, "dr0")
WRITE_REG(write_dr1, "dr1")
WRITE_REG(write_dr2, "dr2")
WRITE_REG(write_dr3, "dr3")
READ_REG(read_dr6, "dr6")
WRITE_REG(write_dr6, "dr6")

#endif
