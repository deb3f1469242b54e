// SPDX-License-Identifier: BSD-2-Clause
/*
 * RPCs: requests to the REE. The answer is read once, in whatever event brings it.
 *
 * While a reset unwinds a thread there is nobody to ask: the request is answered here, with
 * TEE_ERROR_COMMUNICATION.
 */
#include <kernel/include/thread.h>
#include <kernel/include/result.h>
#include <kernel/include/stat.h>
#include <lib/include/string.h>

void rpc_start(struct cpu *c, struct thread *t, uint32_t cmd, const struct optee_msg_param *params,
	       unsigned n, void (*answer)(struct cpu *, struct thread *))
{
	if (t->resetting) {
		if (answer)
			answer(c, t);
		return;
	}
	/* An REE that does not answer has not succeeded. */
	t->out.arg = (struct optee_msg_arg){
		.cmd = cmd,
		.ret = TEE_ERROR_COMMUNICATION,
		.num_params = n,
	};
	memcpy(t->out.params, params, n * sizeof(*params));
	t->answer = answer;
	t->rpc_out = true;
	stat_add(c, TEE_STAT_RPCS);
}

void rpc_send(struct thread *t)
{
	/* Was REE RAM when the call was checked, and REE RAM does not go away. */
	ree_copy_out(t->rpc, &t->out, OPTEE_MSG_GET_ARG_SIZE(t->out.arg.num_params));
}

void rpc_answer(struct thread *t, struct rpc_arg *out)
{
	memset(out, 0, sizeof(*out));
	if (t->resetting || ree_copy_in(out, t->rpc, sizeof(*out)))
		out->arg.ret = TEE_ERROR_COMMUNICATION;
}

static void notification(struct cpu *c, struct thread *t, uint64_t op, unsigned index, uint32_t ms)
{
	const struct optee_msg_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		/* One key per thread: at most that many are ever kept by the REE. */
		.u.value = {.a = op, .b = index + 1, .c = ms},
	};

	rpc_start(c, t, OPTEE_RPC_CMD_NOTIFICATION, &p, 1, NULL);
}

void rpc_wait(struct cpu *c, struct thread *t, uint32_t ms)
{
	notification(c, t, OPTEE_RPC_NOTIFICATION_WAIT, t->index, ms);
}

void rpc_wake(struct cpu *c, struct thread *t)
{
	unsigned i = __builtin_ctz(t->wakes);

	t->wakes &= t->wakes - 1;
	notification(c, t, OPTEE_RPC_NOTIFICATION_SEND, i, 0);
}

void rpc_suspend(struct cpu *c, struct thread *t, uint32_t ms,
		 void (*answer)(struct cpu *, struct thread *))
{
	const struct optee_msg_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		.u.value = {.a = ms},
	};

	t->asleep = true;
	rpc_start(c, t, OPTEE_RPC_CMD_SUSPEND, &p, 1, answer);
}

void rpc_shm_free(struct cpu *c, struct thread *t, uint32_t type, uint64_t cookie)
{
	const struct optee_msg_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		.u.value = {.a = type, .b = cookie},
	};

	rpc_start(c, t, OPTEE_RPC_CMD_SHM_FREE, &p, 1, NULL);
}
