// SPDX-License-Identifier: BSD-2-Clause
/*
 * Threads that the TEE's own timer wakes while the REE does something else, and what the REE finds
 * when it comes with the token that it was given before.
 */
#include "harness.h"

#define MS 1000ull /* TSC ticks */

/* A call of CMD_SLEEP or CMD_DREAM that sleeps for `ms`. */
static void fall_asleep(struct ree_call *rc, uint32_t s, uint32_t cmd, uint32_t ms)
{
	ree_prepare_invoke(rc, s, cmd, 1);
	rc->arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	rc->arg->params[0].u.value.a = ms;
	rc->stop_on_rpc = rc->stop_on_preempt = true;
	assert_int_equal(ree_run(rc), REE_BLOCKED);
}

static uint32_t rpc_of(const struct ree_call *rc)
{
	return ((const struct optee_msg_arg *)((const uint8_t *)rc->arg + RPC_OFFSET))->cmd;
}

/* Lets time pass until this CPU's timer is due, and has it. */
static void next_event(unsigned cpu)
{
	uint64_t now = arch_tsc();

	assert_true(fake_timer[cpu] > 0);
	if ((int64_t)(fake_timer[cpu] - now) > 0)
		fake_time += fake_timer[cpu] - now;
	fake_timer_event();
}

/* What the timer was set for in the last test is over. */
static int begin(void **state)
{
	while (fake_timer[0])
		next_event(0);
	return setup(state);
}

#define TIMER_TEST(f) cmocka_unit_test_setup_teardown(f, begin, teardown)

static void test_wakes(void **state)
{
	uint32_t s = open_ok(uuid_single);
	uint64_t wakes = ree_stat(TEE_STAT_WAKES), start = arch_tsc();
	struct ree_call rc;

	fall_asleep(&rc, s, CMD_SLEEP, 100);
	assert_true(fake_timer[0] >= start + 100 * MS && fake_timer[0] < start + 200 * MS);
	/* Too early: it sleeps on, and the timer is set again. */
	fake_timer_event();
	assert_int_equal(ree_stat(TEE_STAT_WAKES), wakes);
	assert_int_equal(rc.arg->ret, 0xdead);
	next_event(0);
	assert_int_equal(ree_stat(TEE_STAT_WAKES), wakes + 1);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	assert_int_equal(fake_timer[0], 0);
	/* Its thread is kept until the REE has heard. */
	assert_int_equal(ree_stat(TEE_STAT_THREADS), 1);
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(ree_op(TEE_OP_RESUME, rc.regs.rsi, 0, 0).rdi, TEE_ENOTHREAD);
	ree_close(s);
}

static void test_goes_on_alone(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call rc;
	uint64_t token;

	fall_asleep(&rc, s, CMD_DREAM, 50);
	token = rc.regs.rsi;
	next_event(0); /* awake, and preempted */
	assert_true(fake_timer[0] >= arch_tsc() + 1 * MS);
	next_event(0); /* now it wants the REE's time */
	assert_int_equal(fake_timer[0], 0);
	/* The REE may still be busy with the first request. */
	assert_int_equal(rpc_of(&rc), OPTEE_RPC_CMD_SUSPEND);
	assert_int_equal(ree_resume(&rc, 0), REE_BLOCKED);
	assert_int_equal(rpc_of(&rc), OPTEE_RPC_CMD_GET_TIME);
	assert_int_equal(ree_op(TEE_OP_RESUME, token, 0, 0).rdi, TEE_ENOTHREAD);
	/* It is not answered, and the TA is told so. */
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(rc.arg->ret, 1);
	ree_close(s);
}

static void test_back_while_asleep(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call rc;

	fall_asleep(&rc, s, CMD_DREAM, 50);
	next_event(0);
	/* Preempted alone, and the REE is there before the timer. */
	rc.stop_on_rpc = false;
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	assert_int_equal(rc.arg->params[0].u.value.a, 0);
	assert_int_equal(rc.arg->params[0].u.value.b, 1234);
	ree_close(s);
}

static uint64_t contested;

static void resume_elsewhere(void)
{
	fake_cpu_set(1);
	assert_int_equal(ree_op(TEE_OP_RESUME, contested, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_op(TEE_OP_RESUME, contested + 512, 0, 0).rdi, TEE_ENOTHREAD);
	fake_timer_event(); /* nothing that is due is left to claim */
	fake_cpu_set(0);
}

static void test_resumed_while_running(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call rc;

	fall_asleep(&rc, s, CMD_DREAM, 50);
	contested = rc.regs.rsi;
	program_awake = resume_elsewhere;
	next_event(0);
	program_awake = NULL;
	rc.stop_on_rpc = rc.stop_on_preempt = false;
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	ree_close(s);
}

static void test_earliest_first(void **state)
{
	uint32_t late = open_ok(uuid_multi), soon = open_ok(uuid_multi);
	struct ree_call a, b;

	fall_asleep(&a, late, CMD_SLEEP, 500);
	fall_asleep(&b, soon, CMD_SLEEP, 20);
	next_event(0);
	assert_int_equal(a.arg->ret, 0xdead);
	assert_int_equal(b.arg->ret, TEE_SUCCESS);
	next_event(0);
	assert_int_equal(a.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_resume(&b, 0), REE_DONE);
	assert_int_equal(ree_resume(&a, 0), REE_DONE);
	ree_close(late);
	ree_close(soon);
}

/* Two are due at once: the REE has the CPU in between. */
static void test_rest(void **state)
{
	uint32_t first = open_ok(uuid_multi), second = open_ok(uuid_multi);
	struct ree_call a, b;

	fall_asleep(&a, first, CMD_SLEEP, 20);
	fall_asleep(&b, second, CMD_SLEEP, 20);
	fake_time += 100 * MS;
	next_event(0);
	assert_true(fake_timer[0] >= arch_tsc() + 1 * MS);
	next_event(0);
	assert_int_equal(a.arg->ret, TEE_SUCCESS);
	assert_int_equal(b.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_resume(&a, 0), REE_DONE);
	assert_int_equal(ree_resume(&b, 0), REE_DONE);
	ree_close(first);
	ree_close(second);
}

static void test_kill(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call rc;

	fall_asleep(&rc, s, CMD_DREAM, 50);
	next_event(0);
	next_event(0); /* waits to ask for the time */
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_BLOCKED);
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_TARGET_DEAD);
	ree_close(s);
}

/* Of a driver that never comes back: asleep, asking, ended. */
static void test_reset(void **state)
{
	uint32_t s = open_ok(uuid_multi), t = open_ok(uuid_multi), u = open_ok(uuid_multi);
	struct ree_call asking, ended, asleep;

	fall_asleep(&asking, s, CMD_DREAM, 20);
	next_event(0);
	next_event(0);
	fall_asleep(&ended, t, CMD_SLEEP, 20);
	next_event(0);
	assert_int_equal(ended.arg->ret, TEE_SUCCESS);
	fall_asleep(&asleep, u, CMD_SLEEP, 20);
	ree_attach();
	fake_time += 100 * MS;
	fake_timer_event();
	assert_int_equal(ree_op(TEE_OP_RESUME, ended.regs.rsi, 0, 0).rdi, TEE_ENOTHREAD);
	assert_int_equal(fake_timer[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(test_wakes),
		TIMER_TEST(test_goes_on_alone),
		TIMER_TEST(test_back_while_asleep),
		TIMER_TEST(test_resumed_while_running),
		TIMER_TEST(test_earliest_first),
		TIMER_TEST(test_rest),
		TIMER_TEST(test_kill),
		TIMER_TEST(test_reset),
	};

	harness_boot();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
