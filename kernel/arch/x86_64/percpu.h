/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU has of its own. GS points at it in ring 0. Written by its own CPU only, except
 * that other CPUs read `active` and `entries` (pt.c says why).
 */
#ifndef X86_PERCPU_H
#define X86_PERCPU_H

#include <kernel/include/arch.h>
#include <kernel/arch/x86_64/layout.h>

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iomap;
} __attribute__((packed));

struct percpu {
	struct percpu *self;
	struct arch_uctx *uctx; /* where an entry from user mode saves its registers */
	uint64_t stack; /* top of the empty kernel stack */
	uint64_t scratch;
	struct arch_pt *active; /* tables that user mode runs on right now, else NULL */
	uint64_t canary;
	uint64_t smap; /* CR4.SMAP is set: CLAC exists */
	uint64_t entries; /* counts entries to user mode */
	struct arch_pt *loaded; /* tables in CR3 (a reference), or NULL for the kernel's own */
	uint64_t loaded_gen; /* loaded->gen when CR3 was written */
	struct arch_uctx *ext_owner; /* whose extended state is in the registers, or NULL */
	struct cpu cpu;
	uint64_t gdt[7];
	struct tss tss;
};

#define PC_ASSERT(field, off) _Static_assert(offsetof(struct percpu, field) == (off), "layout.h")
PC_ASSERT(self, PC_SELF);
PC_ASSERT(uctx, PC_UCTX);
PC_ASSERT(stack, PC_STACK);
PC_ASSERT(scratch, PC_SCRATCH);
PC_ASSERT(active, PC_ACTIVE);
PC_ASSERT(canary, PC_CANARY);
PC_ASSERT(smap, PC_SMAP);

static inline struct percpu *this_cpu(void)
{
	struct percpu *p;

	asm("mov %%gs:0, %0" : "=r"(p));
	return p;
}

/*
 * Virtual memory of one CPU: a slot of 64 KiB with unmapped pages between all stacks.
 */
#define CPU_SLOT      0x10000ull
#define CPU_STACK     0x1000ull
#define CPU_STACK_END 0x5000ull
#define CPU_IST(n)    (0x6000ull + ((n)-1) * 0x2000ull) /* one page; n from 1 */
#define CPU_DATA      0xd000ull

#endif
