// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of a call: see the table in docs/kernel.md. Each function moves the top activation one
 * step and returns; thread_next() looks again.
 */
#include <kernel/include/call.h>
#include <kernel/include/process.h>
#include <kernel/include/result.h>
#include <kernel/include/session.h>
#include <kernel/include/thread.h>
#include <lib/include/string.h>

struct activation *call_push(struct thread *t)
{
	struct activation *act = &t->acts[t->depth];
	struct arch_uctx *uctx;

	if (t->depth == THREAD_DEPTH)
		return NULL;
	/* The first context is the thread's own for ever. */
	if (t->depth && arch_uctx_create(&t->tenant->quota, &act->uctx))
		return NULL;
	uctx = act->uctx;
	memset(act, 0, sizeof(*act));
	act->uctx = uctx;
	act->slot = -1;
	act->cancel_masked = true;
	t->depth++;
	return act;
}

void call_pop(struct thread *t)
{
	struct activation *act = thread_top(t);

	params_release(&act->call, t->tenant);
	if (act->sess)
		session_put(act->sess);
	if (act->proc)
		process_put(act->proc);
	if (--t->depth) {
		arch_uctx_destroy(&t->tenant->quota, act->uctx);
		act->uctx = NULL;
	}
}

static bool asked_to_cancel(const struct thread *t, unsigned i)
{
	const struct activation *act = &t->acts[i];

	if (act->call.deadline && arch_tsc() >= act->call.deadline)
		return true;
	if (!i)
		return __atomic_load_n(&t->cancel, __ATOMIC_RELAXED);
	return !t->acts[i - 1].cancel_masked && asked_to_cancel(t, i - 1);
}

bool call_cancelled(const struct thread *t)
{
	return asked_to_cancel(t, t->depth - 1);
}

static void set_result(struct call *call, uint32_t result, uint32_t origin)
{
	call->result = result;
	call->origin = origin;
}

/* Answers the process below: its struct merlon_call, then its system call. */
static void deliver(struct thread *t, struct activation *act)
{
	struct activation *caller = act - 1;
	struct call *call = &act->call;
	struct aspace *as = caller->proc->as;
	const uint32_t words[2] = {call->result, call->origin};
	int64_t ret = 0;

	if (call->op != CALL_CLOSE) {
		if (call->from_callee)
			ret = params_to_caller(call, caller->proc);
		if (!ret)
			ret = copy_out(as,
				       uaddr(call->ucall.v + offsetof(struct merlon_call, result)),
				       words, sizeof(words));
		if (!ret && call->op == CALL_OPEN && !call->result)
			ret = act->sess->id;
	}
	arch_sys_ret(caller->uctx, ret);
}

/* The answer is known: leave the process, tell the caller, forget the activation. */
static void finish(struct cpu *c, struct thread *t)
{
	struct activation *act = thread_top(t);
	struct process *p = act->proc;
	struct call *call = &act->call;

	if (act->state != ACT_RUN)
		wait_cancel(t);
	if (p && act->state != ACT_FIND) {
		params_unmap(call, p);
		/* An instance whose birth or death was this call's business has no other end. */
		if (call->step == UPCALL_START || call->step == UPCALL_CREATE ||
		    call->step == UPCALL_DESTROY)
			process_die(t, p);
		if (act->slot >= 0)
			slot_leave(t, p, act->slot);
	}
	if (call->op == CALL_OPEN && call->result && act->sess && session_remove(act->sess, true))
		session_put(act->sess);
	if (call->op == CALL_CLOSE)
		set_result(call, TEE_SUCCESS, TEE_ORIGIN_TEE); /* whatever became of the server */
	if (t->depth > 1)
		deliver(t, act);
	else if (!call->by_kernel)
		msg_reply(t, act);
	call_pop(t);
}

static void upcall(struct cpu *c, struct thread *t, enum merlon_upcall step);

/* The upcalls that were asked for are over. Is it the instance's end too? */
static void settle(struct cpu *c, struct thread *t)
{
	struct activation *act = thread_top(t);
	struct call *call = &act->call;
	bool gone = call->op == CALL_CLOSE || (call->op == CALL_OPEN && call->result);

	if (!gone || !act->counted) {
		finish(c, t);
		return;
	}
	act->counted = false;
	if (!process_drop_session(act->proc)) {
		finish(c, t);
		return;
	}
	call->step = UPCALL_DESTROY;
	if (act->slot >= 0)
		upcall(c, t, UPCALL_DESTROY);
	else
		act->state = ACT_ENTER;
}

void call_abort(struct cpu *c, struct thread *t, uint32_t result)
{
	struct activation *act = thread_top(t);
	struct call *call = &act->call;

	set_result(call, result, TEE_ORIGIN_TEE);
	call->from_callee = false;
	if (act->state == ACT_RUN || act->state == ACT_FIND || call->step == UPCALL_DESTROY) {
		/* RUN: the process is dead. DESTROY: it was never told, so finish() ends it. */
		finish(c, t);
		return;
	}
	if (call->op == CALL_CLOSE && !process_dead(act->proc)) {
		/* The server has not heard of it. Another thread will tell it. */
		wait_cancel(t);
		orphan_add(act->sess);
		act->sess = NULL;
		t->no_orphans = true;
		finish(c, t);
		return;
	}
	wait_cancel(t);
	settle(c, t);
}

static void upcall(struct cpu *c, struct thread *t, enum merlon_upcall step)
{
	struct activation *act = thread_top(t);
	struct process *p = act->proc;
	struct call *call = &act->call;
	struct slot *slot = &p->slots[act->slot];
	struct merlon_call m = {.upcall = step};
	uaddr_t entry;
	int err;

	call->step = step;
	err = slot_prepare(p, act->slot);
	if (!err && (step == UPCALL_OPEN || step == UPCALL_INVOKE))
		err = params_map(call, p);
	if (err) {
		set_result(call, result_from_errno(err), TEE_ORIGIN_TEE);
		if (step == UPCALL_OPEN || step == UPCALL_CLOSE)
			settle(c, t);
		else
			finish(c, t);
		return;
	}
	if (act->sess) {
		m.session = act->sess->id;
		m.ctx = act->sess->ctx;
		m.client = act->sess->ident;
	}
	if (step == UPCALL_OPEN || step == UPCALL_INVOKE) {
		m.cmd = call->cmd;
		m.types = call->types;
		params_to_user(call, m.params, slot_frame(slot));
	}
	entry = step == UPCALL_START ? process_start_entry(p) : uaddr(p->info.entry);
	memobj_write(slot->obj, slot->stack, &m, sizeof(m)); /* inside: cannot fail */
	arch_uctx_init(act->uctx, entry, slot_sp(slot), slot_frame(slot).v, act->slot,
		       step == UPCALL_START ? p->start_page.v : 0);
	act->cancel_masked = true;
	act->state = ACT_RUN;
}

/* What OPEN or INVOKE left in the frame. Anything may be there: it is the callee's memory. */
static void collect(struct activation *act)
{
	struct slot *slot = &act->proc->slots[act->slot];
	struct merlon_call m;

	memobj_read(slot->obj, slot->stack, &m, sizeof(m)); /* inside: cannot fail */
	params_unmap(&act->call, act->proc);
	params_from_user(&act->call, m.params);
	if (act->call.step == UPCALL_OPEN)
		act->sess->ctx = m.ctx;
}

static void start_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	struct activation *act = thread_top(t);

	if (!result && !act->proc->ready)
		result = TEE_ERROR_GENERIC;
	if (!result) {
		upcall(c, t, UPCALL_CREATE);
		return;
	}
	set_result(&act->call, result, TEE_ORIGIN_TEE);
	finish(c, t);
}

static void create_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	struct activation *act = thread_top(t);

	if (!result) {
		process_live(t, act->proc);
		upcall(c, t, UPCALL_OPEN);
		return;
	}
	set_result(&act->call, result, TEE_ORIGIN_TRUSTED_APP);
	finish(c, t);
}

static void open_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	struct activation *act = thread_top(t);

	collect(act);
	set_result(&act->call, result, TEE_ORIGIN_TRUSTED_APP);
	if (!result) {
		act->counted = false; /* from now on CLOSE's business */
		session_opened(act->sess);
	}
	settle(c, t);
}

static void invoke_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	struct activation *act = thread_top(t);

	collect(act);
	set_result(&act->call, result, TEE_ORIGIN_TRUSTED_APP);
	finish(c, t);
}

static void close_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	settle(c, t);
}

static void destroy_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	finish(c, t);
}

void call_returned(struct cpu *c, struct thread *t, uint32_t result)
{
	static void (*const next[])(struct cpu *, struct thread *, uint32_t) = {
		[UPCALL_START] = start_returned, [UPCALL_CREATE] = create_returned,
		[UPCALL_OPEN] = open_returned,	 [UPCALL_INVOKE] = invoke_returned,
		[UPCALL_CLOSE] = close_returned, [UPCALL_DESTROY] = destroy_returned,
	};

	_Static_assert(sizeof(next) / sizeof(next[0]) == UPCALL_DESTROY + 1, "one each");
	next[thread_top(t)->call.step](c, t, result);
}

uint32_t call_prepare_close(struct activation *act)
{
	/* With one call at a time a close just queues; a concurrent server would see both at once. */
	if (!session_remove(act->sess, !process_concurrent(act->proc)))
		return TEE_ERROR_BUSY;
	session_put(act->sess); /* the table's */
	act->counted = true;
	act->state = ACT_ENTER;
	act->call.op = CALL_CLOSE;
	act->call.step = UPCALL_CLOSE;
	return TEE_SUCCESS;
}

/* A session for the OPEN, with the instance that was found. */
static bool make_session(struct thread *t, struct activation *act)
{
	struct process *client = t->depth > 1 ? (act - 1)->proc : NULL;
	struct tenant *tn = client ? client->tenant : t->tenant;

	act->counted = true;
	act->sess = session_create(tn, process_get(act->proc), client, &act->call.ident);
	if (!act->sess)
		process_put(act->proc);
	return act->sess;
}

void call_find(struct cpu *c, struct thread *t)
{
	struct activation *act = thread_top(t);
	enum find_result r;
	uint32_t result;

	if (act->proc) { /* where we waited */
		wait_cancel(t);
		process_put(act->proc);
		act->proc = NULL;
	}
	r = process_find(t, act->call.uuid, &act->proc, &result);
	if (r == FIND_REFUSED) {
		call_abort(c, t, result);
		return;
	}
	if (r == FIND_WAIT) {
		rpc_wait(c, t, 0);
		return;
	}
	act->state = ACT_ENTER;
	act->call.step = UPCALL_OPEN;
	if (r == FIND_NEW) {
		act->slot = 0;
		act->call.step = UPCALL_START;
	}
	if (!make_session(t, act) || (r == FIND_NEW && process_build(act->proc)))
		call_abort(c, t, TEE_ERROR_OUT_OF_MEMORY);
	else if (r == FIND_NEW)
		upcall(c, t, UPCALL_START);
}

void call_enter(struct cpu *c, struct thread *t)
{
	struct activation *act = thread_top(t);

	if (act->call.op == CALL_INVOKE && session_closed(act->sess)) {
		call_abort(c, t, TEE_ERROR_BAD_STATE);
		return;
	}
	switch (slot_enter(t, act->proc, !act->call.by_kernel)) {
	case ENTER_OK:
		upcall(c, t, act->call.step);
		break;
	case ENTER_WAIT:
		rpc_wait(c, t, 0);
		break;
	case ENTER_DEAD:
		call_abort(c, t, TEE_ERROR_TARGET_DEAD);
		break;
	case ENTER_DEADLOCK:
		call_abort(c, t, TEE_ERROR_BUSY);
		break;
	}
}
