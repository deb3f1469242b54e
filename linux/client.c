// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/tee0: sessions and commands of client programs. A client may use only the sessions that
 * it opened itself; they are closed when it goes.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uuid.h>
#include "merlon.h"

const struct tee_ioctl_version_data merlon_version = {
	.impl_id = TEE_IMPL_ID_OPTEE,
	.gen_caps = TEE_GEN_CAP_GP | TEE_GEN_CAP_REG_MEM | TEE_GEN_CAP_MEMREF_NULL,
};

static void client_get_version(struct tee_device *teedev, struct tee_ioctl_version_data *v)
{
	*v = merlon_version;
}

static int client_open(struct tee_context *ctx)
{
	struct merlon_client *client;

	/* Memory can outlive the open file, and with it the context: so this reference. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	xa_init(&client->sessions);
	spin_lock_init(&client->lock);
	INIT_LIST_HEAD(&client->calls);
	init_waitqueue_head(&client->wq);
	ctx->data = client;
	ctx->cap_memref_null = true;
	return 0;
}

static int close_session(struct tee_context *ctx, u32 session)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_call call;
	struct optee_msg_arg *arg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_CLOSE_SESSION);
	u32 result;
	int rc;

	if (!arg)
		return -ENOMEM;
	call.must = true;
	call.grace = MERLON_GRACE_CLOSE;
	arg->session = session;
	rc = merlon_call_finish(&call, &result);
	if (rc)
		return rc == -EPIPE ? 0 : rc;
	return result ? -EINVAL : 0;
}

static void client_release(struct tee_context *ctx)
{
	struct merlon_client *client = ctx->data;
	unsigned long session;
	void *entry;

	xa_for_each (&client->sessions, session, entry)
		close_session(ctx, session);
	xa_destroy(&client->sessions);
	kfree(client);
	module_put(THIS_MODULE);
}

/* Runs a call with client parameters from @first on; the answer goes to *@ret, *@origin. */
static int run(struct merlon_call *call, struct optee_msg_arg *arg, u32 first,
	       struct tee_param *param, u32 count, u32 *ret, u32 *origin)
{
	int rc = merlon_params_to_msg(arg->params + first, param, count);

	if (rc)
		return rc;
	arg->num_params = first + count;
	call->session = arg->session;
	call->cancel_id = arg->cancel_id;
	rc = merlon_call_run(call);
	if (rc) {
		*ret = merlon_call_result(rc);
		*origin = TEEC_ORIGIN_COMMS;
		return 0;
	}
	*ret = arg->ret;
	*origin = arg->ret_origin;
	merlon_params_from_msg(param, arg->params + first, count);
	return 0;
}

static int meta_params(struct optee_msg_param *param, const struct tee_ioctl_open_session_arg *arg)
{
	uuid_t client;
	int rc = tee_session_calc_client_uuid(&client, arg->clnt_login, arg->clnt_uuid);

	if (rc)
		return rc;
	param[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	param[0].u.value.c = 0;
	memcpy(param[0].u.octets, arg->uuid, sizeof(arg->uuid));
	param[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	param[1].u.value.c = arg->clnt_login;
	export_uuid(param[1].u.octets, &client);
	return 0;
}

static int client_open_session(struct tee_context *ctx, struct tee_ioctl_open_session_arg *arg,
			       struct tee_param *param)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_client *client = ctx->data;
	struct optee_msg_arg *msg;
	struct merlon_call call;
	int rc;

	if (arg->num_params > MERLON_CLIENT_PARAMS)
		return -EINVAL;
	msg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_OPEN_SESSION);
	if (!msg)
		return -ENOMEM;
	rc = meta_params(msg->params, arg);
	if (rc)
		goto out;
	msg->cancel_id = arg->cancel_id;
	rc = run(&call, msg, 2, param, arg->num_params, &arg->ret, &arg->ret_origin);
	if (rc || arg->ret)
		goto out;

	arg->session = msg->session;
	/* An id that this client has already would be closed twice: xa_insert refuses it. */
	rc = xa_insert(&client->sessions, arg->session, xa_mk_value(1), GFP_KERNEL);
	if (rc == -ENOMEM)
		close_session(ctx, arg->session);
	if (rc)
		rc = rc == -ENOMEM ? rc : -EIO;
out:
	merlon_call_put(&call);
	return rc;
}

static int client_close_session(struct tee_context *ctx, u32 session)
{
	struct merlon_client *client = ctx->data;

	/* Whoever erases it closes it: two threads cannot both. */
	if (!xa_erase(&client->sessions, session))
		return -EINVAL;
	return close_session(ctx, session);
}

static int client_invoke(struct tee_context *ctx, struct tee_ioctl_invoke_arg *arg,
			 struct tee_param *param)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_client *client = ctx->data;
	struct optee_msg_arg *msg;
	struct merlon_call call;
	int rc;

	if (arg->num_params > MERLON_CLIENT_PARAMS || !xa_load(&client->sessions, arg->session))
		return -EINVAL;
	msg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_INVOKE_COMMAND);
	if (!msg)
		return -ENOMEM;
	msg->func = arg->func;
	msg->session = arg->session;
	msg->cancel_id = arg->cancel_id;
	rc = run(&call, msg, 0, param, arg->num_params, &arg->ret, &arg->ret_origin);
	merlon_call_put(&call);
	return rc;
}

/* Ends the waits of the calls that @session and @cancel_id name. */
static void cancel_calls(struct merlon_client *client, u32 cancel_id, u32 session)
{
	struct merlon_call *call;
	bool found = false;

	spin_lock(&client->lock);
	list_for_each_entry (call, &client->calls, link) {
		if (call->cancel_id != cancel_id || call->session != session)
			continue;
		WRITE_ONCE(call->cancelled, true);
		found = true;
	}
	spin_unlock(&client->lock);
	if (found)
		wake_up_all(&client->wq);
}

static int client_cancel(struct tee_context *ctx, u32 cancel_id, u32 session)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_client *client = ctx->data;
	struct optee_msg_arg *msg;
	struct merlon_call call;
	u32 result;
	int rc;

	/* An open that is under way has no session yet, and is named by its cancel_id. */
	if (session && !xa_load(&client->sessions, session))
		return -EINVAL;
	msg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_CANCEL);
	if (!msg)
		return -ENOMEM;
	msg->session = session;
	msg->cancel_id = cancel_id;
	/* The TEE first: a wait that ends early must find the flag set. */
	rc = merlon_call_finish(&call, &result);
	cancel_calls(client, cancel_id, session);
	if (rc)
		return rc == -EINTR ? -ERESTARTSYS : rc;
	return 0;
}

const struct tee_driver_ops merlon_client_ops = {
	.get_version = client_get_version,
	.open = client_open,
	.release = client_release,
	.open_session = client_open_session,
	.close_session = client_close_session,
	.invoke_func = client_invoke,
	.cancel_req = client_cancel,
	.shm_register = merlon_shm_register,
	.shm_unregister = merlon_shm_unregister,
};
