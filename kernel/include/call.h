/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call: one OPEN, INVOKE or CLOSE of a session, whoever asked. It occupies one activation of
 * a thread from the request to the answer, through all the upcalls that it takes
 * (START, CREATE, OPEN; or CLOSE, DESTROY).
 */
#ifndef KERNEL_CALL_H
#define KERNEL_CALL_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <include/abi/syscall.h>

struct process;
struct session;
struct shm;
struct tenant;
struct thread;

enum call_op {
	CALL_OPEN,
	CALL_INVOKE,
	CALL_CLOSE
};

/* A parameter in the kernel. */
struct kparam {
	uint32_t a, b; /* values: in, then out */
	struct memobj *obj; /* memref: referenced; NULL for a NULL or empty memref */
	struct shm *shm; /* in use while the call lasts, or NULL */
	uint64_t off, size; /* in obj, bytes, as the caller gave them */
	uint64_t out_size; /* as the callee left it */
	uint64_t null; /* 1: address 0, not just size 0 */
	uaddr_t from; /* the caller's buffer when the caller is a process (copied) */
	uaddr_t map; /* where the pages are mapped in the callee, 0 when they are not */
	uint64_t map_len;
};

struct call {
	enum call_op op;
	enum merlon_upcall step; /* upcall now running */
	uint32_t cmd, types;
	struct kparam params[4];
	uint32_t result, origin;
	uaddr_t ucall; /* the caller's struct merlon_call; 0 when the REE or the kernel asked */
	bool by_kernel; /* close of an orphan: nobody waits for the answer */
	bool from_callee; /* output parameters are valid */
	uint64_t deadline; /* TSC value; 0 for none */
	uint8_t uuid[16]; /* OPEN: destination */
	struct merlon_identity ident; /* OPEN: who asks */
};

enum act_state {
	ACT_FIND, /* OPEN: looking for or waiting for an instance */
	ACT_ENTER, /* wants a stack slot of the process */
	ACT_RUN, /* in user mode, or about to be */
};

struct activation {
	enum act_state state;
	struct process *proc; /* referenced; NULL until found */
	struct session *sess; /* referenced */
	struct arch_uctx *uctx;
	int slot; /* -1: none. Written under proc->lock by whoever grants it */
	bool cancel_masked;
	bool counted; /* one of proc->nsess is this call's to drop */
	struct call call;
};

/* --- call.c: the life of the top activation. All run on t's own CPU. ----------------------- */
/* A fresh activation for t; fill in ->call. NULL when t is too deep or memory is short. */
struct activation *call_push(struct thread *t);
/* Undoes call_push: releases what the parameters hold. Delivers nothing. */
void call_pop(struct thread *t);
/* ACT_FIND: finds, starts or waits for the instance that OPEN wants. */
void call_find(struct cpu *c, struct thread *t);
/* ACT_ENTER: gets a slot and makes the upcall, or waits. */
void call_enter(struct cpu *c, struct thread *t);
/* SYS_RETURN of the upcall that runs. */
void call_returned(struct cpu *c, struct thread *t, uint32_t result);
/* Ends the call with a result of the kernel's own. */
void call_abort(struct cpu *c, struct thread *t, uint32_t result);
/* Makes act the CLOSE of act->sess, whose id is dead from now on. TEE_Result: BUSY, or success. */
uint32_t call_prepare_close(struct activation *act);
/* True when the client of the top activation asked for cancellation, or its time is over. */
bool call_cancelled(const struct thread *t);

/* --- param.c --------------------------------------------------------------------------------- */
/* Maps the memrefs into the callee for the upcall. 0 or -ENOMEM. */
int params_map(struct call *call, struct process *p);
void params_unmap(struct call *call, struct process *p);
/* Fills the upcall's parameters; empty is the address that stands for an empty memref. */
void params_to_user(const struct call *call, union merlon_param *out, uaddr_t empty);
/* Takes the output parameters from what the callee left. */
void params_from_user(struct call *call, const union merlon_param *in);
/* Parameters of a call that process p makes: checks, and copies inputs to private pages. */
int params_from_caller(struct thread *t, struct call *call, const struct merlon_call *in);
/* Copies outputs back to the process that called. */
int params_to_caller(struct call *call, struct process *p);
/* Drops objects and shared-memory use counts. */
void params_release(struct call *call, struct tenant *tn);

static inline unsigned param_type(uint32_t types, unsigned i)
{
	return (types >> (4 * i)) & 0xf;
}

static inline bool param_is_mem(unsigned type)
{
	return type >= PARAM_MEMREF_INPUT && type <= PARAM_MEMREF_INOUT;
}

static inline bool param_is_out(unsigned type)
{
	return type == PARAM_VALUE_OUTPUT || type == PARAM_VALUE_INOUT ||
	       type == PARAM_MEMREF_OUTPUT || type == PARAM_MEMREF_INOUT;
}

static inline bool param_is_in(unsigned type)
{
	return type == PARAM_VALUE_INPUT || type == PARAM_VALUE_INOUT ||
	       type == PARAM_MEMREF_INPUT || type == PARAM_MEMREF_INOUT;
}

#endif
