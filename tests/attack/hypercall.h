/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of attack_hypercall.ko share. */
#ifndef ATTACK_HYPERCALL_H
#define ATTACK_HYPERCALL_H

#include "attack.h"

#define TEEC_ERROR_OUT_OF_MEMORY 0xffff000c
#define TEEC_ERROR_COMMUNICATION 0xffff000e
#define TEEC_ERROR_BUSY		 0xffff000d
/* In a message before the call: the TEE never answers with it. */
#define TEEC_UNANSWERED 0x600dbad0

/* An empty message in @p. */
struct optee_msg_arg *hc_message(struct attack_page *p, u32 cmd, u32 num_params);
/* A case: the call is DONE with result @want. RPCs are answered with an error. */
void hc_expect(const char *name, struct attack_page *p, u32 want);
/* A case: the call is refused, by an error of the operation or in the message. */
void hc_expect_refused(const char *name, struct attack_page *p);

/* lists.c: page lists and registered memory. @foreign: a page of the TEE's. */
void hc_attack_lists(struct attack_page *p, u32 session, u64 foreign);
/* answers.c: thread tokens; answers to RPCs; messages that change while they are read. */
void hc_attack_tokens(struct attack_page *p);
void hc_attack_answers(struct attack_page *p, u64 foreign);
void hc_attack_races(struct attack_page *p, u32 session);

#endif
