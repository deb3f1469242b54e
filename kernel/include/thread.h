/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread serves one standard call of an REE. It is a stack of activations and migrates into
 * the processes that it calls. While it is RUNNING only the CPU that runs it touches it, except
 * for the fields marked shared.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <kernel/include/call.h>
#include <kernel/include/tenant.h>
#include <include/abi/optee_msg.h>

#define THREAD_DEPTH 6 /* most activations */

enum thread_state {
	THREAD_FREE,
	THREAD_RUNNING,
	THREAD_SUSPENDED
};

/* An RPC argument with all the parameters there can be. */
struct rpc_arg {
	struct optee_msg_arg arg;
	struct optee_msg_param params[TEE_RPC_MAX_PARAMS];
};

struct thread {
	uint64_t word; /* shared, atomic: generation << 8 | enum thread_state */
	struct tenant *tenant;
	unsigned index;
	uint32_t cancel; /* shared, atomic: the client asks for cancellation */
	uint32_t kill; /* shared, atomic: unwind, killing what has no other client */
	uint32_t cancel_id, cancel_session; /* shared: names the call for CMD_CANCEL */

	/* The message. */
	raddr_t msg, rpc; /* in the pinned page */
	raddr_t pinned; /* until the thread is free, if has_pin */
	bool has_pin;
	struct optee_msg_arg hdr; /* private copies; hdr gets the answer */
	struct optee_msg_param params[TEE_MSG_MAX_PARAMS];
	bool replied; /* the answer has been written */
	bool resetting; /* unwound by a tenant reset: no RPC, nobody waits for the answer */
	bool yield; /* resetting: waits for another thread */
	bool no_orphans; /* an orphan's server was busy: leave the orphans to others */

	/* The TEE's own timer: core/timer.c. */
	uint64_t wake; /* atomic, any CPU reads: TSC when it is woken; 0: by the REE only */
	unsigned wake_cpu; /* whose timer */
	bool alone; /* woken by the timer: the REE still has the token and is not waiting for us */
	bool done; /* alone: the call has ended, the REE has not heard */

	/* RPC. */
	struct rpc_arg out;
	bool rpc_out; /* an RPC is to be sent when the event ends */
	bool rpc_held; /* alone: the RPC is sent when the REE resumes us */
	bool asleep; /* the RPC is a SUSPEND, which is not needed once we are resumed */
	void (*answer)(struct cpu *c, struct thread *t); /* runs when it comes back */
	union {
		struct {
			struct merlon_rpc req;
			uaddr_t user; /* where the process wants the answer */
		} rpc;
		struct {
			uint64_t size;
			uint32_t type;
			uaddr_t user;
		} alloc;
		struct {
			uaddr_t user;
		} time;
		struct {
			uint64_t until; /* TSC; 0: for ever */
		} sleep;
	} wait;

	/* Waiting for a process or a futex; under wait_proc->lock. */
	struct process *wait_proc; /* shared: read by the deadlock check */
	struct thread *wait_next;
	uaddr_t futex;
	uint32_t wakes; /* threads of this tenant, by index, that get a SEND before we go on */

	unsigned depth;
	struct activation acts[THREAD_DEPTH];
};

/* Allocates a tenant's threads. 0 or -ENOMEM. */
int thread_pool_init(struct tenant *tn);
/* A RUNNING thread, or NULL. No lock. */
struct thread *thread_alloc(struct cpu *c, struct tenant *tn);
void thread_free(struct thread *t);
unsigned thread_count(const struct tenant *tn);
/* SUSPENDED -> RUNNING by token, once. NULL for a stale token. */
struct thread *thread_claim(struct tenant *tn, uint64_t token);
/* The same by index, whatever the token. */
struct thread *thread_claim_index(struct tenant *tn, unsigned i);
/* The same for the timer: the REE's token stays good. thread_unclaim(): as if it had not been. */
struct thread *thread_claim_alone(struct tenant *tn, unsigned i);
void thread_unclaim(struct thread *t);
/* Whether the thread of this token, which could not be claimed, ran alone: the REE has to ask again.
 * By now it may be suspended, and the token be as good as before. */
bool thread_is_alone(const struct tenant *tn, uint64_t token);
enum thread_state thread_state(const struct thread *t);

/* The one way out of every event of a thread: what to run next, or NULL with c->ret set. */
struct thread *thread_next(struct cpu *c, struct thread *t);
/* The REE resumes a thread, which may have run alone since. */
struct thread *thread_back(struct cpu *c, struct thread *t);
/* A claimed thread goes on: hands it the answer to its RPC, if it made one. */
struct thread *thread_resumed(struct cpu *c, struct thread *t);
/* Makes t resumable and gives the CPU to the REE with `ret` and the token. */
struct thread *thread_suspend(struct cpu *c, struct thread *t, uint64_t ret);

static inline struct activation *thread_top(struct thread *t)
{
	return &t->acts[t->depth - 1];
}

/* When the timer wakes t: TSC; 0: never. */
static inline void thread_set_wake(struct thread *t, uint64_t tsc)
{
	__atomic_store_n(&t->wake, tsc, __ATOMIC_RELAXED);
}

/* --- rpc.c ------------------------------------------------------------------------------------ */
/* A request to the REE; t is suspended when the event ends; then answer() runs. */
void rpc_start(struct cpu *c, struct thread *t, uint32_t cmd, const struct optee_msg_param *params,
	       unsigned n, void (*answer)(struct cpu *, struct thread *));
/* Puts the request into REE memory. */
void rpc_send(struct thread *t);
/* Reads the answer once. Its ret is TEE_ERROR_COMMUNICATION when the REE did not answer. */
void rpc_answer(struct thread *t, struct rpc_arg *out);
/* WAIT for this thread's key; nothing happens with the answer. ms 0: no timeout. */
void rpc_wait(struct cpu *c, struct thread *t, uint32_t ms);
/* SEND to the first thread in t->wakes. */
void rpc_wake(struct cpu *c, struct thread *t);
void rpc_suspend(struct cpu *c, struct thread *t, uint32_t ms,
		 void (*answer)(struct cpu *, struct thread *));
/* SHM_FREE of a buffer that the REE gave. */
void rpc_shm_free(struct cpu *c, struct thread *t, uint32_t type, uint64_t cookie);

/* --- timer.c ---------------------------------------------------------------------------------- */
/* t is being suspended: its t->wake may be this CPU's next event. */
void timer_suspend(struct cpu *c, struct thread *t);
/* t was preempted: alone, it goes on after a while if the REE does not come first. */
void timer_preempted(struct thread *t);

/* --- msg.c ------------------------------------------------------------------------------------ */
/* TEE_OP_CALL. */
struct thread *msg_call(struct cpu *c, struct tenant *tn, const struct tee_regs *in);
/* Writes the answer to the REE's message, output parameters only. */
void msg_reply(struct thread *t, struct activation *act);

#endif
