/* SPDX-License-Identifier: BSD-2-Clause */
/* The VM control block (AMD APM volume 2, appendix B), and between the files of svm/. */
#ifndef MONITOR_SVM_H
#define MONITOR_SVM_H

#include <monitor/virt.h>
#include <stddef.h>

struct vmcb_seg {
	uint16_t selector, attrib;
	uint32_t limit;
	uint64_t base;
};

#define TLB_FLUSH_ALL 1 /* vmcb.tlb_control: at the next VMRUN, this CPU's whole TLB */

struct vmcb {
	uint32_t intercept_cr, intercept_dr, intercept_exceptions;
	uint32_t intercept1, intercept2, intercept3;
	uint8_t reserved0[0x28];
	uint64_t iopm, msrpm, tsc_offset;
	uint32_t asid;
	uint8_t tlb_control, reserved1[3];
	uint32_t int_ctl, int_vector;
	uint64_t int_shadow;
	uint64_t exit_code, exit_info1, exit_info2, exit_int_info;
	uint64_t nested_ctl, avic, ghcb, event_inj, nested_cr3, lbr;
	uint32_t clean, reserved2;
	uint64_t next_rip;
	uint8_t insn_len, insn_bytes[15];
	uint8_t reserved3[0x320];

	struct vmcb_seg es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved4[43], cpl, reserved5[4];
	uint64_t efer;
	uint8_t reserved6[0x70];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved7[0x58];
	uint64_t rsp, s_cet, ssp, isst, rax;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, cr2;
	uint8_t reserved8[0x20];
	uint64_t pat, debugctl;
	uint8_t reserved9[0x988];
};

_Static_assert(offsetof(struct vmcb, iopm) == 0x40, "APM");
_Static_assert(offsetof(struct vmcb, exit_code) == 0x70, "APM");
_Static_assert(offsetof(struct vmcb, nested_ctl) == 0x90, "APM");
_Static_assert(offsetof(struct vmcb, next_rip) == 0xc8, "APM");
_Static_assert(offsetof(struct vmcb, es) == 0x400, "APM");
_Static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "APM");
_Static_assert(offsetof(struct vmcb, cr4) == 0x548, "APM");
_Static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "APM");
_Static_assert(offsetof(struct vmcb, pat) == 0x668, "APM");
_Static_assert(sizeof(struct vmcb) == 0x1000, "APM");

/* intercept1 */
#define I1_INTR	    (1u << 0)
#define I1_NMI	    (1u << 1)
#define I1_SMI	    (1u << 2)
#define I1_INIT	    (1u << 3)
#define I1_VINTR    (1u << 4)
#define I1_CPUID    (1u << 18)
#define I1_IRET	    (1u << 20)
#define I1_INVD	    (1u << 22)
#define I1_INVLPGA  (1u << 26)
#define I1_IOIO	    (1u << 27)
#define I1_MSR	    (1u << 28)
#define I1_SHUTDOWN (1u << 31)
/* intercept2: VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT */
#define I2_ALL_SVM 0x7fu

/* int_ctl */
#define V_IRQ	       (1u << 8)
#define V_PRIO_HIGHEST (15u << 16)
#define V_IGNORE_TPR   (1u << 20)
#define V_INTR_MASKING (1u << 24)

/* exit_info1 of a nested page fault */
#define NPF_WRITE (1u << 1)
#define NPF_EXEC  (1u << 4)

/* exit_info1 of an I/O port; exit_info2 is the next RIP */
#define IOIO_IN	     (1u << 0)
#define IOIO_STRING  (1u << 2)
#define IOIO_SIZE(i) (((i) >> 4) & 7) /* bytes: one bit each for 1, 2 and 4 */
#define IOIO_PORT(i) ((uint16_t)((i) >> 16))

#define VMEXIT_INTR	0x60
#define VMEXIT_NMI	0x61
#define VMEXIT_SMI	0x62
#define VMEXIT_INIT	0x63
#define VMEXIT_VINTR	0x64
#define VMEXIT_CPUID	0x72
#define VMEXIT_IRET	0x74
#define VMEXIT_INVD	0x76
#define VMEXIT_INVLPGA	0x7a
#define VMEXIT_IOIO	0x7b
#define VMEXIT_MSR	0x7c
#define VMEXIT_SHUTDOWN 0x7f
#define VMEXIT_VMRUN	0x80
#define VMEXIT_VMMCALL	0x81
#define VMEXIT_VMLOAD	0x82
#define VMEXIT_SKINIT	0x86
#define VMEXIT_NPF	0x400

struct svm_vcpu {
	struct vmcb *vmcb;
	uint64_t vmcb_pa, host_pa; /* host: the CPU's, where VMLOAD finds the monitor's state */
	uint64_t iret_rip; /* of the IRET that ends an NMI handler, until it is seen to have run */
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
