// SPDX-License-Identifier: BSD-2-Clause
/*
 * Waiting, death, reset.
 */
#include "harness.h"

/* --- Waiting ---------------------------------------------------------------------------------------------------- */

static void test_tokens(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;
	uint64_t token;

	ree_prepare_invoke(&rc, s, CMD_PREEMPT, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	rc.arg->params[0].u.value.a = 2;
	rc.stop_on_preempt = true;
	assert_int_equal(ree_run(&rc), REE_PREEMPTED);
	token = rc.regs.rsi;
	assert_int_equal(ree_resume(&rc, 0), REE_PREEMPTED);
	assert_int_not_equal(rc.regs.rsi, token);
	assert_int_equal(ree_op(TEE_OP_RESUME, token, 0, 0).rdi, TEE_ENOTHREAD);
	fake_cpu_set(3); /* any CPU may go on */
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	fake_cpu_set(0);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	ree_close(s);
}

static void test_busy(void **state)
{
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	uint32_t sends = ree_sends;
	struct ree_call in, wait[3], close;

	stop_in(&in, s0, 1);
	for (unsigned i = 0; i < 3; i++) {
		ree_prepare_invoke(&wait[i], i ? s1 : s0, CMD_NULL, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	ree_prepare(&close, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	close.arg->session = s1;
	assert_int_equal(ree_run(&close), REE_BLOCKED);
	/* Coming back early changes nothing. */
	assert_int_equal(ree_resume(&wait[0], 0), REE_BLOCKED);
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(ree_sends, sends + 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
		/* In line behind nobody but those before it: the close came last. */
		assert_int_equal(wait[i].arg->ret, i ? TEE_ERROR_BAD_STATE : TEE_SUCCESS);
	}
	assert_int_equal(ree_resume(&close, 0), REE_DONE);
	assert_int_equal(close.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(program_destroyed, 1);
}

static void test_busy_killed_waiter(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call in, first, second, cancelled;

	stop_in(&in, s, 1);
	ree_prepare_invoke(&first, s, CMD_NULL, 0);
	ree_prepare_invoke(&cancelled, s, CMD_NULL, 0);
	ree_prepare_invoke(&second, s, CMD_NULL, 0);
	assert_int_equal(ree_run(&first), REE_BLOCKED);
	assert_int_equal(ree_run(&cancelled), REE_BLOCKED);
	assert_int_equal(ree_run(&second), REE_BLOCKED);
	assert_int_equal(ree_resume(&cancelled, TEE_RESUME_CANCEL), REE_DONE);
	assert_int_equal(cancelled.arg->ret, TEE_ERROR_CANCEL);
	/* The slot is given to `first`, which is killed before it takes it: on to `second`. */
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(ree_resume(&first, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(first.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(ree_resume(&second, 0), REE_DONE);
	assert_int_equal(second.arg->ret, TEE_SUCCESS);
	ree_close(s);
}

static void test_two_openers(void **state)
{
	uint64_t processes = ree_stat(TEE_STAT_PROCESSES);
	struct ree_call a, b;

	ree_prepare_open(&a, uuid_slow);
	a.stop_on_rpc = true;
	assert_int_equal(ree_run(&a), REE_BLOCKED);
	ree_prepare_open(&b, uuid_slow);
	assert_int_equal(ree_run(&b), REE_BLOCKED);
	a.stop_on_rpc = false;
	assert_int_equal(ree_resume(&a, 0), REE_DONE);
	/* stop_on_rpc left GET_TIME unanswered: START failed, and the other one starts anew. */
	assert_int_equal(a.arg->ret, TEE_ERROR_GENERIC);
	assert_int_equal(ree_resume(&b, 0), REE_DONE);
	assert_int_equal(b.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), processes + 1);
	ree_prepare_open(&a, uuid_slow);
	assert_int_equal(ree_run(&a), REE_DONE);
	assert_int_equal(a.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), processes + 1);
	ree_close(a.arg->session);
	ree_close(b.arg->session);
}

static void test_futex(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call wait[3];
	uint64_t a = 1, b = 0;

	for (unsigned i = 0; i < 3; i++) {
		ree_prepare_invoke(&wait[i], s, CMD_LOCK, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	/* Other calls use the session: a concurrent service must not see its end at once. */
	assert_int_equal(ree_close(s), TEE_ERROR_BUSY);
	assert_int_equal(ree_resume(&wait[2], 0), REE_BLOCKED);
	assert_int_equal(ree_invoke(s, CMD_UNLOCK, &a, &b), TEE_SUCCESS);
	assert_int_equal(b, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
		assert_int_equal(wait[i].arg->ret, TEE_SUCCESS);
	}
	a = 0;
	ree_invoke(s, CMD_UNLOCK, &a, &b);
	assert_int_equal(b, 0);
	ree_close(s);
}

static void test_service_slots(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call wait[12];
	uint64_t a = 1, b = 0;

	/* More callers than stack slots. */
	for (unsigned i = 0; i < 12; i++) {
		ree_prepare_invoke(&wait[i], s, CMD_LOCK, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	/* All slots wait, so the one who would wake them cannot come in: kill one of them. */
	assert_int_equal(ree_resume(&wait[0], 0), REE_BLOCKED);
	for (unsigned i = 8; i < 12; i++)
		assert_int_equal(ree_resume(&wait[i], TEE_RESUME_KILL), REE_DONE);
	for (unsigned i = 0; i < 8; i++) {
		uint32_t word = 1;

		/* The word is set as by a thread inside. */
		if (!i)
			fake_service_word(uuid_service, word);
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
	}
	a = 0;
	ree_invoke(s, CMD_UNLOCK, &a, &b);
	ree_close(s);
}

static void test_cancel(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc, cancel;

	ree_prepare_invoke(&rc, s, CMD_SLEEP_UNMASKED, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	rc.arg->params[0].u.value.a = 0xffffffff;
	rc.arg->cancel_id = 17;
	rc.stop_on_rpc = true;
	assert_int_equal(ree_run(&rc), REE_BLOCKED);
	ree_prepare(&cancel, OPTEE_MSG_CMD_CANCEL, 0);
	cancel.arg->session = s;
	cancel.arg->cancel_id = 18;
	assert_int_equal(ree_run(&cancel), REE_DONE);
	assert_int_equal(cancel.arg->ret, TEE_ERROR_BAD_PARAMETERS);
	cancel.arg->cancel_id = 17;
	assert_int_equal(ree_run(&cancel), REE_DONE);
	assert_int_equal(cancel.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal((int32_t)rc.arg->params[0].u.value.a, -MERLON_ECANCELED);
	assert_int_equal(rc.arg->params[0].u.value.b, 1);
	ree_close(s);
}

/* --- Death ------------------------------------------------------------------------------------------------------------ */

static void test_panic(void **state)
{
	uint64_t panics = ree_stat(TEE_STAT_PANICS), a = 0;
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	struct ree_call rc;

	ree_prepare_invoke(&rc, s0, CMD_PANIC, 0);
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(rc.arg->ret_origin, TEE_ORIGIN_TEE);
	assert_int_equal(ree_stat(TEE_STAT_PANICS), panics + 1);
	assert_non_null(fake_log_find("uuid 7a020000-0000-0000-0000-000000000002 panic addr=0x0 "
				      "code=0x77"));
	assert_non_null(fake_log_find("crash: rip=0x1 rsp=0x2"));
	assert_non_null(fake_log_find("crash: map 0x"));
	assert_non_null(fake_log_find("rw- stack"));
	assert_non_null(fake_log_find("crash: #0 0x"));
	/* The other session is dead too; a new one gets a new instance. */
	assert_int_equal(ree_invoke(s1, CMD_ADD, &a, NULL), TEE_ERROR_TARGET_DEAD);
	ree_close(open_ok(uuid_single));
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(ree_close(s1), TEE_SUCCESS);
}

static void test_fault(void **state)
{
	uint32_t s = open_ok(uuid_multi);

	assert_int_equal(ree_invoke(s, CMD_FAULT, NULL, NULL), TEE_ERROR_TARGET_DEAD);
	assert_non_null(fake_log_find("page fault addr=0x123 code=0x4"));
	ree_close(s);
}

static void test_panic_while_others_wait(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call in, wait;

	stop_in(&in, s, 1);
	ree_prepare_invoke(&wait, s, CMD_NULL, 0);
	assert_int_equal(ree_run(&wait), REE_BLOCKED);
	assert_int_equal(ree_resume(&in, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(in.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(ree_resume(&wait, 0), REE_DONE);
	assert_int_equal(wait.arg->ret, TEE_ERROR_TARGET_DEAD);
	ree_close(s);
}

static void test_kill_nested(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;

	ree_prepare_invoke(&rc, s, CMD_NEST_LOOP, 0);
	rc.stop_on_preempt = true;
	assert_int_equal(ree_run(&rc), REE_PREEMPTED);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(ree_resume(&rc, 0), REE_PREEMPTED);
	fake_log_clear();
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(ree_invoke(s, CMD_NULL, NULL, NULL), TEE_ERROR_TARGET_DEAD);
	/* Linux chose the moment, and reads the log: no register may be in it. */
	assert_non_null(fake_log_find("killed"));
	assert_null(fake_log_find("rip="));
	assert_null(fake_log_find("crash: #0"));
	ree_close(s);
}

/* A killed client of a concurrent service: the service lives and is left in order. */
static void test_kill_in_service(void **state)
{
	uint32_t s = open_ok(uuid_service);
	uint64_t panics = ree_stat(TEE_STAT_PANICS);
	struct ree_call rc, sleeper;

	stop_in(&rc, s, 3);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_PREEMPTED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_PREEMPTED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	ree_prepare_invoke(&sleeper, s, CMD_SLEEP, 1);
	sleeper.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	sleeper.arg->params[0].u.value.a = 0xffffffff;
	sleeper.stop_on_rpc = true;
	assert_int_equal(ree_run(&sleeper), REE_BLOCKED);
	assert_int_equal(ree_resume(&sleeper, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal((int32_t)sleeper.arg->params[0].u.value.a, -MERLON_ECANCELED);
	assert_int_equal(ree_stat(TEE_STAT_PANICS), panics);
	assert_int_equal(ree_close(s), TEE_SUCCESS);
}

static void test_kill_in_start(void **state)
{
	struct ree_call rc;

	ree_prepare_open(&rc, uuid_slow);
	rc.stop_on_rpc = true;
	assert_int_equal(ree_run(&rc), REE_BLOCKED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_TARGET_DEAD);
}

static void test_kill_while_closing(void **state)
{
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	struct ree_call in, close;

	stop_in(&in, s0, 1);
	ree_prepare(&close, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	close.arg->session = s1;
	assert_int_equal(ree_run(&close), REE_BLOCKED);
	assert_int_equal(ree_resume(&close, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(program_closed, 0);
	/* Whoever ends next tells the TA. */
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(program_closed, 1);
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(program_destroyed, 1);
}

/* --- Reset ---------------------------------------------------------------------------------------------------------------- */

static void test_reset(void **state)
{
	uint32_t single = open_ok(uuid_single), service = open_ok(uuid_service);
	struct ree_call in, wait, lock, sleeper, opener, rpc;
	struct optee_msg_page_list *list = ree_page();

	stop_in(&in, single, 5);
	ree_prepare_invoke(&wait, single, CMD_NULL, 0);
	assert_int_equal(ree_run(&wait), REE_BLOCKED);
	ree_prepare_invoke(&lock, service, CMD_LOCK, 0);
	assert_int_equal(ree_run(&lock), REE_BLOCKED);
	ree_prepare_invoke(&sleeper, service, CMD_SLEEP, 1);
	sleeper.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	sleeper.stop_on_rpc = true;
	sleeper.arg->params[0].u.value.a = 1000;
	assert_int_equal(ree_run(&sleeper), REE_BLOCKED);
	ree_prepare_open(&opener, uuid_slow);
	opener.stop_on_rpc = true;
	assert_int_equal(ree_run(&opener), REE_BLOCKED);
	ree_prepare_invoke(&rpc, service, CMD_RPC_LEAK, 0);
	assert_int_equal(ree_run(&rpc), REE_DONE);
	assert_int_equal(rpc.arg->ret, TEE_SUCCESS);
	list->pages[0] = (uint64_t)ree_page();
	assert_int_equal(reg((uint64_t)list, 100, 5), TEE_SUCCESS);

	/* `lock` waits in the service for a word that nobody sets: not while it is so. */
	assert_int_equal(ree_op(TEE_OP_ATTACH, 1 << 16, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_stat(TEE_STAT_THREADS), 1);
	fake_service_word(uuid_service, 1);
	ree_attach();
	fake_service_word(uuid_service, 0);
	ree_shm_live = 0;
	assert_int_equal(ree_op(TEE_OP_RESUME, in.regs.rsi, 0, 0).rdi, TEE_ENOTHREAD);
	assert_int_equal(ree_invoke(service, CMD_NULL, NULL, NULL), TEE_ERROR_BAD_PARAMETERS);
	/* The service is alive; the buffer's handle in it goes with the next reset of the service. */
	ree_close(open_ok(uuid_service));
	base[TEE_STAT_PAGES_FREE] = ree_stat(TEE_STAT_PAGES_FREE);
	base[TEE_STAT_MEMOBJS] = ree_stat(TEE_STAT_MEMOBJS);
}

static void test_reset_preempted(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call rc;

	stop_in(&rc, s, 3);
	/* It runs on in the service, and is preempted there. */
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_op(TEE_OP_RESUME, rc.regs.rsi, 0, 0).rdi, TEE_ENOTATT);
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_RET_DONE);
	ree_attach();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tokens),
		T(test_busy),
		T(test_busy_killed_waiter),
		T(test_two_openers),
		T(test_futex),
		T(test_service_slots),
		T(test_cancel),
		T(test_panic),
		T(test_fault),
		T(test_panic_while_others_wait),
		T(test_kill_nested),
		T(test_kill_in_service),
		T(test_kill_in_start),
		T(test_kill_while_closing),
		T(test_reset),
		T(test_reset_preempted),
	};

	harness_boot();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
