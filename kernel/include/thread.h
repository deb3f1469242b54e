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
	raddr_t msg, rpc; /* in REE RAM, checked */
	struct optee_msg_arg hdr; /* private copies; hdr gets the answer */
	struct optee_msg_param params[TEE_MSG_MAX_PARAMS];
	bool replied; /* the answer has been written */
	bool resetting; /* unwound by a tenant reset: no RPC, nobody waits for the answer */
	bool yield; /* resetting: waits for another thread */
	bool no_orphans; /* an orphan's server was busy: leave the orphans to others */

	/* RPC. */
	bool rpc_out; /* an RPC is in REE memory, to be sent when the event ends */
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
enum thread_state thread_state(const struct thread *t);

/* The one way out of every event of a thread: what to run next, or NULL with c->ret set. */
struct thread *thread_next(struct cpu *c, struct thread *t);
/* A claimed thread goes on: hands it the answer to its RPC, if it made one. */
struct thread *thread_resumed(struct cpu *c, struct thread *t);
/* Makes t resumable and gives the CPU to the REE with `ret` and the token. */
struct thread *thread_suspend(struct cpu *c, struct thread *t, uint64_t ret);

static inline struct activation *thread_top(struct thread *t)
{
	return &t->acts[t->depth - 1];
}

/* --- rpc.c ------------------------------------------------------------------------------------ */
/* Puts a request into REE memory; t is suspended when the event ends; then answer() runs. */
void rpc_start(struct cpu *c, struct thread *t, uint32_t cmd, const struct optee_msg_param *params,
	       unsigned n, void (*answer)(struct cpu *, struct thread *));
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

/* --- msg.c ------------------------------------------------------------------------------------ */
/* TEE_OP_CALL. */
struct thread *msg_call(struct cpu *c, struct tenant *tn, const struct tee_regs *in);
/* Writes the answer to the REE's message, output parameters only. */
void msg_reply(struct thread *t, struct activation *act);

#endif
