/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the files of this architecture.
 */
#ifndef X86_ARCH_H
#define X86_ARCH_H

#include <kernel/arch/x86_64/percpu.h>

/*
 * Decided by boot.c before paging with protection is on, read-only ever since.
 */
struct boot_params {
	uint64_t kernel_base; /* virtual address of the image */
	uint64_t cpu_slots; /* virtual address of CPU 0's slot */
	uint64_t root; /* physical address of the kernel's own top-level table */
	uint64_t log; /* virtual address of the log ring */
	uint64_t free_base; /* first byte of TEE RAM that nobody uses */
	bool weak_random; /* RDRAND failed during boot */
	bool intel;
	struct tee_boot_info bi;
};
extern struct boot_params boot_params;

/* An entry of the interrupt descriptor table. */
struct idt_gate {
	uint16_t offset_lo, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_hi, reserved;
};
extern struct idt_gate idt[VEC_COUNT];

/* CPU features that decide something; set by cpu.c on the first CPU. */
struct features {
	bool smep, smap, umip, fsgsbase;
};
extern struct features features;

/* head.S jumps here, on the CPU's own stack, at the kernel's random place. */
_Noreturn void bsp_main(void);
_Noreturn void ap_main(unsigned id);

struct percpu *percpu_of(unsigned id);
void cpu_init(unsigned id);
void cpu_log_features(void);
void klog_init(void);

/* event.c: from entry.S, each on an empty stack. */
_Noreturn void syscall_event(void);
_Noreturn void exception_event(struct arch_uctx *u);
_Noreturn void kernel_fault(const struct arch_uctx *frame);
_Noreturn void ist_fault(unsigned vector, const uint64_t *hw_frame);
/* Runs t, or when it is NULL gives the CPU back until a thread is to run. */
_Noreturn void cpu_run(struct thread *t);

/* pt.c: puts pt in CR3 unless it is there with nothing stale, and marks it active. */
void pt_enter(struct percpu *p, struct arch_pt *pt);

#endif
