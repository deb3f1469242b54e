// SPDX-License-Identifier: BSD-2-Clause
/* Sessions: open, invoke, close, cancel. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "internal.h"

/*
 * TEEC_Operation.started: 0 = not yet; CANCEL_FIRST = cancelled before it started; else the id by
 * which the call can be cancelled. The other members of `imp` are written before it.
 */
#define CANCEL_FIRST UINT32_MAX

static uint32_t new_cancel_id(struct teec_ctx *ctx)
{
	uint32_t id;

	do
		id = atomic_fetch_add_explicit(&ctx->cancel_id, 1, memory_order_relaxed) + 1;
	while (id == 0 || id == CANCEL_FIRST);
	return id;
}

/* Makes the operation known to TEEC_RequestCancellation; false: it is cancelled already. */
static bool op_start(struct teec_ctx *ctx, uint32_t session, TEEC_Operation *op, uint32_t *id)
{
	if (!op) {
		*id = 0;
		return true;
	}
	*id = new_cancel_id(ctx);
	op->imp.fd = ctx->fd;
	op->imp.session = session;
	if (__atomic_exchange_n(&op->started, *id, __ATOMIC_ACQ_REL) != CANCEL_FIRST)
		return true;
	op->started = 0;
	return false;
}

static TEEC_Result finish(TEEC_Result res, uint32_t origin, uint32_t *out)
{
	if (out)
		*out = origin;
	return res;
}

static void uuid_octets(uint8_t o[16], const TEEC_UUID *u)
{
	o[0] = u->timeLow >> 24;
	o[1] = u->timeLow >> 16;
	o[2] = u->timeLow >> 8;
	o[3] = u->timeLow;
	o[4] = u->timeMid >> 8;
	o[5] = u->timeMid;
	o[6] = u->timeHiAndVersion >> 8;
	o[7] = u->timeHiAndVersion;
	memcpy(o + 8, u->clockSeqAndNode, 8);
}

/* Who calls: Linux computes the client's UUID; a group is named here and checked there. */
static bool set_login(struct tee_ioctl_open_session_arg *arg, uint32_t method, const void *data)
{
	gid_t gid;

	switch (method) {
	case TEEC_LOGIN_PUBLIC:
	case TEEC_LOGIN_USER:
	case TEEC_LOGIN_APPLICATION:
	case TEEC_LOGIN_USER_APPLICATION:
		break;
	case TEEC_LOGIN_GROUP:
	case TEEC_LOGIN_GROUP_APPLICATION:
		if (!data)
			return false;
		memcpy(&gid, data, sizeof(gid));
		memcpy(arg->clnt_uuid, &gid, sizeof(gid));
		break;
	default:
		return false;
	}
	arg->clnt_login = method;
	return true;
}

TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session,
			     const TEEC_UUID *destination, uint32_t method, const void *data,
			     TEEC_Operation *op, uint32_t *origin)
{
	struct {
		struct tee_ioctl_open_session_arg arg;
		struct tee_ioctl_param params[NPARAMS];
	} msg;
	struct tee_ioctl_buf_data buf;
	struct teec_ctx *ctx;
	struct params st;
	uint32_t serial;
	TEEC_Result res;

	if (!context || !context->imp.ctx || !session || !destination)
		return finish(TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API, origin);
	ctx = context->imp.ctx;
	memset(&msg.arg, 0, sizeof(msg.arg));
	uuid_octets(msg.arg.uuid, destination);
	if (!set_login(&msg.arg, method, data))
		return finish(TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API, origin);
	serial = atomic_fetch_add_explicit(&ctx->serial, 1, memory_order_relaxed) + 1;
	if (!op_start(ctx, 0, op, &msg.arg.cancel_id))
		return finish(TEEC_ERROR_CANCEL, TEEC_ORIGIN_API, origin);
	res = params_in(ctx, serial, op, msg.params, &st);
	if (res)
		return finish(res, TEEC_ORIGIN_API, origin);
	msg.arg.num_params = st.count;
	buf.buf_ptr = (uintptr_t)&msg;
	buf.buf_len = sizeof(msg.arg) + st.count * sizeof(msg.params[0]);
	if (ioctl(ctx->fd, TEE_IOC_OPEN_SESSION, &buf)) {
		res = result_of_errno(errno);
		params_drop(ctx, &st);
		return finish(res, TEEC_ORIGIN_COMMS, origin);
	}
	if (!msg.arg.ret) {
		session->imp.ctx = ctx;
		session->imp.id = msg.arg.session;
		session->imp.serial = serial;
	}
	params_out(ctx, op, msg.params, &st);
	return finish(msg.arg.ret, msg.arg.ret_origin, origin);
}

TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t cmd, TEEC_Operation *op,
			       uint32_t *origin)
{
	struct {
		struct tee_ioctl_invoke_arg arg;
		struct tee_ioctl_param params[NPARAMS];
	} msg;
	struct tee_ioctl_buf_data buf;
	struct teec_ctx *ctx;
	struct params st;
	TEEC_Result res;

	if (!session || !session->imp.ctx)
		return finish(TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API, origin);
	ctx = session->imp.ctx;
	if (!op_start(ctx, session->imp.id, op, &msg.arg.cancel_id))
		return finish(TEEC_ERROR_CANCEL, TEEC_ORIGIN_API, origin);
	res = params_in(ctx, session->imp.serial, op, msg.params, &st);
	if (res)
		return finish(res, TEEC_ORIGIN_API, origin);
	msg.arg.func = cmd;
	msg.arg.session = session->imp.id;
	msg.arg.ret = 0;
	msg.arg.ret_origin = 0;
	msg.arg.num_params = st.count;
	buf.buf_ptr = (uintptr_t)&msg;
	buf.buf_len = sizeof(msg.arg) + st.count * sizeof(msg.params[0]);
	if (ioctl(ctx->fd, TEE_IOC_INVOKE, &buf)) {
		res = result_of_errno(errno);
		params_drop(ctx, &st);
		return finish(res, TEEC_ORIGIN_COMMS, origin);
	}
	params_out(ctx, op, msg.params, &st);
	return finish(msg.arg.ret, msg.arg.ret_origin, origin);
}

void TEEC_CloseSession(TEEC_Session *session)
{
	struct tee_ioctl_close_session_arg arg;

	if (!session || !session->imp.ctx)
		return;
	arg.session = session->imp.id;
	/* Nothing can be done about an error: the session is gone, or Linux ends it with the device. */
	ioctl(session->imp.ctx->fd, TEE_IOC_CLOSE_SESSION, &arg);
	session->imp.ctx = NULL;
}

void TEEC_RequestCancellation(TEEC_Operation *op)
{
	struct tee_ioctl_cancel_arg arg;
	uint32_t started = 0;

	if (!op || __atomic_compare_exchange_n(&op->started, &started, CANCEL_FIRST, false,
					       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return;
	if (started == CANCEL_FIRST)
		return;
	arg.cancel_id = started;
	arg.session = op->imp.session;
	/* The operation may have ended meanwhile, and then the TEE knows no such id. */
	ioctl(op->imp.fd, TEE_IOC_CANCEL, &arg);
}
