/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of the test TAs, one function each. Types are checked before they are called. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <tee_internal_api.h>

#include <test_ta.h>

struct test_session {
	uint32_t count;
};

/* params.c */
TEE_Result test_values(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_copy(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_xor(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_describe(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_size(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_result(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_rights(struct test_session *s, TEE_Param p[4], uint32_t types);

/* faults.c */
TEE_Result test_panic(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_fault(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_loop(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_stack(struct test_session *s, TEE_Param p[4], uint32_t types);

/* regs.c */
TEE_Result test_regs_fill(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_regs_find(struct test_session *s, TEE_Param p[4], uint32_t types);

/* tee.c */
TEE_Result test_wait(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_wait_masked(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_tick(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_spin(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_call(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_time(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_heap(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_log(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_identity(struct test_session *s, TEE_Param p[4], uint32_t types);
TEE_Result test_work(struct test_session *s, TEE_Param p[4], uint32_t types);

#endif
