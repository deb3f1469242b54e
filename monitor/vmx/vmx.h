/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of vmx/. */
#ifndef MONITOR_VMX_H
#define MONITOR_VMX_H

#include <monitor/monitor.h>
#include <monitor/virt.h>
#include <monitor/vmx/vmcs.h>

struct vmx_vcpu {
	uint64_t vmcs_pa;
	bool launched; /* VMRESUME instead of VMLAUNCH */
	bool shutdown; /* an injected fault could not be delivered: report EXIT_SHUTDOWN */
	bool preempt; /* MERLON_VEC_PREEMPT waits for the guest to take interrupts */
	uint64_t event; /* to be injected at the next entry: monitor/event.h */
	uint32_t pin, primary; /* as last written to the VMCS */
	/* What a VMCS does not hold and the CPU has once, while this vCPU is not the live one. */
	uint64_t star, lstar, cstar, sfmask, kernel_gs, cr2, dr6;
};

/* This CPU's */
struct vmx_cpu {
	struct vcpu *current; /* whose VMCS VMREAD and VMWRITE reach */
	struct vcpu *live; /* whose registers of the last line above are in the CPU */
	uint32_t pin[PART_COUNT], primary[PART_COUNT], secondary, exit, entry; /* adjusted */
};

static inline struct vmx_vcpu *vmx_of(struct vcpu *v)
{
	return v->control;
}

static inline uint64_t vmread(enum vmcs_field field)
{
	uint64_t value;
	bool failed;

	asm volatile("vmread %2, %0"
		     : "=r"(value), "=@ccbe"(failed)
		     : "r"((uint64_t)field)
		     : "memory");
	if (__builtin_expect(failed, 0))
		panic("VMREAD of %x failed", field);
	return value;
}

static inline void vmwrite(enum vmcs_field field, uint64_t value)
{
	bool failed;

	asm volatile("vmwrite %1, %2"
		     : "=@ccbe"(failed)
		     : "r"(value), "r"((uint64_t)field)
		     : "memory");
	if (__builtin_expect(failed, 0))
		panic("VMWRITE of %x failed", field);
}

/* Bits of CR0 that the guest only believes to change: NE is fixed, and how caches work is not
 * switched by the hardware from one world to the other (SDM volume 3, 28.5.1). */
#define CR0_OURS (CR0_NE | CR0_NW | CR0_CD)
/* All that a guest may set in CR4: what is hidden in CPUID is a reserved bit. */
#define CR4_GUEST 0x771fffull

/* vmx.c */
/* Makes VMREAD and VMWRITE reach this vCPU of the calling CPU. */
void vmx_use(struct vcpu *v);

/* run.S: 0: the guest exited; 1: an NMI came before it was entered; 2: the CPU refused. */
enum vmx_result {
	VMX_EXITED,
	VMX_NMI,
	VMX_REFUSED
};
uint64_t vmx_enter(struct vcpu *v, uint64_t launched);
void vmx_wait(void);
void vmx_unblock_nmi(void); /* ends the blocking of NMIs that an NMI's exit began */
extern char vmx_exit[], vmx_abort[], vmx_enter_begin[], vmx_enter_end[], vmx_wait_begin[],
	vmx_wait_end[];

/* exits.c */
/* What happened, as policy sees it; false: nothing for policy, run on. */
bool vmx_decode(struct vcpu *v, struct vexit *e);
/* Puts what waits to be injected into the VMCS. */
void vmx_prepare_event(struct vcpu *v);
void vmx_set_primary(struct vcpu *v, uint32_t bits, bool on);
void vmx_skip(struct vcpu *v, const struct vexit *e);
void vmx_inject(struct vcpu *v, uint8_t vector);
bool vmx_inject_nmi(struct vcpu *v);
void vmx_preempt(struct vcpu *v, bool on);

/* state.c */
void vmx_vcpu_start(struct vcpu *v, enum vcpu_start how, uint64_t where);
uint64_t vmx_get(struct vcpu *v, enum vreg reg);
void vmx_set(struct vcpu *v, enum vreg reg, uint64_t value);

/* refused.c: logs why the CPU refused to enter; `failed`: no VM exit happened at all. */
void vmx_explain(struct vcpu *v, bool failed);

#endif
