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
void switch_preempt(struct vcpu *tee);

/* cpuid.c */
void handle_cpuid(struct vcpu *v, const struct vexit *e);
struct cpuid cpuid_filter(struct vcpu *v, uint32_t leaf, uint32_t subleaf);

/* msr.c */
void msr_init(void);
void handle_msr(struct vcpu *v, const struct vexit *e);

/* io.c */
void io_init(void);
void handle_io(struct vcpu *v, const struct vexit *e);

/* fault.c, apic.c */
void handle_fault(struct vcpu *v, const struct vexit *e);
void apic_write_fault(struct vcpu *v, const struct vexit *e);

/* guest.c: reads n bytes at a guest-virtual address from the partition's own RAM: bytes read. */
size_t guest_read(struct vcpu *v, uint64_t va, void *buf, size_t n);

/* insn.c */
struct insn {
	uint8_t len;
	bool exchange; /* XCHG: the register gets the old value */
	bool immediate; /* store imm, else register reg */
	uint8_t reg;
	uint32_t imm;
};
/* Decodes a 32-bit store; false: not one of the forms known. */
bool insn_decode_store(const uint8_t *bytes, size_t n, unsigned int bits, struct insn *out);

static inline uint64_t *gpr(struct vcpu *v, unsigned int n)
{
	return &(&v->regs.rax)[n];
}

#endif
