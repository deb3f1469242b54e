/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of attack_hypercall.ko share, and messages for others. */
#ifndef ATTACK_HYPERCALL_H
#define ATTACK_HYPERCALL_H

#include <linux/string.h>
#include "attack.h"

#define TEEC_ERROR_OUT_OF_MEMORY 0xffff000c
#define TEEC_ERROR_COMMUNICATION 0xffff000e
#define TEEC_ERROR_BUSY		 0xffff000d
/* In a message before the call: the TEE never answers with it. */
#define TEEC_UNANSWERED 0x600dbad0

/* An empty message in @p. */
static inline struct optee_msg_arg *hc_message(struct attack_page *p, u32 cmd, u32 num_params)
{
	memset(p->arg, 0, PAGE_SIZE);
	p->arg->cmd = cmd;
	p->arg->num_params = num_params;
	/* An answer that is not written must not look like success. */
	p->arg->ret = TEEC_UNANSWERED;
	return p->arg;
}

/* A case: the call is DONE with result @want. RPCs are answered with an error. */
static inline void hc_expect(const char *name, struct attack_page *p, u32 want)
{
	u64 ret = attack_call_through(p, TEEC_ERROR_COMMUNICATION);

	attack_check(name, ret == TEE_RET_DONE && p->arg->ret == want,
		     "answer %lld, result 0x%x, not 0x%x", (s64)ret, p->arg->ret, want);
}

/* A case: the call is refused, by an error of the operation or in the message. */
static inline void hc_expect_refused(const char *name, struct attack_page *p)
{
	u64 ret = attack_call_through(p, TEEC_ERROR_COMMUNICATION);

	attack_check(name,
		     ret == TEE_EINVAL ||
			     (ret == TEE_RET_DONE && p->arg->ret && p->arg->ret != TEEC_UNANSWERED),
		     "answer %lld, result 0x%x", (s64)ret, p->arg->ret);
}

/* lists.c: page lists and registered memory. @foreign: a page of the TEE's. */
void hc_attack_lists(struct attack_page *p, u32 session, u64 foreign);
/* answers.c: thread tokens; answers to RPCs; messages that change while they are read. */
void hc_attack_tokens(struct attack_page *p);
void hc_attack_answers(struct attack_page *p, u64 foreign);
void hc_attack_races(struct attack_page *p, u32 session);

#endif
