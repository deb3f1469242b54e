// SPDX-License-Identifier: BSD-2-Clause
/*
 * System calls: sessions of a process with other processes.
 */
#include <kernel/include/sys.h>
#include <kernel/include/result.h>
#include <kernel/include/session.h>
#include <lib/include/string.h>

static void set_deadline(struct call *call, uint32_t ms)
{
	if (ms != 0xffffffffu)
		call->deadline = arch_tsc() + ms_to_tsc(ms);
}

/* Answers a call that did not come about, as deliver() answers the others. */
static int64_t refused(struct thread *t, uaddr_t ucall, uint32_t result)
{
	const uint32_t words[2] = {result, TEE_ORIGIN_TEE};

	return copy_out(thread_aspace(t), uaddr(ucall.v + offsetof(struct merlon_call, result)),
			words, sizeof(words));
}

/*
 * Reads the caller's request and pushes the activation with its parameters. NULL: *ret is what the
 * system call answers, and a refusal stands in the caller's request.
 */
static struct activation *begin(struct thread *t, uaddr_t ucall, struct merlon_call *in,
				int64_t *ret)
{
	struct call tmp = {0};
	struct activation *act;
	int err;

	*ret = -MERLON_EFAULT;
	if (copy_in(thread_aspace(t), in, ucall, sizeof(*in)))
		return NULL;
	err = params_from_caller(t, &tmp, in);
	if (err == -MERLON_EFAULT)
		goto fail;
	act = err ? NULL : call_push(t);
	if (!act) {
		*ret = refused(t, ucall, result_from_errno(err ? err : -MERLON_ENOMEM));
		goto fail;
	}
	act->call = tmp;
	act->call.ucall = ucall;
	set_deadline(&act->call, in->timeout_ms);
	return act;
fail:
	params_release(&tmp, t->tenant);
	return NULL;
}

int64_t sys_open(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	struct activation *act;
	struct merlon_call in;
	int64_t ret;

	act = begin(t, uaddr(a[0]), &in, &ret);
	if (!act)
		return ret;
	act->state = ACT_FIND;
	act->call.op = CALL_OPEN;
	memcpy(act->call.uuid, in.uuid, sizeof(in.uuid));
	act->call.ident.login = LOGIN_TRUSTED_APP;
	act->call.ident.tenant = p->tenant->id;
	memcpy(act->call.ident.uuid, p->uuid, sizeof(p->uuid));
	return SYS_LATER;
}

int64_t sys_invoke(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	struct activation *act;
	struct merlon_call in;
	int64_t ret;

	act = begin(t, uaddr(a[0]), &in, &ret);
	if (!act)
		return ret;
	act->sess = session_get(in.session, NULL, p);
	if (!act->sess) {
		call_pop(t);
		return -MERLON_EBADF;
	}
	act->proc = process_get(act->sess->server);
	act->state = ACT_ENTER;
	act->call.op = CALL_INVOKE;
	act->call.step = UPCALL_INVOKE;
	act->call.cmd = in.cmd;
	return SYS_LATER;
}

int64_t sys_close_session(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	struct session *s = a[0] >> 32 ? NULL : session_get(a[0], NULL, p);
	struct activation *act;

	if (!s)
		return -MERLON_EBADF;
	act = call_push(t);
	if (!act) {
		session_put(s);
		return -MERLON_ENOMEM;
	}
	act->sess = s;
	act->proc = process_get(s->server);
	if (call_prepare_close(act)) {
		call_pop(t);
		return -MERLON_EBUSY;
	}
	return SYS_LATER;
}
