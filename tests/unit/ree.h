/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Linux driver in small, for host tests: builds messages, answers RPCs.
 */
#ifndef TEST_REE_H
#define TEST_REE_H

#include "fake_arch.h"

#define RPC_OFFSET 1024

enum ree_state {
	REE_DONE,
	REE_BLOCKED, /* in a WAIT that nobody has signalled */
	REE_PREEMPTED, /* only when stop_on_preempt */
	REE_ERROR, /* regs.rdi says which */
};

struct ree_call {
	struct optee_msg_arg *arg; /* at the start of a page of REE RAM */
	struct tee_regs regs; /* of the last return of the TEE */
	bool stop_on_preempt;
	bool stop_on_rpc; /* the next RPC that is not a SEND makes it REE_BLOCKED */
	enum ree_state state;
};

/* Answers an RPC that the test cares about. False: let the default do it. */
extern bool (*ree_rpc_hook)(struct optee_msg_arg *rpc);

void ree_init_once(void);
void ree_attach(void);
void ree_detach(void);
struct tee_regs ree_op(uint64_t op, uint64_t a, uint64_t b, uint64_t c);
uint64_t ree_stat(uint64_t which);

void *ree_page(void); /* a zeroed page of REE RAM of this CPU; the last 256 are valid */
void ree_prepare(struct ree_call *rc, uint32_t cmd, unsigned nparams);
enum ree_state ree_run(struct ree_call *rc);
/* RESUME with these flags, and on. */
enum ree_state ree_resume(struct ree_call *rc, uint64_t flags);

/* The usual calls. They return the TEE_Result. */
uint32_t ree_open(const uint8_t *uuid, uint32_t *session);
void ree_prepare_open(struct ree_call *rc, const uint8_t *uuid);
void ree_prepare_invoke(struct ree_call *rc, uint32_t session, uint32_t cmd, unsigned nparams);
uint32_t ree_invoke(uint32_t session, uint32_t cmd, uint64_t *a, uint64_t *b);
uint32_t ree_close(uint32_t session);

extern uint32_t ree_shm_live; /* buffers given by SHM_ALLOC and not freed */
extern uint32_t ree_sends; /* NOTIFICATION SENDs so far */

#endif
