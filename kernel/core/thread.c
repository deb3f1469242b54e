// SPDX-License-Identifier: BSD-2-Clause
/*
 * Threads: the pool, tokens, and thread_next(), which decides after every event what happens.
 *
 * The state word is generation and state in one atomic, so that claiming a thread by its token
 * is one compare-and-swap: of two CPUs that resume the same token, one wins.
 */
#include <kernel/include/thread.h>
#include <kernel/include/process.h>
#include <kernel/include/session.h>
#include <kernel/include/result.h>
#include <kernel/include/stat.h>
#include <lib/include/string.h>

#define WORD(gen, state) ((gen) << 8 | (state))

_Static_assert(sizeof(struct thread) <= PAGE_SIZE, "a thread is one page");

int thread_pool_init(struct tenant *tn)
{
	for (unsigned i = 0; i < TENANT_THREADS; i++) {
		paddr_t page;
		struct thread *t;

		if (page_alloc(&tn->quota, &page))
			return -MERLON_ENOMEM;
		t = page_ptr(page);
		t->tenant = tn;
		t->index = i;
		t->word = WORD(1ull, THREAD_FREE);
		/* The first activation's context: a plain call allocates no page. */
		if (arch_uctx_create(&tn->quota, &t->acts[0].uctx))
			return -MERLON_ENOMEM;
		tn->threads[i] = t;
	}
	return 0;
}

enum thread_state thread_state(const struct thread *t)
{
	return __atomic_load_n(&t->word, __ATOMIC_SEQ_CST) & 0xff;
}

static void thread_clear(struct thread *t)
{
	t->cancel = 0;
	t->kill = 0;
	t->replied = false;
	t->resetting = false;
	t->yield = false;
	t->no_orphans = false;
	t->rpc_out = false;
	t->rpc_held = false;
	t->asleep = false;
	t->done = false;
	t->answer = NULL;
	t->wakes = 0;
	t->depth = 0;
}

struct thread *thread_alloc(struct cpu *c, struct tenant *tn)
{
	/* Each CPU starts at a place of its own, so that they do not fight for the same word. */
	for (unsigned i = 0; i < TENANT_THREADS; i++) {
		unsigned n = (c->id * (TENANT_THREADS / TEE_MAX_CPUS) + i) % TENANT_THREADS;
		struct thread *t = tn->threads[n];
		uint64_t old = __atomic_load_n(&t->word, __ATOMIC_RELAXED);

		if ((old & 0xff) != THREAD_FREE)
			continue;
		if (!__atomic_compare_exchange_n(&t->word, &old,
						 WORD((old >> 8) + 1, THREAD_RUNNING), false,
						 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			continue;
		thread_clear(t);
		return t;
	}
	return NULL;
}

void thread_free(struct thread *t)
{
	if (t->has_pin)
		ree_unpin(t->pinned);
	t->has_pin = false;
	__atomic_store_n(&t->word, WORD((t->word >> 8) + 1, THREAD_FREE), __ATOMIC_SEQ_CST);
}

unsigned thread_count(const struct tenant *tn)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TENANT_THREADS; i++)
		n += tn->threads[i] && thread_state(tn->threads[i]) != THREAD_FREE;
	return n;
}

/* For the REE, whose token is used up; or alone, for the timer: then it stays good. */
static bool claim(struct thread *t, uint64_t gen, bool alone)
{
	uint64_t old = WORD(gen, THREAD_SUSPENDED);

	if (!__atomic_compare_exchange_n(&t->word, &old, WORD(gen + !alone, THREAD_RUNNING), false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	t->alone = alone;
	return true;
}

/* The thread that a token names, whatever its generation; NULL: none. */
static struct thread *token_thread(const struct tenant *tn, uint64_t token)
{
	uint64_t i = token & 0xff;

	return i < TENANT_THREADS ? tn->threads[index_nospec(i, TENANT_THREADS)] : NULL;
}

static struct thread *claim_for_ree(struct thread *t, uint64_t gen)
{
	if (!claim(t, gen, false))
		return NULL;
	thread_set_wake(t, 0);
	return t;
}

struct thread *thread_claim(struct tenant *tn, uint64_t token)
{
	struct thread *t = token_thread(tn, token);

	return t ? claim_for_ree(t, token >> 8) : NULL;
}

struct thread *thread_claim_index(struct tenant *tn, unsigned i)
{
	struct thread *t = tn->threads[i];

	return claim_for_ree(t, __atomic_load_n(&t->word, __ATOMIC_SEQ_CST) >> 8);
}

struct thread *thread_claim_alone(struct tenant *tn, unsigned i)
{
	struct thread *t = tn->threads[i];
	uint64_t gen = __atomic_load_n(&t->word, __ATOMIC_SEQ_CST) >> 8;

	return __atomic_load_n(&tn->attached, __ATOMIC_SEQ_CST) && claim(t, gen, true) ? t : NULL;
}

void thread_unclaim(struct thread *t)
{
	__atomic_store_n(&t->word, WORD(t->word >> 8, THREAD_SUSPENDED), __ATOMIC_SEQ_CST);
}

bool thread_is_alone(const struct tenant *tn, uint64_t token)
{
	const struct thread *t = token_thread(tn, token);
	uint64_t word = t ? __atomic_load_n(&t->word, __ATOMIC_SEQ_CST) : 0;

	return t && word >> 8 == token >> 8 && (word & 0xff) != THREAD_FREE;
}

struct thread *thread_suspend(struct cpu *c, struct thread *t, uint64_t ret)
{
	uint64_t gen = t->word >> 8;

	arch_thread_park(c, t);
	timer_suspend(c, t);
	c->ret = (struct tee_regs){.rdi = ret, .rsi = gen << 8 | t->index};
	__atomic_store_n(&t->word, WORD(gen, THREAD_SUSPENDED), __ATOMIC_SEQ_CST);
	return NULL;
}

struct thread *thread_resumed(struct cpu *c, struct thread *t)
{
	void (*answer)(struct cpu *, struct thread *) = t->answer;

	t->answer = NULL;
	t->rpc_held = false;
	t->asleep = false;
	if (answer)
		answer(c, t);
	return thread_next(c, t);
}

static struct thread *thread_end(struct cpu *c, struct thread *t)
{
	struct tenant *tn = t->tenant;
	bool resetting = t->resetting;

	if (t->alone) {
		t->done = true;
		return thread_suspend(c, t, TEE_RET_DONE);
	}
	thread_free(t);
	if (resetting)
		return tenant_reset_next(c, tn, true);
	c->ret = (struct tee_regs){.rdi = TEE_RET_DONE};
	return NULL;
}

/* An RPC was started. A sleeper that has nobody to ask sleeps on by the timer. */
static struct thread *thread_ask(struct cpu *c, struct thread *t)
{
	t->rpc_out = false;
	if (t->alone)
		t->rpc_held = !t->asleep;
	else
		rpc_send(t);
	return thread_suspend(c, t, TEE_RET_RPC);
}

struct thread *thread_back(struct cpu *c, struct thread *t)
{
	if (t->done)
		return thread_end(c, t);
	if (t->rpc_held) {
		t->rpc_held = false;
		return thread_ask(c, t);
	}
	return thread_resumed(c, t);
}

/* At the end of a thread: what dead clients left to be told or given back. True: more to do. */
static bool thread_sweep(struct cpu *c, struct thread *t)
{
	struct activation *act;
	struct reebuf *buf = t->resetting ? NULL : reebuf_take_lost(t->tenant);
	struct session *s;

	if (buf) {
		rpc_shm_free(c, t, buf->type, buf->cookie);
		reebuf_free(buf);
		return true;
	}
	if (t->no_orphans)
		return false;
	s = orphan_take(t->tenant);
	if (!s)
		s = orphan_take(&tenants[TENANT_KERNEL]);
	if (!s)
		return false;
	if (process_dead(s->server)) {
		session_put(s);
		return true;
	}
	act = call_push(t);
	act->state = ACT_ENTER;
	act->sess = s;
	act->proc = process_get(s->server);
	act->counted = true;
	act->call.op = CALL_CLOSE;
	act->call.step = UPCALL_CLOSE;
	act->call.by_kernel = true;
	return true;
}

/* The top activation is in user mode or about to be. True: it may go on. */
static bool thread_may_run(struct cpu *c, struct thread *t)
{
	struct process *p = thread_top(t)->proc;

	if (process_dead(p)) {
		call_abort(c, t, TEE_ERROR_TARGET_DEAD);
		return false;
	}
	if (__atomic_load_n(&t->kill, __ATOMIC_RELAXED) && !process_concurrent(p)) {
		process_kill(c, t);
		return false;
	}
	return true;
}

static void thread_enter(struct cpu *c, struct thread *t)
{
	struct activation *act = thread_top(t);

	if (__atomic_load_n(&t->kill, __ATOMIC_RELAXED))
		call_abort(c, t, TEE_ERROR_TARGET_DEAD);
	else if (act->call.op != CALL_CLOSE && call_cancelled(t))
		call_abort(c, t, TEE_ERROR_CANCEL);
	else if (act->state == ACT_FIND)
		call_find(c, t);
	else
		call_enter(c, t);
}

struct thread *thread_next(struct cpu *c, struct thread *t)
{
	/* Each turn ends a call, an orphan or a wait, or leaves: it cannot go on for ever. */
	for (;;) {
		if (t->rpc_out)
			return thread_ask(c, t);
		if (t->yield) {
			t->yield = false;
			thread_suspend(c, t, TEE_RET_PREEMPTED);
			return tenant_reset_next(c, t->tenant, false);
		}
		if (t->wakes) {
			rpc_wake(c, t);
			continue;
		}
		if (!t->depth) {
			/* What was to be killed is gone; the sweep is on nobody's behalf. */
			__atomic_store_n(&t->kill, 0, __ATOMIC_RELAXED);
			if (!thread_sweep(c, t))
				return thread_end(c, t);
		} else if (thread_top(t)->state != ACT_RUN) {
			thread_enter(c, t);
		} else if (thread_may_run(c, t)) {
			return t;
		}
	}
}

struct arch_uctx *thread_uctx(struct thread *t)
{
	return thread_top(t)->uctx;
}

struct aspace *thread_aspace(struct thread *t)
{
	return thread_top(t)->proc->as;
}
