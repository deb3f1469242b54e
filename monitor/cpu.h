/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A physical CPU and its virtual CPUs: one for each partition. Everything here belongs to its
 * CPU and is touched without locks, except what is marked "any CPU".
 */
#ifndef MONITOR_CPU_H
#define MONITOR_CPU_H

#include <abi/stats.h>
#include <monitor/types.h>

enum partition_id {
	PART_TEE,
	PART_REE,
	PART_COUNT
};

/* General registers of a vCPU; RSP, RIP and RFLAGS are the backend's (virt.h, enum vreg). */
struct gprs {
	uint64_t rax, rcx, rdx, rbx, unused_rsp, rbp, rsi, rdi; /* in the order of x86 encodings */
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

/* What a world switch must exchange by hand: the hardware keeps one copy (arch/x86/xstate.c). */
struct xregs {
	void *xsave; /* 64-byte aligned, arch_xstate_size() bytes */
	uint64_t xcr0;
	uint64_t dr[4];
};

#define MAX_EXCHANGED 8

enum vcpu_state {
	VCPU_OFF, /* TEE: not started; REE: before Linux boots */
	VCPU_WAIT_SIPI,
	VCPU_RUN,
};

struct vcpu {
	struct gprs regs; /* first: assembly knows */
	struct cpu *cpu;
	enum partition_id part;
	enum vcpu_state state;
	bool ready; /* TEE: has made its first TEE_RETURN */
	bool preempted; /* TEE: an interrupt for the REE waits, interrupts now wait for the return */
	bool alone; /* TEE: entered by the timer, not by a call of the REE */
	bool undisturbed; /* TEE: likewise, and the REE's task priority is in `tpr` */
	uint8_t tpr;
	bool nmi_masked; /* REE: an injected NMI has not come to its end */
	void *control; /* the backend's */
	/* TSC at which it is interrupted: the TEE at the end of its slice, the REE when the TEE wants
	 * the CPU; 0: never. Written here, read by CPU 0 (tick.c). */
	volatile uint64_t timer;
	volatile uint32_t tlb_seen; /* tlb_shootdown()s that it knows of; any CPU reads */
	struct xregs x;
	uint64_t msrs[MAX_EXCHANGED]; /* likewise (exchange.c) */
};

/* Events that other CPUs post; struct cpu.events */
#define EVENT_SIPI_VECTOR 0xffu
#define EVENT_SIPI	  (1u << 8)
#define EVENT_INIT	  (1u << 9)
#define EVENT_NMI	  (1u << 10)
#define EVENT_TEE_DEAD	  (1u << 11)
#define EVENT_TEE_KICK	  (1u << 13) /* the TEE asks for a preemption of its vCPU here */
#define EVENT_KICK	  (1u << 12) /* the NMI that arrives is the monitor's own */
#define EVENT_TIMER	  (1u << 14) /* the current vCPU's timer has come */

struct cpu {
	struct cpu *self; /* GS:0 */
	uint64_t stack_top;
	uint32_t id, apic_id;
	uint32_t ldr; /* logical APIC ID that the REE chose; written here, read by any CPU */
	volatile uint32_t events; /* any CPU, atomically */
	volatile uint32_t online; /* 1 once it runs monitor code on its own stack; any CPU reads */
	volatile uint32_t nmi_seen; /* GS:36: an NMI arrived while the monitor ran (trap.S) */
	uint64_t canary; /* GS:40: config.mk's stack protector */
	volatile uint32_t running; /* 1 + the partition that the CPU may run; any CPU reads */
	struct vcpu *current;
	void *virt; /* backend's per-CPU state */
	struct vcpu vcpu[PART_COUNT];
	uint64_t stats[MERLON_STAT_COUNT]; /* only grows; any CPU reads */
} __attribute__((aligned(256)));

_Static_assert(offsetof(struct cpu, nmi_seen) == 36, "arch/x86/asm.h");
_Static_assert(offsetof(struct cpu, canary) == 40, "stack protector");

extern struct cpu cpus[MAX_CPUS];
extern uint32_t ncpus;

static inline void stat_add(struct cpu *c, enum merlon_stat which)
{
	c->stats[which]++;
}

/* Posts events to a CPU and makes it look, wherever it is. Any CPU. */
void cpu_post(struct cpu *c, uint32_t events);

#endif
