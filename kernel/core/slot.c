// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stack slots: who may be in a process, and waiting for it. A slot that is left goes straight
 * to the first waiter, so a waiter never finds that somebody else was quicker, and there are
 * waiters only while all slots are taken.
 */
#include <kernel/include/process.h>
#include <kernel/include/thread.h>

/*
 * Every write of a thread's wait_proc is under this lock. So the deadlock check sees all waits
 * that began earlier, and a process that it walks through is kept by the thread that waits for it.
 * Taken after a process's lock; never on the fast path.
 */
static spinlock_t edges_lock;

bool wait_record(struct thread *t, struct process *p)
{
	struct process *q = p;
	bool ok = true;

	spin_lock(&edges_lock);
	for (unsigned i = 0; i < TENANT_THREADS && q; i++) {
		/* Of a concurrent service any of several may leave: no cycle through it. */
		struct thread *owner = process_concurrent(q) ? NULL : q->slots[0].thread;

		if (owner == t)
			ok = false;
		q = owner ? owner->wait_proc : NULL;
	}
	if (ok)
		t->wait_proc = p;
	spin_unlock(&edges_lock);
	return ok;
}

static void wait_forget(struct thread *t)
{
	spin_lock(&edges_lock);
	t->wait_proc = NULL;
	spin_unlock(&edges_lock);
	t->wait_next = NULL;
}

void wait_wake(struct thread *by, struct thread *t)
{
	wait_forget(t);
	/* by NULL is a reset: all who wait are threads of the same tenant and are gone. */
	if (by && by->tenant == t->tenant)
		by->wakes |= 1u << t->index;
}

void wait_wake_all(struct thread *by, struct thread **head)
{
	struct thread *t;

	while ((t = *head)) {
		*head = t->wait_next;
		wait_wake(by, t);
	}
}

static bool queue_remove(struct thread **pp, struct thread *t)
{
	for (; *pp; pp = &(*pp)->wait_next) {
		if (*pp == t) {
			*pp = t->wait_next;
			return true;
		}
	}
	return false;
}

void wait_cancel(struct thread *t)
{
	struct process *p = __atomic_load_n(&t->wait_proc, __ATOMIC_ACQUIRE);

	if (!p)
		return;
	spin_lock(&p->lock);
	if (queue_remove(&p->waiters, t) || queue_remove(&p->finders, t) ||
	    queue_remove(&p->futexes, t))
		wait_forget(t);
	spin_unlock(&p->lock);
}

void wait_link(struct thread *t, struct process *p, struct thread **pp)
{
	spin_lock(&edges_lock);
	t->wait_proc = p;
	spin_unlock(&edges_lock);
	t->wait_next = NULL;
	*pp = t;
}

/* Caller holds p->lock. */
static void enqueue(struct thread **pp, struct thread *t)
{
	while (*pp)
		pp = &(*pp)->wait_next;
	t->wait_next = NULL;
	*pp = t;
}

enum enter_result slot_enter(struct thread *t, struct process *p, bool wait)
{
	struct activation *act = thread_top(t);
	enum enter_result r = ENTER_OK;
	unsigned i;

	spin_lock(&p->lock);
	if (act->slot >= 0) /* granted while we waited */
		goto out;
	r = ENTER_DEAD;
	if (p->state == PROC_DEAD)
		goto out;
	r = ENTER_OK;
	for (i = 0; i < p->nslots && p->slots[i].thread; i++)
		;
	if (i < p->nslots) {
		p->slots[i].thread = t;
		p->users++;
		act->slot = i;
	} else if (t->wait_proc) {
		r = ENTER_WAIT; /* still queued: a wait that ended early */
	} else if (!wait || !wait_record(t, p)) {
		r = ENTER_DEADLOCK;
	} else {
		enqueue(&p->waiters, t);
		r = ENTER_WAIT;
	}
out:
	spin_unlock(&p->lock);
	return r;
}

static void slot_free(struct process *p, struct slot *s)
{
	aspace_unmap(p->as, s->base, s->stack + 2 * PAGE_SIZE, true);
	memobj_put(s->obj);
	s->obj = NULL;
}

/*
 * Leaves one slot. Returns a slot that nobody has been in since the process was last quiet, now
 * held by t so that its memory can be freed, or -1.
 */
static int leave_one(struct thread *t, struct process *p, int slot)
{
	struct thread *next;
	bool release;
	int idle = -1;

	spin_lock(&p->lock);
	next = p->waiters;
	p->slots[slot].thread = next;
	if (next) {
		p->waiters = next->wait_next;
		thread_top(next)->slot = slot;
		wait_wake(t, next);
	} else {
		p->users--;
	}
	release = process_release_due(p);
	/* What several callers at once needed goes back when the last of them is out. */
	for (unsigned i = 1; !p->users && !release && idle < 0 && i < p->nslots; i++)
		if (p->slots[i].obj)
			idle = i;
	if (idle >= 0) {
		p->slots[idle].thread = t;
		p->users++;
	}
	spin_unlock(&p->lock);
	if (release)
		process_release(p);
	return idle;
}

void slot_leave(struct thread *t, struct process *p, int slot)
{
	while ((slot = leave_one(t, p, slot)) >= 0)
		slot_free(p, &p->slots[slot]);
}

static uint64_t stack_bytes(const struct process *p)
{
	return (p->info.stack_size + PAGE_SIZE - 1) & PAGE_MASK;
}

int slot_prepare(struct process *p, int slot)
{
	struct slot *s = &p->slots[slot];
	uint64_t stack = stack_bytes(p);
	uaddr_t va;
	int err;

	if (s->obj && s->stack == stack)
		return 0;
	if (s->obj)
		slot_free(p, s);
	/* A reservation with a page of nothing below. */
	err = aspace_map(p->as, NULL, 0, stack + 2 * PAGE_SIZE, PROT_NONE, MAP_KERNEL, "stack",
			 &s->base);
	if (err)
		return err;
	err = memobj_create(&p->tenant->quota, stack + PAGE_SIZE, &s->obj);
	if (err)
		goto unmap;
	va = uaddr(s->base.v + PAGE_SIZE);
	err = aspace_map(p->as, s->obj, 0, stack + PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_FIXED_REPLACE | MAP_KERNEL, "stack", &va);
	if (err)
		goto put;
	s->stack = stack;
	return 0;
put:
	memobj_put(s->obj);
	s->obj = NULL;
unmap:
	aspace_unmap(p->as, s->base, stack + 2 * PAGE_SIZE, true);
	return err;
}

uaddr_t slot_frame(const struct slot *s)
{
	return uaddr(s->base.v + PAGE_SIZE + s->stack);
}

uaddr_t slot_sp(const struct slot *s)
{
	return uaddr(slot_frame(s).v - 8);
}
