/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of svm/. */
#ifndef MONITOR_SVM_H
#define MONITOR_SVM_H

#include <monitor/svm/vmcb.h>
#include <monitor/virt.h>

struct svm_vcpu {
	struct vmcb *vmcb;
	uint64_t vmcb_pa;
	bool shutdown; /* an injected fault could not be delivered: report EXIT_SHUTDOWN */
};

static inline struct vmcb *vmcb_of(struct vcpu *v)
{
	return ((struct svm_vcpu *)v->control)->vmcb;
}

/* run.S */
void svm_enter(struct vcpu *v, uint64_t vmcb_pa, uint64_t host_pa, uint64_t interrupts);
void svm_wait(void);
void svm_take_pending(void);
extern char svm_wait_begin[], svm_wait_end[];

/* exits.c */
void svm_decode(struct vcpu *v, struct vexit *e);
void svm_skip(struct vcpu *v, const struct vexit *e);
void svm_inject(struct vcpu *v, uint8_t vector);
bool svm_inject_nmi(struct vcpu *v);
void svm_preempt(struct vcpu *v, bool on);
size_t svm_insn_bytes(struct vcpu *v, uint8_t *buf, size_t size);

/* state.c */
void svm_vcpu_start(struct vcpu *v, enum vcpu_start how, uint64_t where);
uint64_t svm_get(struct vcpu *v, enum vreg reg);
void svm_set(struct vcpu *v, enum vreg reg, uint64_t value);

#endif
