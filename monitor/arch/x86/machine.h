/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of arch/x86/ and main.c; policy uses monitor/arch.h. */
#ifndef MONITOR_MACHINE_H
#define MONITOR_MACHINE_H

#include <monitor/cpu.h>
#include <monitor/types.h>

/* Virtual layout. The image is linked at IMAGE_VA + its load address. */
#define IMAGE_VA    0xffffffff80000000ull
#define STACKS_VA   0xffffffffc0000000ull
#define APIC_VA	    0xffffffffe0000000ull
#define IOAPIC_VA   0xffffffffe0001000ull
#define DEVICES_VA  0xffffffffe0200000ull
#define DEVICES_END 0xffffffffe4000000ull
#define DIRECT_VA   0xffff800000000000ull

#define STACK_SIZE (4 * PAGE_SIZE) /* and an unmapped page below each */
#define STACK_SLOT (8 * PAGE_SIZE)
enum stack {
	STACK_MAIN,
	STACK_FAULT,
	STACK_NMI,
	STACKS_PER_CPU
};

/* paging.c: builds the monitor's tables, moves the image to its place and goes on there. */
void paging_start(void);
void paging_enable_features(void); /* on each CPU */
void paging_map_trampoline(uint64_t page, bool on); /* identity; page below 1 MiB */
uint64_t stack_top(uint32_t cpu, enum stack which);

/* desc.c: GDT, TSS, IDT and GS of the calling CPU. */
void desc_load(struct cpu *c);
/* trap.S: goes on in another function, on another stack. */
void stack_switch(uint64_t top, void (*to)(void)) __attribute__((noreturn));

/* lapic.c */
uint32_t lapic_start(void); /* of the calling CPU; returns its APIC ID */
void lapic_send(uint32_t apic_id, uint32_t icr);

/* smp.c */
void smp_init_all(void); /* sends INIT to all other CPUs; 10 ms must pass before smp_start */
void smp_start(void); /* returns when all run ap_main on their own stacks */
void ap_main(struct cpu *c) __attribute__((noreturn)); /* main.c */

/* tsc.c */
uint64_t tsc_calibrate(void); /* kHz */
void tsc_delay_us(uint64_t us);

/* misc.c: one line on COM1. */
void serial_write(const char *text, size_t len);

/* trap.S: an NMI that finds RIP in [begin, end) goes on at `out`. A window that is all zeroes is
 * none. Set once, before the first NMI. */
struct nmi_window {
	char *begin, *end, *out;
};
extern struct nmi_window nmi_windows[2];

/* xstate.c, once per CPU */
void xstate_cpu_on(void);

/* misc.c: a random value for a CPU's stack protector. */
uint64_t new_canary(void);

/* 0 before this CPU has its GS. */
uint32_t this_cpu_id(void);

#endif
