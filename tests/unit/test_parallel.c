// SPDX-License-Identifier: BSD-2-Clause
/*
 * Four CPUs do everything at once: calls to shared and private instances, panics, kills,
 * cancellation, futexes, the timer; a suspended call may go on on another CPU. Afterwards nothing is left.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "programs.h"
#include "ree.h"
#include <include/abi/boot.h>
#include <include/abi/stats.h>
#include <kernel/include/result.h>
#include <kernel/include/tenant.h>

#define CPUS   4
#define ROUNDS 3000

static struct ree_call handed[CPUS]; /* preempted calls, each for whoever takes it */
static uint32_t handed_state[CPUS]; /* 0 free, 1 being changed, 2 full */

struct worker {
	pthread_t thread;
	unsigned cpu;
	uint64_t seed;
	uint32_t done;
};

static uint32_t rnd(struct worker *w, uint32_t n)
{
	w->seed = w->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (w->seed >> 33) % n;
}

static bool slot_lock(unsigned i, uint32_t from)
{
	return __atomic_compare_exchange_n(&handed_state[i], &from, 1, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static uint64_t flags(struct worker *w)
{
	return rnd(w, 12) ? 0 : rnd(w, 2) ? TEE_RESUME_KILL : TEE_RESUME_CANCEL;
}

/* Until it is done. Early wake-ups are part of the test. */
static void finish(struct worker *w, struct ree_call *rc)
{
	rc->stop_on_preempt = false;
	while (rc->state == REE_BLOCKED || rc->state == REE_PREEMPTED) {
		sched_yield();
		ree_resume(rc, flags(w));
	}
	if (rc->state == REE_ERROR && rc->regs.rdi != TEE_EBUSY)
		panic("test: error 0x%llx", (unsigned long long)rc->regs.rdi);
}

static void run(struct worker *w, struct ree_call *rc)
{
	do
		ree_run(rc);
	while (rc->state == REE_ERROR && rc->regs.rdi == TEE_EBUSY);
	finish(w, rc);
}

/* Leaves the call where another CPU may find it, or goes on with one of theirs. */
static void hand_over(struct worker *w, struct ree_call *rc)
{
	unsigned i = rnd(w, CPUS);

	if (rc->state == REE_PREEMPTED && slot_lock(i, 0)) {
		handed[i] = *rc;
		__atomic_store_n(&handed_state[i], 2, __ATOMIC_RELEASE);
		while (__atomic_load_n(&handed_state[i], __ATOMIC_ACQUIRE) == 2)
			if (slot_lock(i, 2)) { /* nobody wanted it yet: take it back */
				finish(w, &handed[i]);
				*rc = handed[i];
				__atomic_store_n(&handed_state[i], 0, __ATOMIC_RELEASE);
				return;
			}
		while (__atomic_load_n(&handed_state[i], __ATOMIC_ACQUIRE) != 3)
			sched_yield();
		*rc = handed[i];
		__atomic_store_n(&handed_state[i], 0, __ATOMIC_RELEASE);
		return;
	}
	finish(w, rc);
}

static void help(struct worker *w)
{
	unsigned i = rnd(w, CPUS);

	if (!slot_lock(i, 2))
		return;
	finish(w, &handed[i]);
	__atomic_store_n(&handed_state[i], 3, __ATOMIC_RELEASE);
}

static void one_call(struct worker *w, uint32_t s)
{
	static const uint32_t cmds[] = {
		CMD_NULL,     CMD_ADD,	 CMD_PREEMPT,	 CMD_PREEMPT, CMD_NEST,	 CMD_PANIC,
		CMD_NEST_MEM, CMD_SLEEP, CMD_NEST_LEAVE, CMD_GRANT,   CMD_DREAM, CMD_DREAM,
	};
	struct ree_call rc;

	ree_prepare_invoke(&rc, s, cmds[rnd(w, sizeof(cmds) / sizeof(cmds[0]))], 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	rc.arg->params[0].u.value.a = rc.arg->params[0].u.value.b = rnd(w, 4);
	rc.stop_on_preempt = true;
	rc.stop_on_rpc = rnd(w, 2);
	do
		ree_run(&rc);
	while (rc.state == REE_ERROR && rc.regs.rdi == TEE_EBUSY);
	for (uint32_t n = rc.state == REE_BLOCKED ? rnd(w, 4) : 0; n; n--) {
		__atomic_add_fetch(&fake_time, 1000, __ATOMIC_RELAXED);
		fake_timer_event();
	}
	rc.stop_on_rpc = false;
	hand_over(w, &rc);
}

static void one_session(struct worker *w)
{
	const uint8_t *const uuids[] = {uuid_multi, uuid_single, uuid_single, uuid_keep,
					uuid_one,   uuid_slow,	 uuid_slow};
	struct ree_call rc;
	uint32_t s;

	ree_prepare_open(&rc, uuids[rnd(w, sizeof(uuids) / sizeof(uuids[0]))]);
	run(w, &rc);
	if (rc.arg->ret)
		return;
	s = rc.arg->session;
	for (uint32_t n = rnd(w, 4); n; n--)
		one_call(w, s);
	ree_prepare(&rc, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	rc.arg->session = s;
	run(w, &rc);
	help(w);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	fake_cpu_set(w->cpu);
	for (w->done = 0; w->done < ROUNDS; w->done++)
		one_session(w);
	return NULL;
}

static void test_everything_at_once(void **state)
{
	struct worker w[CPUS];
	uint64_t base[TEE_STAT_MEMOBJS + 1];
	uint32_t s;

	ree_attach();
	assert_int_equal(ree_open(uuid_service, &s), 0);
	ree_close(s);
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		base[i] = ree_stat(i);
	for (unsigned i = 0; i < CPUS; i++) {
		w[i] = (struct worker){.cpu = i, .seed = i * 77 + 1};
		pthread_create(&w[i].thread, NULL, work, &w[i]);
	}
	for (unsigned i = 0; i < CPUS; i++)
		pthread_join(w[i].thread, NULL);
	assert_int_equal(ree_stat(TEE_STAT_THREADS), 0);
	ree_attach(); /* the kept instance, and what it left open */
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		if (ree_stat(i) != base[i])
			fail_msg("gauge %u: %llu, was %llu", i, (unsigned long long)ree_stat(i),
				 (unsigned long long)base[i]);
	assert_true(ree_stat(TEE_STAT_CALLS) > CPUS * ROUNDS);
	/* How many depends on how the threads meet. */
	assert_true(ree_stat(TEE_STAT_WAKES) > 50);
	print_message("%llu calls, %llu RPCs, %llu preempts, %llu panics, %llu wakes\n",
		      (unsigned long long)ree_stat(TEE_STAT_CALLS),
		      (unsigned long long)ree_stat(TEE_STAT_RPCS),
		      (unsigned long long)ree_stat(TEE_STAT_PREEMPTS),
		      (unsigned long long)ree_stat(TEE_STAT_PANICS),
		      (unsigned long long)ree_stat(TEE_STAT_WAKES));
}

int main(void)
{
	static const struct fake_service services[] = {
		{uuid_service, PRIV_RPC | PRIV_LOADER | PRIV_CONCURRENT},
	};
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_everything_at_once)};

	fake_programs = kernel_programs;
	fake_boot(services, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
