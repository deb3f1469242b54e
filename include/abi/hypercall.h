/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Hypercalls: how a partition (the REE, the TEE) talks to the monitor.
 *
 * Instruction: VMMCALL on AMD, VMCALL on Intel, refused with #UD above CPL 0.
 * Registers:   RAX = function in, status out (MERLON_HC_OK or MERLON_HC_E*);
 *              RDI RSI RDX RCX R8 R9 = arguments in, results out. A register
 *              that a function does not name as a result is unchanged. All others
 *              are preserved.
 * Presence:    CPUID leaf 0x40000000: EAX = highest leaf, EBX ECX EDX = signature.
 *              Ask before the first hypercall: without the monitor it is #UD.
 * Context:     any CPU, any interrupt state; nothing blocks inside the monitor.
 */
#ifndef ABI_HYPERCALL_H
#define ABI_HYPERCALL_H

#define MERLON_CPUID_LEAF 0x40000000u
#define MERLON_CPUID_EBX  0x6c72654du /* "Merl" */
#define MERLON_CPUID_ECX  0x65546e6fu /* "onTe" */
#define MERLON_CPUID_EDX  0x31764565u /* "eEv1" */

#define MERLON_ABI_MAJOR   1u
#define MERLON_ABI_MINOR   0u
#define MERLON_ABI_VERSION ((MERLON_ABI_MAJOR << 16) | MERLON_ABI_MINOR)

/* Status in RAX: 64-bit two's complement. */
#define MERLON_HC_OK	 0
#define MERLON_HC_EINVAL (-22) /* unknown function or a value out of range */
#define MERLON_HC_EPERM	 (-1) /* known, but not for this partition */
#define MERLON_HC_EDEAD	 (-32) /* the TEE has panicked; only logs and counters still answer */
#define MERLON_HC_EBUSY	 (-16) /* the TEE is not ready on this CPU; a page is in use */
#define MERLON_HC_ENOMEM (-12) /* a bound is reached */
#define MERLON_HC_TIMER	 1 /* TEE_RETURN only: no call, the time of TEE_TIMER has come */

/* --- Any partition ------------------------------------------------------------------ */

/*
 * INFO: RDI = MERLON_ABI_VERSION, RSI = MERLON_FEAT_* bits, RDX = MERLON_SEAT_*,
 * RCX = number of CPUs, R8 = 0 for the TEE, 1 + guest number for an REE, R9 = TSC kHz.
 */
#define MERLON_HC_INFO 0x01
/* LOG: RDI = ring (MERLON_LOG_*). Out: RDI = guest-physical address, RSI = size in bytes.
 * The ring (abi/log.h) is mapped read-only for the REE. */
#define MERLON_HC_LOG 0x02
/* STAT: RDI = CPU, RSI = counter (MERLON_STAT_*, abi/stats.h). Out: RDI = value. REE only. */
#define MERLON_HC_STAT 0x03

/* --- REE ------------------------------------------------------------------------------ */

/*
 * TEE_CALL: RDI RSI RDX RCX R8 R9 go to the TEE's vCPU on this physical CPU unchanged
 * (abi/tee_call.h says what they mean); when RAX = OK on return, the same registers are
 * the TEE's answer.
 */
#define MERLON_HC_TEE_CALL 0x10

/*
 * Sharing memory, in the seat `vm` only (EINVAL in others); the verbs are those of Arm FF-A. A list is
 * a page of the caller's own that holds page addresses, 64 bits each, from its start: RDI = its
 * address, RSI = how many, 1 to MERLON_MEM_LIST_MAX. All of a list is done or nothing of it; after an
 * error RDI = place in the list of the page that cannot be. At most half of RAM is offered at a time:
 * ENOMEM.
 *
 * MEM_SHARE: RDX = MERLON_MEM_*. Offers pages of Linux's RAM to the TEE. EBUSY: one is offered already.
 * MEM_RECLAIM: takes offered pages back. EBUSY: the TEE has retrieved one and not relinquished it;
 * EPERM: it was donated. RDI = MERLON_MEM_ALL: all that can be had back; out: RDI = how many were,
 * RSI = how many remain. What is left of a dead TEE can always be had back.
 */
#define MERLON_HC_MEM_SHARE   0x11
#define MERLON_HC_MEM_RECLAIM 0x12
#define MERLON_MEM_LIST_MAX   512
#define MERLON_MEM_ALL	      ((uint64_t)-1)

#define MERLON_MEM_SHARED  1 /* Linux keeps its rights, the TEE reads and writes */
#define MERLON_MEM_LENT	   2 /* Linux and its devices lose theirs until MEM_RECLAIM */
#define MERLON_MEM_DONATED 3 /* as LENT, and once retrieved the page is the TEE's to keep */

/* --- TEE ------------------------------------------------------------------------------ */

/*
 * TEE_RETURN: ends the current TEE_CALL on this CPU, RDI RSI RDX RCX R8 R9 become the REE's
 * results. Returns inside the TEE when the REE calls again on this CPU, with the call's
 * registers. The first TEE_RETURN on a CPU says "this vCPU is ready"; its registers go nowhere.
 * With RAX = MERLON_HC_TIMER there is no call: Linux was interrupted, and the registers of the next
 * TEE_RETURN go nowhere.
 */
#define MERLON_HC_TEE_RETURN 0x20
/* TEE_PANIC: the TEE is dead on all CPUs; does not return. Its log ring stays readable. */
#define MERLON_HC_TEE_PANIC 0x21
/*
 * TEE_KICK: RDI = CPU. If that CPU is in the TEE, it gets MERLON_VEC_PREEMPT soon, so user mode
 * there ends; if not, nothing happens.
 */
#define MERLON_HC_TEE_KICK 0x22

/*
 * TEE_TIMER: RDI = TSC at which the TEE wants this CPU, one for each CPU; 0: never. When the time has
 * come, and not later than MERLON_TICK_MS after it, the CPU is taken from Linux whatever it does,
 * interrupts enabled or not, and TEE_RETURN returns MERLON_HC_TIMER. A CPU that Linux has stopped (INIT)
 * stays so. EINVAL: MERLON_FEAT_TIMER is not there.
 */
#define MERLON_HC_TEE_TIMER 0x23

/*
 * MEM_RETRIEVE: from here on the TEE reads and writes these offered pages, and Linux cannot reclaim
 * them. MEM_RELINQUISH: no longer, on any CPU; pages that were not MERLON_MEM_SHARED are wiped, and
 * donated ones are Linux's again.
 */
#define MERLON_HC_MEM_RETRIEVE	 0x24
#define MERLON_HC_MEM_RELINQUISH 0x25

#define MERLON_SEAT_WORLD 0
#define MERLON_SEAT_VM	  1
#define MERLON_SEAT_MANY  2
#define MERLON_SEAT_GUEST 3
#define MERLON_SEAT_TD	  4

/* The TEE maps all REE RAM; no page needs to be shared before it is named in a message. */
#define MERLON_FEAT_REE_MAPPED (1u << 0)
/* An IOMMU keeps devices that Linux drives out of TEE and monitor memory. */
#define MERLON_FEAT_DMA_CONTAINED (1u << 1)
/*
 * The TEE has a timer of its own (TEE_TIMER), which also bounds a call: after MERLON_TICK_MS to twice
 * that on the CPU, user mode of the TEE gets MERLON_VEC_PREEMPT as if an interrupt for Linux waited.
 */
#define MERLON_FEAT_TIMER (1u << 2)
/* A test build that leaves TEE and monitor memory open to the REE: keep no secret in it. */
#define MERLON_FEAT_GUARD_OFF (1u << 31)

#define MERLON_TICK_MS 10u

#define MERLON_LOG_MONITOR 0
#define MERLON_LOG_TEE	   1
#define MERLON_LOG_COUNT   2

/*
 * The vector that the monitor injects into a running TEE vCPU when a physical interrupt
 * for Linux is waiting, or a call has had its time. The kernel suspends the thread and answers TEE_RET_PREEMPTED.
 */
#define MERLON_VEC_PREEMPT 0xf0

#endif
