/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions, and the few architectural numbers that more than one file needs. */
#ifndef MONITOR_X86_H
#define MONITOR_X86_H

#include <monitor/arch/x86/asm.h>
#include <stdbool.h>
#include <stdint.h>

#define MSR_APIC_BASE  0x1b
#define MSR_PRED_CMD   0x49
#define MSR_FLUSH_CMD  0x10b
#define MSR_PAT	       0x277
#define MSR_EFER       0xc0000080
#define MSR_GS_BASE    0xc0000101
#define MSR_VM_CR      0xc0010114
#define MSR_VM_HSAVE   0xc0010117
#define MSR_STAR       0xc0000081
#define MSR_LSTAR      0xc0000082
#define MSR_SFMASK     0xc0000084
#define MSR_KERNEL_GS  0xc0000102
#define EFER_LME       (1ull << 8)
#define EFER_LMA       (1ull << 10)
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
#define CR4_OSFXSR     (1ull << 9)
#define CR4_OSXMMEXCPT (1ull << 10)
#define CR4_VMXE       (1ull << 13)
#define CR4_OSXSAVE    (1ull << 18)
#define CR4_SMEP       (1ull << 20)
#define CR4_SMAP       (1ull << 21)
#define PAT_RESET      0x0007040600070406ull
#define RFLAGS_TF      (1ull << 8)

/* What LGDT and LIDT take. */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* A bit of the maps that say which MSRs and ports exit. */
static inline void bitmap_set(uint8_t *map, uint32_t bit, bool on)
{
	map[bit / 8] &= ~(1u << bit % 8);
	map[bit / 8] |= (uint8_t)(on << bit % 8);
}

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

static inline void xsetbv0(uint64_t v)
{
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

#define REGISTER(name)                                                      \
	static inline uint64_t read_##name(void)                            \
	{                                                                   \
		uint64_t v;                                                 \
		asm volatile("mov %%" #name ", %0" : "=r"(v) : : "memory"); \
		return v;                                                   \
	}                                                                   \
	static inline void write_##name(uint64_t v)                         \
	{                                                                   \
		asm volatile("mov %0, %%" #name : : "r"(v) : "memory");     \
	}
REGISTER(cr0)
REGISTER(cr2)
REGISTER(cr3)
REGISTER(cr4)
REGISTER(dr0)
REGISTER(dr1)
REGISTER(dr2)
REGISTER(dr3)
REGISTER(dr6)

#endif
