// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time that does not depend on the REE. A thread that sleeps is suspended and the REE is asked to
 * resume it; the TEE's own timer wakes it all the same, in whatever the REE is doing then. It runs
 * alone until it needs the REE, is preempted or ends. The token that the REE has stays good, and brings
 * what has become of the thread meanwhile (thread_back()).
 *
 * Each CPU has one timer, for the earliest of the threads that were suspended on it.
 */
#include <kernel/include/thread.h>
#include <kernel/include/stat.h>
#include <kernel/include/sys.h>

/*
 * The REE has a CPU for at least this long between two events of its timer: threads of the TEE that only
 * sleep and wake get half of a CPU at most.
 */
#define REST_MS 2

static bool is_due(uint64_t tsc)
{
	return (int64_t)(tsc - arch_tsc()) <= 0;
}

void timer_suspend(struct cpu *c, struct thread *t)
{
	if (!t->wake)
		return;
	t->wake_cpu = c->id;
	if (c->timer && (int64_t)(c->timer - t->wake) <= 0)
		return;
	c->timer = t->wake;
	arch_timer(c->timer);
}

void timer_preempted(struct thread *t)
{
	if (t->alone)
		thread_set_wake(t, arch_tsc() + ms_to_tsc(REST_MS));
}

/* The next event of this CPU. A thread that is found here may be running, and be done with its time. */
static void arm(struct cpu *c, const struct tenant *tn)
{
	uint64_t rest = arch_tsc() + ms_to_tsc(REST_MS), next = 0, wake;

	for (unsigned i = 0; i < TENANT_THREADS; i++) {
		wake = __atomic_load_n(&tn->threads[i]->wake, __ATOMIC_RELAXED);
		if (!wake || tn->threads[i]->wake_cpu != c->id)
			continue;
		if ((int64_t)(wake - rest) < 0)
			wake = rest;
		if (!next || (int64_t)(wake - next) < 0)
			next = wake;
	}
	c->timer = next;
	if (next)
		arch_timer(next);
}

struct thread *event_timer(struct cpu *c)
{
	struct tenant *tn = &tenants[TENANT_REE];
	struct thread *t = NULL;
	uint64_t wake;

	for (unsigned i = 0; !t && i < TENANT_THREADS; i++) {
		wake = __atomic_load_n(&tn->threads[i]->wake, __ATOMIC_RELAXED);
		if (wake && is_due(wake))
			t = thread_claim_alone(tn, i);
		if (t && !(t->wake && is_due(t->wake))) {
			/* It was resumed and is suspended again since we looked. */
			thread_unclaim(t);
			t = NULL;
		}
	}
	if (t)
		thread_set_wake(t, 0);
	arm(c, tn);
	if (!t)
		return NULL;
	stat_add(c, TEE_STAT_WAKES);
	return thread_resumed(c, t);
}
