// SPDX-License-Identifier: BSD-2-Clause
/* From the CPU's exit reasons to neutral ones, and events on their way into a guest. */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/event.h>
#include <monitor/vmx/vmx.h>

#define VECTOR_NMI   2
#define EXIT_NOTHING EXIT_COUNT /* handled here */
#define REGISTER_RSP 4
#define XCR0_X87     (1ull << 0)
#define XCR0_SSE     (1ull << 1)
#define XCR0_AVX     (1ull << 2)
#define XCR0_MPX     (3ull << 3)
#define XCR0_AVX512  (7ull << 5)
#define XCR0_AMX     (3ull << 17)

static const uint8_t reasons[] = {
	[REASON_EXCEPTION] = EXIT_NMI,
	[REASON_INTERRUPT] = EXIT_INTERRUPT,
	[REASON_TRIPLE_FAULT] = EXIT_SHUTDOWN,
	[REASON_INIT] = EXIT_INIT,
	[REASON_INT_WINDOW] = EXIT_NOTHING,
	[REASON_NMI_WINDOW] = EXIT_NMI_DONE,
	/* Needs a task gate, which no 64-bit system has; not emulated. */
	[REASON_TASK_SWITCH] = EXIT_HIDDEN,
	[REASON_CPUID] = EXIT_CPUID,
	[REASON_GETSEC] = EXIT_HIDDEN,
	[REASON_INVD] = EXIT_CACHE,
	[REASON_VMCALL] = EXIT_HYPERCALL,
	[REASON_VMCLEAR... REASON_VMXON] = EXIT_HIDDEN,
	[REASON_CR] = EXIT_NOTHING,
	[REASON_IO] = EXIT_IO,
	[REASON_RDMSR] = EXIT_MSR,
	[REASON_WRMSR] = EXIT_MSR,
	[REASON_EPT] = EXIT_FAULT,
	[REASON_INVEPT] = EXIT_HIDDEN,
	[REASON_TIMER] = EXIT_TIMER,
	[REASON_INVVPID] = EXIT_HIDDEN,
	[REASON_XSETBV] = EXIT_NOTHING,
};

void vmx_set_primary(struct vcpu *v, uint32_t bits, bool on)
{
	struct vmx_vcpu *s = vmx_of(v);
	uint32_t primary = on ? s->primary | bits : s->primary & ~bits;

	if (primary != s->primary)
		vmwrite(VMCS_PRIMARY, s->primary = primary);
}

void vmx_skip(struct vcpu *v, const struct vexit *e)
{
	uint64_t blocked;

	vmx_use(v);
	blocked = vmread(VMCS_INTERRUPTIBILITY);
	vmwrite(VMCS_GUEST_RIP, vmread(VMCS_GUEST_RIP) + e->insn_len);
	if (blocked & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS))
		vmwrite(VMCS_INTERRUPTIBILITY, blocked & ~(BLOCKED_BY_STI | BLOCKED_BY_MOV_SS));
	if (vmread(VMCS_GUEST_RFLAGS) & RFLAGS_TF)
		vmwrite(VMCS_PENDING_DEBUG, vmread(VMCS_PENDING_DEBUG) | PENDING_BS);
}

void vmx_inject(struct vcpu *v, uint8_t vector)
{
	struct vmx_vcpu *s = vmx_of(v);

	s->event = event_merge(s->event, vector);
	if (!s->event)
		s->shutdown = true;
}

/* The hardware masks further NMIs until IRET, and the window then exits. */
bool vmx_inject_nmi(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);

	vmx_use(v);
	vmx_set_primary(v, PRIMARY_NMI_WINDOW, true);
	/* After STI or MOV SS the CPU would not take it (SDM volume 3, 27.3.1.5). */
	if (s->event || vmread(VMCS_INTERRUPTIBILITY))
		return false;
	s->event = event_make(EVENT_TYPE_NMI, VECTOR_NMI);
	return true;
}

void vmx_preempt(struct vcpu *v, bool on)
{
	struct vmx_vcpu *s = vmx_of(v);

	s->preempt = on;
	if (on)
		return;
	if (event_is(s->event, EVENT_TYPE_EXTERNAL))
		s->event = 0;
	vmx_use(v);
	vmx_set_primary(v, PRIMARY_INTERRUPT_WINDOW, false);
}

/* The preemption, once nothing else is to be injected and the guest takes interrupts. */
static void prepare_preempt(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	bool open = !s->event && vmread(VMCS_GUEST_RFLAGS) & RFLAGS_IF &&
		    !(vmread(VMCS_INTERRUPTIBILITY) & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS));

	vmx_set_primary(v, PRIMARY_INTERRUPT_WINDOW, !open);
	if (!open)
		return;
	s->event = event_make(EVENT_TYPE_EXTERNAL, MERLON_VEC_PREEMPT);
	s->preempt = false;
}

void vmx_prepare_event(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	uint64_t event;

	if (s->preempt)
		prepare_preempt(v);
	event = s->event;
	if (!event)
		return;
	/* Real mode has no error codes. */
	if (!(vmread(VMCS_GUEST_CR0) & CR0_PE))
		event &= ~EVENT_HAS_ERROR;
	if (event & EVENT_HAS_ERROR)
		vmwrite(VMCS_ENTRY_ERROR, EVENT_ERROR(event));
	vmwrite(VMCS_ENTRY_EVENT, (uint32_t)event);
}

/* The entry consumed what was injected; what was being delivered at the exit is to be again. */
static void take_event(struct vmx_vcpu *s)
{
	uint64_t info = vmread(VMCS_VECTORING);

	s->event = 0;
	if (!(info & EVENT_VALID))
		return;
	if (info & EVENT_HAS_ERROR)
		info |= vmread(VMCS_VECTORING_ERROR) << 32;
	/* Bit 12 is undefined there and reserved at an entry. */
	s->event = event_again(info & ~(1ull << 12));
	if (event_is(s->event, EVENT_TYPE_NMI))
		vmwrite(VMCS_INTERRUPTIBILITY, vmread(VMCS_INTERRUPTIBILITY) & ~BLOCKED_BY_NMI);
}

/*
 * A MOV to CR0 or CR4 that changes a bit of ours. When the change is allowed, the guest's view of
 * that bit changes and the instruction runs again: the hardware then does and checks the rest.
 */
static void handle_cr(struct vcpu *v)
{
	uint64_t q = vmread(VMCS_QUALIFICATION), n = CR_REGISTER(q);
	uint64_t value = n == REGISTER_RSP ? vmread(VMCS_GUEST_RSP) : (&v->regs.rax)[n];

	if (CR_NUMBER(q) == 0 && CR_IS_MOV_TO(q) && !(value & CR0_NW && !(value & CR0_CD)))
		vmwrite(VMCS_CR0_SHADOW, value & CR0_OURS);
	else
		vmx_inject(v, VECTOR_GP);
}

/* SDM volume 1, 13.3. */
static bool xcr0_ok(uint64_t value)
{
	struct cpuid d = arch_cpuid(0xd, 0);
	uint64_t mpx = value & XCR0_MPX, avx512 = value & XCR0_AVX512, amx = value & XCR0_AMX;

	if (value & ~((uint64_t)d.edx << 32 | d.eax) || !(value & XCR0_X87))
		return false;
	if ((value & XCR0_AVX && !(value & XCR0_SSE)) || (mpx && mpx != XCR0_MPX) ||
	    (amx && amx != XCR0_AMX))
		return false;
	return !avx512 || (avx512 == XCR0_AVX512 && value & XCR0_AVX);
}

static void handle_xsetbv(struct vcpu *v, struct vexit *e)
{
	uint64_t value = v->regs.rdx << 32 | (uint32_t)v->regs.rax;

	if ((uint32_t)v->regs.rcx || !xcr0_ok(value)) {
		vmx_inject(v, VECTOR_GP);
		return;
	}
	xsetbv0(value);
	e->insn_len = (uint8_t)vmread(VMCS_INSN_LEN);
	vmx_skip(v, e);
}

static void decode_fault(struct vexit *e)
{
	uint64_t q = vmread(VMCS_QUALIFICATION);

	e->write = q & EPT_WRITE;
	e->exec = q & EPT_FETCH;
	e->addr = vmread(VMCS_GUEST_PHYSICAL);
	if (q & EPT_NMI_UNBLOCKED && !(vmread(VMCS_VECTORING) & EVENT_VALID))
		vmwrite(VMCS_INTERRUPTIBILITY, vmread(VMCS_INTERRUPTIBILITY) | BLOCKED_BY_NMI);
}

bool vmx_decode(struct vcpu *v, struct vexit *e)
{
	uint32_t reason = (uint32_t)vmread(VMCS_REASON);
	uint64_t q;

	*e = (struct vexit){.reason = EXIT_BROKEN, .addr = reason};
	if (reason & REASON_ENTRY_FAILED) {
		vmx_explain(v, false);
		return true;
	}
	take_event(vmx_of(v));
	/* Some stand as 0 in the table but are not EXIT_HYPERCALL. */
	if (reason >= ARRAY_SIZE(reasons) || (!reasons[reason] && reason != REASON_VMCALL))
		return true;
	e->reason = reasons[reason];
	switch (reason) {
	case REASON_VMCALL:
		e->user = RIGHTS_DPL(vmread(SEG_FIELD(RIGHTS, SEG_SS)));
		break;
	case REASON_EXCEPTION:
		v->cpu->nmi_seen = 0;
		vmx_unblock_nmi();
		break;
	case REASON_NMI_WINDOW:
		vmx_set_primary(v, PRIMARY_NMI_WINDOW, false);
		break;
	case REASON_CR:
		handle_cr(v);
		break;
	case REASON_XSETBV:
		handle_xsetbv(v, e);
		break;
	case REASON_IO:
		q = vmread(VMCS_QUALIFICATION);
		e->write = !(q & IO_IN);
		e->string = q & IO_STRING;
		e->size = IO_SIZE(q);
		e->port = IO_PORT(q);
		break;
	case REASON_EPT:
		decode_fault(e);
		return true;
	case REASON_WRMSR:
		e->write = true;
		break;
	}
	e->insn_len = (uint8_t)vmread(VMCS_INSN_LEN);
	return e->reason != EXIT_NOTHING;
}
