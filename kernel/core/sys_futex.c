// SPDX-License-Identifier: BSD-2-Clause
/*
 * System calls: waiting for a word of the process's memory. The wait itself happens in the
 * REE, by NOTIFICATION, so a waiting thread costs nothing here.
 */
#include <kernel/include/sys.h>

static void wait_answer(struct cpu *c, struct thread *t)
{
	uint64_t until = t->wait.sleep.until;

	/* Still queued when nobody woke us: time is over, or the REE came back early. */
	wait_cancel(t);
	arch_sys_ret(thread_uctx(t),
		     until && (int64_t)(until - arch_tsc()) <= 0 ? -MERLON_ETIMEDOUT : 0);
}

static int64_t futex_enqueue(struct thread *t, struct process *p, uaddr_t at, uint32_t expect)
{
	struct thread **pp;
	uint32_t now;
	int64_t err = 0;

	/* A waker that changes the word before we look is seen; one after finds us queued. */
	spin_lock(&p->lock);
	if (at.v & 3 || copy_in(p->as, &now, at, sizeof(now)))
		err = -MERLON_EFAULT;
	else if (now != expect)
		err = -MERLON_EAGAIN;
	if (!err) {
		for (pp = &p->futexes; *pp; pp = &(*pp)->wait_next)
			;
		t->futex = at;
		wait_link(t, p, pp);
	}
	spin_unlock(&p->lock);
	return err;
}

int64_t sys_futex_wait(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint32_t ms = a[2];
	int64_t err;

	if (t->resetting) {
		/* Who will wake us is suspended too: its turn. */
		t->yield = true;
		return 0;
	}
	err = futex_enqueue(t, thread_top(t)->proc, uaddr(a[0]), a[1]);
	if (err)
		return err;
	t->wait.sleep.until = ms == 0xffffffffu ? 0 : arch_tsc() + ms_to_tsc(ms);
	rpc_wait(c, t, ms == 0xffffffffu ? 0 : ms ? ms : 1);
	t->answer = wait_answer;
	return SYS_LATER;
}

int64_t sys_futex_wake(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	struct thread **pp, *w;
	uint32_t most = a[1];
	int64_t n = 0;

	spin_lock(&p->lock);
	for (pp = &p->futexes; (w = *pp) && n < most;) {
		if (w->futex.v != a[0]) {
			pp = &w->wait_next;
			continue;
		}
		*pp = w->wait_next;
		wait_wake(t, w);
		n++;
	}
	spin_unlock(&p->lock);
	return n;
}
