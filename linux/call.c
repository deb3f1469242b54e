// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call into the TEE, from its message to its answer: entering, re-entering after an
 * interrupt, serving its RPCs, waiting for a TEE thread, and ending it when its client dies.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include "merlon.h"

int merlon_op_errno(u64 ret)
{
	switch (ret) {
	case TEE_RET_DONE:
		return 0;
	case TEE_EBUSY:
		return -EBUSY;
	case TEE_EINVAL:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int enter(struct merlon *m, struct tee_regs *regs)
{
	int rc = m->transport->call(regs);

	if (unlikely(rc == -EPIPE) && !xchg(&m->dead, true))
		pr_err("merlon: the TEE has panicked; its log is still readable\n");
	return rc;
}

int merlon_op(struct merlon *m, struct tee_regs *regs)
{
	int rc = enter(m, regs);

	return rc ? rc : merlon_op_errno(regs->rdi);
}

u32 merlon_call_result(int err)
{
	switch (err) {
	case -EPIPE:
		return TEEC_ERROR_TARGET_DEAD;
	case -EINTR:
		return TEEC_ERROR_CANCEL;
	case -ENOMEM:
		return TEEC_ERROR_OUT_OF_MEMORY;
	default:
		return TEEC_ERROR_COMMUNICATION;
	}
}

struct optee_msg_arg *merlon_call_get(struct merlon_call *call, struct merlon *m,
				      struct tee_context *ctx, u32 cmd)
{
	struct merlon_message *msg = merlon_page_get(m);

	if (!msg)
		return NULL;
	*call = (struct merlon_call){
		.m = m,
		.client = ctx->data,
		.msg = msg,
		.nowait = ctx->supp_nowait,
		.grace = MERLON_GRACE_CALL,
	};
	msg->arg = (struct optee_msg_arg){.cmd = cmd};
	return &msg->arg;
}

void merlon_call_put(struct merlon_call *call)
{
	merlon_list_free(call->m, &call->list);
	merlon_page_put(call->m, call->msg);
}

unsigned long merlon_call_left(const struct merlon_call *call)
{
	unsigned long now = jiffies;

	return time_before(now, call->deadline) ? call->deadline - now : 0;
}

/* What to tell the TEE on the next entry: cancel when the client was killed, then kill. */
static u64 resume_flags(struct merlon_call *call)
{
	if (likely(!call->dying)) {
		if (likely(!fatal_signal_pending(current)))
			return 0;
		call->dying = true;
		call->deadline = jiffies + call->grace;
		return TEE_RESUME_CANCEL;
	}
	return merlon_call_left(call) ? 0 : TEE_RESUME_KILL;
}

/*
 * Starts a call when the TEE has had no thread, or this CPU was not ready. Whoever ends a call
 * wakes one of us; we are on the queue before we try, so no wake-up is lost. The timeout is for
 * what ends without a call of ours, such as a CPU that is getting ready.
 */
static int enter_when_free(struct merlon_call *call, struct tee_regs *regs)
{
	const int state = call->must ? TASK_UNINTERRUPTIBLE : TASK_KILLABLE;
	const struct tee_regs start = *regs;
	struct merlon *m = call->m;
	DEFINE_WAIT(wait);
	int rc;

	for (;;) {
		prepare_to_wait_exclusive(&m->thread_wq, &wait, state);
		*regs = start;
		rc = enter(m, regs);
		if (rc != -EBUSY && (rc || regs->rdi != TEE_EBUSY))
			break;
		if (!call->must && fatal_signal_pending(current)) {
			rc = -EINTR;
			break;
		}
		schedule_timeout(HZ);
	}
	finish_wait(&m->thread_wq, &wait);
	/* It may be that we took a wake-up and did not use it. */
	if (rc)
		wake_up(&m->thread_wq);
	return rc;
}

/* Goes on with thread @regs->rsi. */
static int resume(struct merlon_call *call, struct tee_regs *regs)
{
	const struct tee_regs start = {
		.rdi = TEE_OP_RESUME,
		.rsi = regs->rsi,
		.rdx = resume_flags(call),
	};
	int rc;

	for (;;) {
		*regs = start;
		rc = enter(call->m, regs);
		if (likely(rc != -EBUSY && (rc || regs->rdi != TEE_EBUSY)))
			return rc;
		/*
		 * This CPU is not ready: the thread keeps, and any CPU will do. Or it has slept and runs
		 * on another CPU by the TEE's own timer: soon it waits for us again.
		 */
		schedule_timeout_uninterruptible(1);
	}
}

static int call_refused(const struct tee_regs *regs)
{
	pr_err_ratelimited("merlon: the TEE answered a call with %lld\n", (s64)regs->rdi);
	return -EIO;
}

static int call_loop(struct merlon_call *call)
{
	struct merlon *m = call->m;
	struct tee_regs regs = {
		.rdi = TEE_OP_CALL,
		.rsi = virt_to_phys(call->msg),
		.rdx = sizeof(*call->msg),
		.rcx = offsetof(struct merlon_message, rpc),
	};
	const struct tee_regs start = regs;
	int rc = enter(m, &regs);

	if (unlikely(rc == -EBUSY || (!rc && regs.rdi == TEE_EBUSY))) {
		regs = start;
		rc = enter_when_free(call, &regs);
	}
	while (!rc) {
		switch (regs.rdi) {
		case TEE_RET_DONE:
			return 0;
		case TEE_RET_PREEMPTED:
			cond_resched();
			break;
		case TEE_RET_RPC:
			merlon_rpc(call);
			break;
		default:
			return call_refused(&regs);
		}
		rc = resume(call, &regs);
	}
	return rc;
}

int merlon_call_run(struct merlon_call *call)
{
	struct merlon_client *client = call->client;
	struct merlon *m = call->m;
	int rc;

	/* A process that is exiting takes no signals, and must not hang either. */
	if (unlikely(current->flags & PF_EXITING)) {
		call->dying = true;
		call->deadline = jiffies + call->grace;
	}
	spin_lock(&client->lock);
	list_add(&call->link, &client->calls);
	spin_unlock(&client->lock);

	rc = call_loop(call);

	spin_lock(&client->lock);
	list_del(&call->link);
	spin_unlock(&client->lock);

	if (wq_has_sleeper(&m->thread_wq))
		wake_up(&m->thread_wq);
	/* Without a barrier: a reader that we miss is served by its timer. */
	if (waitqueue_active(&m->log.wq))
		merlon_log_announce(&m->log);
	return rc;
}

int merlon_call_finish(struct merlon_call *call, u32 *result)
{
	int rc = merlon_call_run(call);

	*result = call->msg->arg.ret;
	merlon_call_put(call);
	return rc;
}
