/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between the portable kernel and an architecture. kernel/arch/x86_64/ provides
 * it; tests/unit/fake_arch.c provides it on the host.
 *
 * Execution model: one kernel stack per CPU, interrupts off in ring 0. An event (a TEE call, a
 * system call, a fault, a preemption) starts on an empty kernel stack, calls one event_*()
 * function, and acts on its result: run this thread's top activation in user mode, or (NULL) give
 * this CPU back to the REE with cpu->ret. Nothing waits inside an event; what must wait is
 * recorded in the thread.
 */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <kernel/include/addr.h>
#include <include/abi/tee_call.h>
#include <include/abi/boot.h>

struct aspace;
struct thread;
struct quota;

/* --- Per CPU ---------------------------------------------------------------------------- */
struct cpu {
	unsigned id;
	struct thread *current; /* whose user registers are live on this CPU, or NULL */
	struct tee_regs ret; /* what the REE gets when an event returns NULL */
	uint64_t timer; /* TSC of the next event_timer() here; 0: none is due */
};
struct cpu *arch_cpu(void);
unsigned arch_ncpus(void);

/* --- Locks: short, never held across user mode; interrupts are off anyway. --------------- */
typedef struct {
	uint32_t v;
} spinlock_t;
void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);

/* --- User contexts ----------------------------------------------------------------------- */
/*
 * Registers of one activation while it is not running: general registers, FS and GS base, all
 * XSAVE state. The arch saves the live XSAVE state before any other context's state is loaded
 * and before the CPU goes back to the REE, and never leaves one context's state visible to
 * another. Its size is ARCH_UCTX_SIZE, rounded up in one page.
 */
struct arch_uctx;
int arch_uctx_create(struct quota *q, struct arch_uctx **out);
void arch_uctx_destroy(struct quota *q, struct arch_uctx *u);
/* Fresh context: entry, stack, first three arguments; all else zero, XSAVE state initial. */
void arch_uctx_init(struct arch_uctx *u, uaddr_t entry, uaddr_t sp, uint64_t a0, uint64_t a1,
		    uint64_t a2);
uint64_t arch_sys_nr(const struct arch_uctx *u);
uint64_t arch_sys_arg(const struct arch_uctx *u, unsigned i); /* i < 6 */
void arch_sys_ret(struct arch_uctx *u, int64_t v);
uint64_t arch_uctx_pc(const struct arch_uctx *u);
uint64_t arch_uctx_sp(const struct arch_uctx *u);
uint64_t arch_uctx_fp(const struct arch_uctx *u);
/* Calls line() with printable pieces of the register dump ("rip=... rsp=..."), no newline. */
void arch_uctx_dump(const struct arch_uctx *u, void (*line)(void *arg, const char *text),
		    void *arg);
/*
 * Brings all of t's live state (XSAVE included) that is still in this CPU into its context. The
 * core calls it in the event that suspends t, before another CPU can be told to resume t.
 */
void arch_thread_park(struct cpu *c, struct thread *t);
/* Core provides: what the arch loads to run a thread. */
struct arch_uctx *thread_uctx(struct thread *t);
struct aspace *thread_aspace(struct thread *t);

/* --- Events: the core provides these; the arch calls them. --------------------------------- */
void kernel_init(const struct tee_boot_info *bi); /* first CPU, once, after mm is up */
struct thread *event_call(struct cpu *c, const struct tee_regs *in);
struct thread *event_syscall(struct cpu *c, struct thread *t);
struct fault_info {
	uint8_t vector;
	uint64_t error;
	uint64_t addr; /* CR2 for a page fault */
	const char *name; /* "page fault", "divide error", ... */
};
struct thread *event_fault(struct cpu *c, struct thread *t, const struct fault_info *f);
struct thread *event_preempt(struct cpu *c, struct thread *t);
/* The REE was interrupted: it gets the CPU back as it was, and c->ret goes nowhere. */
struct thread *event_timer(struct cpu *c);

/* --- Page tables: mm/aspace.c is the only caller. ------------------------------------------- */
struct arch_pt; /* root of one process's tables; the kernel half is shared */
int arch_pt_create(struct quota *q, struct arch_pt **out);
/*
 * No thread is in it any more, but the calling CPU may still have it loaded, and so may a CPU
 * that went back to the REE or to another process unless the arch left it first: the arch
 * makes sure that no CPU uses it after this returns.
 */
void arch_pt_destroy(struct quota *q, struct arch_pt *pt);
/* Allocates the tables for [va, +len), so that arch_pt_set cannot fail. */
int arch_pt_prepare(struct quota *q, struct arch_pt *pt, uaddr_t va, uint64_t len);
void arch_pt_set(struct arch_pt *pt, uaddr_t va, uint64_t frame, unsigned prot);
void arch_pt_clear(struct arch_pt *pt, uaddr_t va, uint64_t len);
/* Removes stale translations of the range on every CPU before it returns. */
void arch_pt_flush(struct arch_pt *pt, uaddr_t va, uint64_t len);
extern const uint64_t arch_user_base, arch_user_end; /* range of addresses for processes */

/* --- Time, randomness, the end ------------------------------------------------------------- */
uint64_t arch_tsc(void);
uint64_t arch_tsc_khz(void);
/* event_timer() on this CPU at this TSC value, in place of an earlier one. A seat may have no timer. */
void arch_timer(uint64_t tsc);
/* 0, or -EIO when the CPU's generator fails. */
int arch_entropy(void *buf, size_t n);
/* Kernel log: the ring of abi/log.h. Never a kernel address, never a secret. */
void klog(unsigned level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void klog_text(unsigned level, unsigned source, unsigned pid, const char *text, size_t n);
/* Our bug. Logs file and line, tells the transport; this TEE is dead, Linux goes on. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
