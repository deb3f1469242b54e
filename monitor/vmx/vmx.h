/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of Intel SDM volume 3 (appendices A to C, chapters 25 to 28), and between the files of vmx/. */
#ifndef MONITOR_VMX_H
#define MONITOR_VMX_H

#include <monitor/monitor.h>
#include <monitor/virt.h>

enum vmcs_field {
	VMCS_VPID = 0x0000,
	VMCS_GUEST_SEL = 0x0800, /* + 2 * enum vmcs_seg, here and below */
	VMCS_HOST_ES_SEL = 0x0c00,
	VMCS_HOST_CS_SEL = 0x0c02,
	VMCS_HOST_SS_SEL = 0x0c04,
	VMCS_HOST_DS_SEL = 0x0c06,
	VMCS_HOST_TR_SEL = 0x0c0c,
	VMCS_IO_BITMAP_A = 0x2000,
	VMCS_IO_BITMAP_B = 0x2002,
	VMCS_MSR_BITMAP = 0x2004,
	VMCS_TSC_OFFSET = 0x2010,
	VMCS_EPTP = 0x201a,
	VMCS_GUEST_PHYSICAL = 0x2400,
	VMCS_LINK = 0x2800,
	VMCS_GUEST_DEBUGCTL = 0x2802,
	VMCS_GUEST_PAT = 0x2804,
	VMCS_GUEST_EFER = 0x2806,
	VMCS_HOST_PAT = 0x2c00,
	VMCS_HOST_EFER = 0x2c02,
	VMCS_PIN = 0x4000,
	VMCS_PRIMARY = 0x4002,
	VMCS_EXIT_CTL = 0x400c,
	VMCS_ENTRY_CTL = 0x4012,
	VMCS_ENTRY_EVENT = 0x4016,
	VMCS_ENTRY_ERROR = 0x4018,
	VMCS_SECONDARY = 0x401e,
	VMCS_INSN_ERROR = 0x4400,
	VMCS_REASON = 0x4402,
	VMCS_VECTORING = 0x4408,
	VMCS_VECTORING_ERROR = 0x440a,
	VMCS_INSN_LEN = 0x440c,
	VMCS_GUEST_LIMIT = 0x4800,
	VMCS_GUEST_RIGHTS = 0x4814,
	VMCS_INTERRUPTIBILITY = 0x4824,
	VMCS_ACTIVITY = 0x4826,
	VMCS_TIMER = 0x482e,
	VMCS_CR0_MASK = 0x6000,
	VMCS_CR4_MASK = 0x6002,
	VMCS_CR0_SHADOW = 0x6004,
	VMCS_CR4_SHADOW = 0x6006,
	VMCS_QUALIFICATION = 0x6400,
	VMCS_GUEST_CR0 = 0x6800,
	VMCS_GUEST_CR3 = 0x6802,
	VMCS_GUEST_CR4 = 0x6804,
	VMCS_GUEST_BASE = 0x6806,
	VMCS_GUEST_DR7 = 0x681a,
	VMCS_GUEST_RSP = 0x681c,
	VMCS_GUEST_RIP = 0x681e,
	VMCS_GUEST_RFLAGS = 0x6820,
	VMCS_PENDING_DEBUG = 0x6822,
	VMCS_HOST_CR0 = 0x6c00,
	VMCS_HOST_CR3 = 0x6c02,
	VMCS_HOST_CR4 = 0x6c04,
	VMCS_HOST_GS_BASE = 0x6c08,
	VMCS_HOST_TR_BASE = 0x6c0a,
	VMCS_HOST_GDTR_BASE = 0x6c0c,
	VMCS_HOST_IDTR_BASE = 0x6c0e,
	VMCS_HOST_RIP = 0x6c16,
};

enum vmcs_seg {
	SEG_ES,
	SEG_CS,
	SEG_SS,
	SEG_DS,
	SEG_FS,
	SEG_GS,
	SEG_LDTR,
	SEG_TR,
	SEG_GDTR, /* base and limit only */
	SEG_IDTR,
};
#define SEG_FIELD(kind, seg) ((enum vmcs_field)(VMCS_GUEST_##kind + 2 * (seg)))

#define PIN_EXTERNAL_INTERRUPT (1u << 0)
#define PIN_NMI		       (1u << 3)
#define PIN_VIRTUAL_NMIS       (1u << 5)
#define PIN_TIMER	       (1u << 6)

#define PRIMARY_INTERRUPT_WINDOW (1u << 2)
#define PRIMARY_TSC_OFFSET	 (1u << 3)
#define PRIMARY_CR8_LOAD	 (1u << 19)
#define PRIMARY_CR8_STORE	 (1u << 20)
#define PRIMARY_NMI_WINDOW	 (1u << 22)
#define PRIMARY_IO_BITMAPS	 (1u << 25)
#define PRIMARY_MSR_BITMAPS	 (1u << 28)
#define PRIMARY_SECONDARY	 (1u << 31)

#define SECONDARY_EPT	       (1u << 1)
#define SECONDARY_RDTSCP       (1u << 3)
#define SECONDARY_VPID	       (1u << 5)
#define SECONDARY_UNRESTRICTED (1u << 7)
#define SECONDARY_INVPCID      (1u << 12)
#define SECONDARY_WAITPKG      (1u << 26)

#define EXIT_SAVE_DEBUG (1u << 2)
#define EXIT_HOST_64	(1u << 9)
#define EXIT_SAVE_PAT	(1u << 18)
#define EXIT_LOAD_PAT	(1u << 19)
#define EXIT_SAVE_EFER	(1u << 20)
#define EXIT_LOAD_EFER	(1u << 21)

#define ENTRY_LOAD_DEBUG (1u << 2)
#define ENTRY_GUEST_64	 (1u << 9)
#define ENTRY_LOAD_PAT	 (1u << 14)
#define ENTRY_LOAD_EFER	 (1u << 15)

/* VMCS_INTERRUPTIBILITY */
#define BLOCKED_BY_STI	  (1u << 0)
#define BLOCKED_BY_MOV_SS (1u << 1)
#define BLOCKED_BY_NMI	  (1u << 3)

/* VMCS_PENDING_DEBUG */
#define PENDING_BS (1u << 14) /* single step */

/* VMCS_REASON: basic reasons, SDM appendix C */
#define REASON_ENTRY_FAILED (1u << 31)
#define REASON_INTERRUPT    1
#define REASON_TRIPLE_FAULT 2
#define REASON_INIT	    3
#define REASON_INT_WINDOW   7
#define REASON_NMI_WINDOW   8
#define REASON_TASK_SWITCH  9
#define REASON_CPUID	    10
#define REASON_GETSEC	    11
#define REASON_INVD	    13
#define REASON_VMCALL	    18
#define REASON_VMCLEAR	    19
#define REASON_VMXON	    27
#define REASON_CR	    28
#define REASON_IO	    30
#define REASON_RDMSR	    31
#define REASON_WRMSR	    32
#define REASON_EPT	    48
#define REASON_INVEPT	    50
#define REASON_TIMER	    52
#define REASON_INVVPID	    53
#define REASON_XSETBV	    55
#define REASON_EXCEPTION    0 /* or NMI; only NMIs are asked for */

/* VMCS_QUALIFICATION of an EPT violation, of an I/O port, of a control register */
#define EPT_WRITE	  (1u << 1)
#define EPT_FETCH	  (1u << 2)
#define EPT_NMI_UNBLOCKED (1u << 12) /* by the IRET that faulted */
#define IO_SIZE(q)	  (((q)&7) + 1)
#define IO_IN		  (1u << 3)
#define IO_STRING	  (1u << 4)
#define IO_PORT(q)	  ((uint16_t)((q) >> 16))
#define CR_NUMBER(q)	  ((q)&15)
#define CR_IS_MOV_TO(q)	  (!((q) >> 4 & 3))
#define CR_REGISTER(q)	  ((q) >> 8 & 15)

#define VMX_MSR_FEATURE_CONTROL 0x3a
#define VMX_MSR_BASIC		0x480
#define VMX_MSR_MISC		0x485 /* bits 0-4: TSC ticks of the timer's, as a power of two */
#define VMX_MSR_CR0_FIXED0	0x486
#define VMX_MSR_CR4_FIXED0	0x488
#define VMX_MSR_SECONDARY	0x48b
#define VMX_MSR_EPT_VPID	0x48c
#define VMX_MSR_PIN		0x48d /* these four: the TRUE forms */
#define VMX_MSR_PRIMARY		0x48e
#define VMX_MSR_EXIT		0x48f
#define VMX_MSR_ENTRY		0x490

#define FEATURE_LOCKED (1u << 0)
#define FEATURE_VMX    (1u << 2) /* outside SMX */

#define BASIC_REVISION(b) ((uint32_t)(b)&0x7fffffff)
#define BASIC_TRUE	  (1ull << 55)

/* VMX_MSR_EPT_VPID */
#define EPT_CAP_WALK4	    (1ull << 6)
#define EPT_CAP_WB	    (1ull << 14)
#define EPT_CAP_2M	    (1ull << 16)
#define EPT_CAP_1G	    (1ull << 17)
#define EPT_CAP_INVEPT_ALL  (1ull << 20 | 1ull << 26)
#define EPT_CAP_INVVPID_ALL (1ull << 32 | 1ull << 42)

/* Of a segment's rights; SS's is the guest's CPL. */
#define RIGHTS_DPL(r) ((r) >> 5 & 3)

struct vmx_vcpu {
	uint64_t vmcs_pa;
	bool launched; /* VMRESUME instead of VMLAUNCH */
	bool shutdown; /* an injected fault could not be delivered: report EXIT_SHUTDOWN */
	bool timed; /* the VMCS has a time for the timer */
	bool preempt; /* MERLON_VEC_PREEMPT waits for the guest to take interrupts */
	uint64_t event; /* to be injected at the next entry: monitor/event.h */
	uint32_t pin, primary; /* as last written to the VMCS */
	/* What a VMCS does not hold and the CPU has once, while this vCPU is not the live one. */
	uint64_t star, lstar, sfmask, kernel_gs, cr2, dr6;
};

/* This CPU's */
struct vmx_cpu {
	struct vcpu *current; /* whose VMCS VMREAD and VMWRITE reach */
	struct vcpu *live; /* whose registers of the last line above are in the CPU */
	uint32_t timer_shift; /* a tick of the timer is that power of two ticks of the TSC */
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
void vmx_flush(struct vcpu *v);
uint64_t vmx_get(struct vcpu *v, enum vreg reg);
void vmx_set(struct vcpu *v, enum vreg reg, uint64_t value);

/* refused.c: logs why the CPU refused to enter; `failed`: no VM exit happened at all. */
void vmx_explain(struct vcpu *v, bool failed);

#endif
