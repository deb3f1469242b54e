// SPDX-License-Identifier: BSD-2-Clause
/*
 * System calls: life of the process, log, time, randomness, cancellation.
 */
#include <kernel/include/sys.h>
#include <kernel/include/result.h>
#include <include/abi/log.h>
#include <lib/include/string.h>

uint64_t time_start_tsc;

#define MS_FOREVER 0xffffffffu

uint64_t ms_to_tsc(uint64_t ms)
{
	return ms * arch_tsc_khz();
}

int64_t sys_return(struct cpu *c, struct thread *t, const uint64_t *a)
{
	call_returned(c, t, a[0]);
	return SYS_LATER;
}

int64_t sys_panic(struct cpu *c, struct thread *t, const uint64_t *a)
{
	process_crash(c, t, "panic", 0, a[0]);
	return SYS_LATER;
}

int64_t sys_log(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	uint64_t n = a[2] < MERLON_LOG_TEXT_MAX ? a[2] : MERLON_LOG_TEXT_MAX;
	char text[MERLON_LOG_TEXT_MAX];

	if (a[0] > LOG_DEBUG)
		return -MERLON_EINVAL;
	if (copy_in(p->as, text, uaddr(a[1]), n))
		return -MERLON_EFAULT;
	klog_text(a[0], p->tenant->id == TENANT_KERNEL ? LOG_SRC_SERVICE : LOG_SRC_TA, p->pid, text,
		  n);
	return 0;
}

int64_t sys_ready(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct activation *act = thread_top(t);
	struct process *p = act->proc;
	struct merlon_ready r;
	uint64_t end;

	if (act->call.step != UPCALL_START || p->ready)
		return -MERLON_EPERM;
	if (copy_in(p->as, &r, uaddr(a[0]), sizeof(r)))
		return -MERLON_EFAULT;
	if (r.stack_size > STACK_MAX_SIZE || add_overflow(r.image_base, r.image_size, &end) ||
	    !aspace_check(p->as, uaddr(r.entry), 1, PROT_READ | PROT_EXEC))
		return -MERLON_EINVAL;
	if (r.stack_size < PAGE_SIZE)
		r.stack_size = PAGE_SIZE;
	aspace_seal_exec(p->as);
	/* No other thread can be in it, or look at it, before it is live. */
	p->info = r;
	p->ready = true;
	return 0;
}

int64_t sys_entropy(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint8_t buf[256];
	int64_t ret = 0;

	if (a[1] > sizeof(buf))
		return -MERLON_EINVAL;
	if (arch_entropy(buf, a[1]))
		return -MERLON_EIO;
	if (copy_out(thread_aspace(t), uaddr(a[0]), buf, a[1]))
		ret = -MERLON_EFAULT;
	memzero_explicit(buf, sizeof(buf));
	return ret;
}

static int64_t put_time(struct thread *t, uint64_t to, uint64_t sec, uint64_t ns)
{
	const uint64_t v[2] = {sec, ns};

	return copy_out(thread_aspace(t), uaddr(to), v, sizeof(v)) ? -MERLON_EFAULT : 0;
}

static void time_answer(struct cpu *c, struct thread *t)
{
	struct rpc_arg r;
	int64_t ret = -MERLON_EIO;

	rpc_answer(t, &r);
	if (!r.arg.ret && r.params[0].u.value.b < 1000000000)
		ret = put_time(t, t->wait.time.user.v, r.params[0].u.value.a,
			       r.params[0].u.value.b);
	arch_sys_ret(thread_uctx(t), ret);
}

int64_t sys_time(struct cpu *c, struct thread *t, const uint64_t *a)
{
	const struct optee_msg_param p = {.attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT};
	uint64_t khz = arch_tsc_khz(), d;

	if (a[0] == TIME_SYS) {
		d = arch_tsc() - time_start_tsc;
		return put_time(t, a[1], d / (khz * 1000), d % (khz * 1000) * 1000000 / khz);
	}
	if (a[0] != TIME_REE)
		return -MERLON_EINVAL;
	t->wait.time.user = uaddr(a[1]);
	rpc_start(c, t, OPTEE_RPC_CMD_GET_TIME, &p, 1, time_answer);
	return SYS_LATER;
}

/* True when the upcall that runs has to give up waiting. */
static bool interrupted(struct thread *t)
{
	return __atomic_load_n(&t->kill, __ATOMIC_RELAXED) || t->resetting ||
	       (!thread_top(t)->cancel_masked && call_cancelled(t));
}

static void sleep_more(struct cpu *c, struct thread *t)
{
	uint64_t until = t->wait.sleep.until, left;

	if (interrupted(t)) {
		arch_sys_ret(thread_uctx(t), -MERLON_ECANCELED);
		return;
	}
	left = until - arch_tsc();
	if (until && (int64_t)left <= 0) {
		arch_sys_ret(thread_uctx(t), 0);
		return;
	}
	thread_set_wake(t, until);
	/* The REE may come back early; its clock is not ours. */
	rpc_suspend(c, t, until ? left / arch_tsc_khz() + 1 : MS_FOREVER, sleep_more);
}

int64_t sys_sleep(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint32_t ms = a[0];

	t->wait.sleep.until = ms == MS_FOREVER ? 0 : arch_tsc() + ms_to_tsc(ms);
	sleep_more(c, t);
	return SYS_LATER;
}

int64_t sys_cancel(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct activation *act = thread_top(t);
	bool was = act->cancel_masked;

	switch (a[0]) {
	case CANCEL_GET:
		return !was && call_cancelled(t);
	case CANCEL_MASK:
		act->cancel_masked = true;
		return was;
	case CANCEL_UNMASK:
		act->cancel_masked = false;
		return was;
	default:
		return -MERLON_EINVAL;
	}
}
