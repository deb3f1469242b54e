/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: instances of TAs and services. See docs/kernel.md for the life cycle.
 *
 * Lives as long as somebody references it; its resources (address space, handles) are freed
 * when it is dead and the last activation has left.
 */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <kernel/include/handle.h>
#include <include/abi/boot.h>
#include <include/abi/syscall.h>

#define SLOTS_MAX	 8 /* activations at once of a PRIV_CONCURRENT service */
#define STACK_START_SIZE (64 * 1024u) /* until READY chooses */
#define STACK_MAX_SIZE	 (1024 * 1024u)

struct tenant;
struct thread;

enum process_state {
	PROC_STARTING, /* in UPCALL_START or UPCALL_CREATE */
	PROC_LIVE,
	PROC_EXITING, /* last session is closed, UPCALL_DESTROY */
	PROC_DEAD,
};

struct slot {
	struct thread *thread; /* who is in it, or NULL */
	struct memobj *obj; /* stack, then one page with the call frame; NULL: not made yet */
	uaddr_t base; /* of the reservation: guard page, stack, frame page */
	uint64_t stack;
};

struct process {
	struct tenant *tenant;
	uint32_t refs; /* atomic */
	uint32_t pid;
	uint32_t priv;
	uint8_t uuid[16];
	struct process *next; /* process list; under its lock */

	spinlock_t lock; /* everything down to futexes */
	enum process_state state; /* read without the lock only to see DEAD early */
	bool listed;
	bool released;
	bool crashed;
	uint32_t nsess; /* sessions to it, orphans included */
	uint32_t users; /* activations in a slot */
	uint32_t nslots;
	struct slot slots[SLOTS_MAX];
	struct thread *waiters; /* for a slot, first come first served */
	struct thread *finders; /* for STARTING or EXITING to end */
	struct thread *futexes;

	/* Set by the one thread that starts it, constant after. */
	struct aspace *as;
	uaddr_t runtime_base, start_page;
	uint64_t runtime_size;
	bool ready;
	struct merlon_ready info;

	uint32_t opened; /* atomic: sessions that this process opened */
	struct handle_table handles;
};

void process_init(void);
bool process_concurrent(const struct process *p);
bool process_dead(const struct process *p);
struct process *process_get(struct process *p);
void process_put(struct process *p);
uint32_t process_count(void);

/* What an OPEN finds. */
enum find_result {
	FIND_NEW, /* *out starts now and t is in its slot 0 */
	FIND_OLD, /* *out is live and one more session is counted */
	FIND_WAIT, /* t is queued at *out; look again after it has been woken */
	FIND_REFUSED, /* *result says why */
};
/* *out is referenced unless refused. */
enum find_result process_find(struct thread *t, const uint8_t uuid[16], struct process **out,
			      uint32_t *result);
/* START is over and successful: other OPENs may go on. */
void process_live(struct thread *t, struct process *p);
/* One session less. True: it was the last and the instance has to be destroyed (EXITING). */
bool process_drop_session(struct process *p);
/* The end, orderly or not. Wakes all who wait for it. Crash dumps are the caller's affair. */
void process_die(struct thread *t, struct process *p);
/* The end of what the top activation of t is in, with a crash dump. Counted as a panic. */
void process_crash(struct cpu *c, struct thread *t, const char *reason, uint64_t addr,
		   uint64_t code);

/*
 * The same because the REE says so. The REE chose the moment and reads the log, so the log gets no
 * register, no address and no stack: an REE could else read a TA's secrets out of them.
 */
void process_kill(struct cpu *c, struct thread *t);

/* Tenant reset, after its threads: the rest dies. */
void process_kill_tenant(struct tenant *tn);
/* True: dead and empty. The caller holds p->lock and calls process_release() after unlocking. */
bool process_release_due(struct process *p);
/* Frees what a dead process held. */
void process_release(struct process *p);

/* --- slots (slot.c) -------------------------------------------------------------------------- */
enum enter_result {
	ENTER_OK,
	ENTER_WAIT, /* queued */
	ENTER_DEAD,
	ENTER_DEADLOCK, /* waiting would wait for itself */
};
/* Gets a slot of the process for t's top activation, or queues t when wait. */
enum enter_result slot_enter(struct thread *t, struct process *p, bool wait);
/* Leaves the slot: the first waiter gets it. Frees the resources of a dead process. */
void slot_leave(struct thread *t, struct process *p, int slot);
/* Makes the slot's memory, with the stack size that the process wants by now. */
int slot_prepare(struct process *p, int slot);
/* Takes t out of whatever queue it is in. */
void wait_cancel(struct thread *t);
/* Wakes the whole list: records it in t->wakes. Caller holds p->lock. t may be NULL. */
void wait_wake_all(struct thread *t, struct thread **list);
/* Wakes one that its queue's owner has taken out. Caller holds p->lock. */
void wait_wake(struct thread *by, struct thread *t);
/* Puts t, which waits for a futex, at the end *pp of a queue of p. Caller holds p->lock. */
void wait_link(struct thread *t, struct process *p, struct thread **pp);
/* Records that t waits for p, unless that closes a cycle. Caller holds p->lock. */
bool wait_record(struct thread *t, struct process *p);

uaddr_t slot_frame(const struct slot *s);
uaddr_t slot_sp(const struct slot *s);

/* --- start.c ----------------------------------------------------------------------------------- */
/* Address space with runtime and start page. 0 or -E. */
int process_build(struct process *p);
uaddr_t process_start_entry(const struct process *p);

/* --- crash.c ----------------------------------------------------------------------------------- */
void crash_dump(struct thread *t, const char *reason, uint64_t addr, uint64_t code);
/* The first line of it: who and why. */
void crash_line(struct process *p, const char *reason, uint64_t addr, uint64_t code);

#endif
