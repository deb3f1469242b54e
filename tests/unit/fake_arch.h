/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An architecture for the host: CPUs are host threads, user mode is coroutines.
 *
 * The code of a process is a C function, chosen by the process's UUID. It runs on a stack of its
 * own and enters the kernel by usys(); its memory it reaches by uread() and uwrite(), since its
 * addresses are not the host's.
 */
#ifndef FAKE_ARCH_H
#define FAKE_ARCH_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <include/abi/syscall.h>
#include <include/abi/optee_msg.h>

struct user; /* an activation, as its code sees itself */

/* One upcall after START; the default START does READY with what the program says. */
typedef uint32_t upcall_fn(struct user *u, struct merlon_call *call);

struct program {
	const uint8_t *uuid;
	uint32_t flags; /* TA_FLAG_* */
	uint32_t stack_size;
	upcall_fn *start; /* before READY; NULL: nothing to do */
	upcall_fn *upcall;
};

extern const struct program *fake_programs; /* ends with uuid NULL */

int64_t usys(struct user *u, unsigned nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
	     uint64_t a4);
void ufault(struct user *u, uint64_t addr);
/* An interrupt for Linux arrives here. */
void upreempt(struct user *u);
void uread(struct user *u, void *dst, uint64_t va, size_t n);
void uwrite(struct user *u, uint64_t va, const void *src, size_t n);
/* Scratch memory of this process, one page. */
uint64_t uscratch(struct user *u);
struct process *uprocess(struct user *u);
/* An address on its stack. */
uint64_t ustack(struct user *u);

/* --- The machine -------------------------------------------------------------------------------- */
/* Boots the kernel, once per test program. Services: UUIDs of boot image entries. */
struct fake_service {
	const uint8_t *uuid;
	uint32_t priv;
};
void fake_boot(const struct fake_service *services, unsigned n);
/* Which CPU this host thread is. */
void fake_cpu_set(unsigned id);
/* One TEE call, until the REE has the CPU again. */
struct tee_regs fake_tee_call(const struct tee_regs *in);
/* The timer takes this CPU from the REE, until the REE has it again. */
void fake_timer_event(void);

#define REE_SIZE (8u << 20)
extern uint8_t *fake_ree; /* REE RAM; addresses are the host's */

/* The last lines of the log that hold `text`; NULL when there is none. */
const char *fake_log_find(const char *text);
void fake_log_clear(void);
extern uint64_t fake_time; /* TSC ticks added to the clock; khz = 1000 */
extern uint64_t fake_timer[]; /* for each CPU, when it is due; 0: never */

#endif
