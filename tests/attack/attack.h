/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attack modules share. Each runs its cases when it is loaded and writes one line
 * for each to the kernel log,
 *	MODULE: PASS name
 *	MODULE: FAIL name: why
 * and at the end "MODULE: N passed, M failed". The driver is loaded: it has attached.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <linux/module.h>
#include <linux/tee_drv.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include "abi/hypercall.h"
#include "abi/optee_msg.h"
#include "abi/stats.h"
#include "abi/tee_call.h"

#define attack_pass(name) attack_result(KBUILD_MODNAME, name, NULL)
#define attack_fail(name, fmt, ...)                               \
	do {                                                      \
		char why_[160];                                   \
		snprintf(why_, sizeof(why_), fmt, ##__VA_ARGS__); \
		attack_result(KBUILD_MODNAME, name, why_);        \
	} while (0)
/* One case: passed when @ok, else failed with the reason that follows. */
#define attack_check(name, ok, fmt, ...)                       \
	do {                                                   \
		if (ok)                                        \
			attack_pass(name);                     \
		else                                           \
			attack_fail(name, fmt, ##__VA_ARGS__); \
	} while (0)

void attack_result(const char *module, const char *name, const char *why);
/* Ends the module's list of results. One module runs at a time. */
void attack_summary(const char *module);

/* A hypercall: its status; registers in place. */
s64 attack_hypercall(u64 function, struct tee_regs *regs);
/* 0 when there is a monitor. */
int attack_probe(void);

/* One range of host RAM that is not Linux's: the TEE's and the monitor's. */
struct attack_range {
	u64 base, size;
};

/* Finds it without asking the monitor for more than where its log is. 0 or -E. */
int attack_find_range(struct attack_range *range);
/* The same without the logs at its end: what Linux has no right to at all. 0 or -E. */
int attack_find_closed(struct attack_range *range);
/* The log ring @which; false when there is none. */
bool attack_ring(unsigned int which, struct attack_range *ring);

/* One access: false when it was answered by a fault. */
bool attack_load(const u64 *at, u64 *value);
bool attack_store(u64 *at, u64 value);

/* --- A page with a message, driven by hand --- */

#define ATTACK_RPC_OFFSET 256
#define ATTACK_PAGE_USED  (ATTACK_RPC_OFFSET + OPTEE_MSG_GET_ARG_SIZE(TEE_RPC_MAX_PARAMS))

struct attack_page {
	struct optee_msg_arg *arg; /* at the start of a page */
	struct optee_msg_arg *rpc; /* ATTACK_RPC_OFFSET into it */
	u64 pa;
	struct tee_regs regs; /* of the last call */
	s64 status;
};

/* A zeroed page that the TEE may be told of: where the seat asks for it, shared. 0: none. */
unsigned long attack_shared_page(void);
/* The TEE must not use it any more. */
void attack_unshare_page(unsigned long page);

int attack_page_init(struct attack_page *p);
void attack_page_free(struct attack_page *p);
/* TEE_OP_CALL of the message; goes on after interruptions. RDI of the answer. */
u64 attack_call(struct attack_page *p);
/* TEE_OP_RESUME of the last answer's thread with @flags; goes on after interruptions. */
u64 attack_resume(struct attack_page *p, u64 flags);
/* attack_call(), answering every RPC with @rpc_ret until it is done. */
u64 attack_call_through(struct attack_page *p, u32 rpc_ret);

/* The TEE's gauges that must be the same before and after. */
struct attack_gauges {
	u64 value[TEE_STAT_COUNT];
};

void attack_gauges_read(struct attack_gauges *g);
/* The first that is not what it was, logged with its values; or NULL. */
const char *attack_gauges_differ(const struct attack_gauges *before);
/* A case: passed when nothing is left behind since @before. */
#define attack_gauges_check(name, before)                                     \
	do {                                                                  \
		const char *gauge_ = attack_gauges_differ(before);            \
		attack_check(name, !gauge_, "%s is not what it was", gauge_); \
	} while (0)

/* A session with a TA, through the driver. */
struct attack_session {
	struct tee_context *ctx;
	u32 session;
};

/* 0 or the TEE_Result or -E that says why not. */
u32 attack_session_open(struct attack_session *s, const uuid_t *ta);
void attack_session_close(struct attack_session *s);
/* With the hello TA. */
u32 attack_hello_open(struct attack_session *h);
u32 attack_hello_increment(const struct attack_session *h, u64 *value);
/* Open, increment, close: 0 when the TEE still serves a client as it should. */
u32 attack_hello(void);

/* A case of it. */
#define attack_normal_invoke(name)                                  \
	do {                                                        \
		u32 hello_ = attack_hello();                        \
		attack_check(name, !hello_, "result 0x%x", hello_); \
	} while (0)

#endif
