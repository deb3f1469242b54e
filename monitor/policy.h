/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handlers of exits and what they share. Each handler runs on the vCPU's own physical CPU,
 * with the vCPU stopped.
 */
#ifndef MONITOR_POLICY_H
#define MONITOR_POLICY_H

#include <monitor/virt.h>

typedef void (*exit_handler)(struct vcpu *v, const struct vexit *e);

/* exit.c: runs this CPU's partitions for ever, starting with v. */
void cpu_loop(struct cpu *c) __attribute__((noreturn));
/* Runs one exit's worth of the current vCPU. */
void cpu_step(struct cpu *c);

/* events.c */
void events_handle(struct cpu *c);
void handle_nmi(struct vcpu *v, const struct vexit *e);
void handle_init(struct vcpu *v, const struct vexit *e);
void handle_nmi_done(struct vcpu *v, const struct vexit *e);

/* hypercall.c */
void handle_hypercall(struct vcpu *v, const struct vexit *e);
uint32_t features(void);

/* switch.c */
uint64_t switch_to_tee(struct vcpu *ree); /* returns a status for the REE when it refuses */
void switch_to_ree(struct vcpu *tee, uint64_t status);
/* Asks the TEE to come back soon because the REE is wanted on this CPU. */
void switch_preempt(struct vcpu *tee, const struct vexit *e);
/* If v->timer has come: takes the CPU from the REE, or asks the TEE to come back. */
void handle_timer(struct vcpu *v, const struct vexit *e);
/* Hypercall TEE_TIMER. */
uint64_t switch_set_timer(struct vcpu *tee);
bool timer_is_over(const struct vcpu *v);
extern uint64_t tee_slice; /* how long a call may run, TSC ticks; 0: there is no timer */
/* Finds one. Boot only; before it, nothing has a timer. */
void timer_init(void);

/* tick.c: the timer where virt->has_timer() is false */
/* Filters Linux's writes to the HPET, and takes what it needs. Boot only; false: there are no ticks. */
bool tick_find(bool wanted);
/* The calling CPU's vCPU has a timer. */
void tick_start(void);
/* An NMI has come: whether it was a tick's. `kick`: it was, or may have been, a kick's. */
bool tick_nmi(bool kick);
/* The REE's write to a register of the HPET. */
void tick_hpet_write(uint32_t offset, uint32_t value);
/* apic.c: whether an interrupt of this kind may be asked for; if not, says so. */
bool interrupt_mode_ok(uint32_t entry);
/* Whether this pin of the I/O APIC is ours. */
bool tick_owns_pin(uint32_t pin);

/* cpuid.c */
void handle_cpuid(struct vcpu *v, const struct vexit *e);
struct cpuid cpuid_filter(struct vcpu *v, uint32_t leaf, uint32_t subleaf);

/* exchange.c: what the hardware has once; the CPU's current vCPU is `to` then. */
void exchange_init(void);
void exchange(struct vcpu *from, struct vcpu *to);

/* msr.c */
void msr_init(void);
void handle_msr(struct vcpu *v, const struct vexit *e);

/* io.c */
void io_init(void);
void handle_io(struct vcpu *v, const struct vexit *e);

/* chipset.c: takes what reaches around second-level tables. Boot only, before those are built. */
void chipset_init(void);
/* Whether a write to this byte of PCI_DATA, by what PCI_ADDRESS is now, must be dropped; says so. */
bool chipset_keeps(uint16_t port);
/* Whether it lies in configuration memory: what is guarded there takes no writes. */
bool chipset_has(uint64_t addr);

/* fault.c, apic.c */
void handle_fault(struct vcpu *v, const struct vexit *e);
void device_write(struct vcpu *v, const struct vexit *e);

/* guest.c: reads n bytes at a guest-virtual address from the partition's own RAM: bytes read. */
size_t guest_read(struct vcpu *v, uint64_t va, void *buf, size_t n);

/* insn.c */
struct insn {
	uint8_t len;
	bool exchange; /* XCHG: the register gets the old value */
	bool immediate; /* store imm, else register reg */
	bool wide; /* 64 bits; imm is to be extended with its sign */
	uint8_t reg;
	uint32_t imm;
};
/* Decodes a 32-bit or 64-bit store; false: not one of the forms known. */
bool insn_decode_store(const uint8_t *bytes, size_t n, unsigned int bits, struct insn *out);

static inline uint64_t *gpr(struct vcpu *v, unsigned int n)
{
	return &(&v->regs.rax)[n];
}

#endif
