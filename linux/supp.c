// SPDX-License-Identifier: GPL-2.0-only
/*
 * The supplicant: a user process behind /dev/teepriv0 that serves what the TEE asks of user
 * space. One at a time; it may have many threads, each serving a request of its own.
 *
 * A request is in the queue, then in `served` until its answer comes, and always belongs either
 * to the call that waits for it or, when that call was killed, to nobody: then whoever takes it
 * out frees it. All of it is under supp.lock.
 */
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include "merlon.h"

static unsigned int supplicant_wait = 10;
module_param(supplicant_wait, uint, 0644);
MODULE_PARM_DESC(supplicant_wait, "seconds that a call waits for a supplicant to start");

struct supp_request {
	struct list_head link; /* in supp.queue */
	wait_queue_head_t wq;
	u32 func;
	u32 ret;
	u32 count;
	bool fetched; /* in supp.served */
	bool done;
	bool orphan; /* nobody waits for it */
	struct merlon_supp_param params[TEE_RPC_MAX_PARAMS];
};

void merlon_supp_init(struct merlon_supp *s)
{
	mutex_init(&s->lock);
	INIT_LIST_HEAD(&s->queue);
	xa_init_flags(&s->served, XA_FLAGS_ALLOC1);
	xa_init(&s->names);
	init_waitqueue_head(&s->work);
	init_waitqueue_head(&s->started);
}

static struct supp_request *request_new(u32 func, const struct merlon_supp_param *params, u32 count)
{
	struct supp_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return NULL;
	init_waitqueue_head(&req->wq);
	req->func = func;
	req->count = count;
	memcpy(req->params, params, count * sizeof(*params));
	return req;
}

/* The request is over. Under supp.lock, which the waiter takes before it frees it. */
static void request_end(struct supp_request *req, u32 ret)
{
	if (req->orphan) {
		kfree(req);
		return;
	}
	req->ret = ret;
	smp_store_release(&req->done, true);
	wake_up(&req->wq);
}

static void request_queue(struct merlon_supp *s, struct supp_request *req)
{
	list_add_tail(&req->link, &s->queue);
	wake_up(&s->work);
}

/* Locks the supplicant when one of life *@life runs; else waits for one to start. */
static u32 lock_running(struct merlon_call *call, struct merlon_supp *s, u32 *life)
{
	long left = (long)supplicant_wait * HZ;

	for (;;) {
		mutex_lock(&s->lock);
		if (*life && s->life != *life)
			break;
		if (s->ctx) {
			*life = s->life;
			return TEEC_SUCCESS;
		}
		if (*life || call->nowait || left <= 0)
			break;
		mutex_unlock(&s->lock);
		left = merlon_call_wait(call, s->started, READ_ONCE(s->ctx), left);
		if (left < 0)
			return TEEC_ERROR_CANCEL;
	}
	mutex_unlock(&s->lock);
	if (!*life)
		pr_err_ratelimited("merlon: no tee-supplicant is running: request refused\n");
	return TEEC_ERROR_COMMUNICATION;
}

u32 merlon_supp_request(struct merlon_call *call, u32 func, struct merlon_supp_param *params,
			u32 count, u32 *life)
{
	struct merlon_supp *s = &call->m->supp;
	struct supp_request *req = request_new(func, params, count);
	u32 ret;

	if (!req)
		return TEEC_ERROR_OUT_OF_MEMORY;
	ret = lock_running(call, s, life);
	if (ret) {
		kfree(req);
		return ret;
	}
	request_queue(s, req);
	mutex_unlock(&s->lock);

	(void)merlon_call_wait(call, req->wq, smp_load_acquire(&req->done), MAX_SCHEDULE_TIMEOUT);

	mutex_lock(&s->lock);
	if (req->done) {
		ret = req->ret;
		memcpy(params, req->params, count * sizeof(*params));
		kfree(req);
	} else if (req->fetched) {
		ret = TEEC_ERROR_CANCEL;
		req->orphan = true;
	} else {
		ret = TEEC_ERROR_CANCEL;
		list_del(&req->link);
		kfree(req);
	}
	mutex_unlock(&s->lock);
	return ret;
}

/* Queues the release of the supplicant's memory @id; nobody waits. Under supp.lock. */
static void queue_free(struct merlon_supp *s, int id)
{
	const struct merlon_supp_param param = {
		.p.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT,
		.p.u.value.a = OPTEE_RPC_SHM_TYPE_APPL,
		.p.u.value.b = id,
	};
	struct supp_request *req = request_new(OPTEE_RPC_CMD_SHM_FREE, &param, 1);

	if (!req)
		return; /* it goes when the supplicant does */
	req->orphan = true;
	request_queue(s, req);
}

void merlon_supp_free(struct merlon_supp *s, int id, u32 life)
{
	mutex_lock(&s->lock);
	if (s->ctx && s->life == life)
		queue_free(s, id);
	mutex_unlock(&s->lock);
}

/* --- /dev/teepriv0 --- */

static int supp_open(struct tee_context *ctx)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_supp *s = &m->supp;
	int rc = -EBUSY;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	mutex_lock(&s->lock);
	if (!s->ctx) {
		WRITE_ONCE(s->ctx, ctx);
		if (!++s->life)
			s->life = 1;
		rc = 0;
	}
	mutex_unlock(&s->lock);
	if (rc) {
		module_put(THIS_MODULE);
		return rc;
	}
	wake_up_all(&s->started);
	return 0;
}

static void drop_names(struct merlon_supp *s)
{
	unsigned long id;
	void *name;

	xa_for_each (&s->names, id, name)
		kfree(name);
	xa_destroy(&s->names);
}

static void supp_release(struct tee_context *ctx)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_supp *s = &m->supp;
	struct supp_request *req, *next;
	unsigned long id;

	mutex_lock(&s->lock);
	WRITE_ONCE(s->ctx, NULL);
	list_for_each_entry_safe (req, next, &s->queue, link) {
		list_del(&req->link);
		request_end(req, TEEC_ERROR_COMMUNICATION);
	}
	xa_for_each (&s->served, id, req) {
		xa_erase(&s->served, id);
		request_end(req, TEEC_ERROR_COMMUNICATION);
	}
	drop_names(s);
	mutex_unlock(&s->lock);
	module_put(THIS_MODULE);
}

void merlon_supp_exit(struct merlon_supp *s)
{
	xa_destroy(&s->served);
	xa_destroy(&s->names);
}

/*
 * The subsystem wants a struct tee_shm only to tell the supplicant its id. Lending the real one
 * would need a reference until the subsystem has read it, of which we are not told; so each id
 * gets a stand-in, which lives as long as the supplicant's open file.
 */
static struct tee_shm *supp_name(struct merlon_supp *s, int id)
{
	struct tee_shm *name = xa_load(&s->names, id);

	if (name)
		return name;
	name = kzalloc(sizeof(*name), GFP_KERNEL);
	if (!name)
		return NULL;
	name->id = id;
	if (xa_err(xa_store(&s->names, id, name, GFP_KERNEL))) {
		kfree(name);
		return NULL;
	}
	return name;
}

static int params_out(struct merlon_supp *s, struct tee_param *to, const struct supp_request *req)
{
	u32 i;

	for (i = 0; i < req->count; i++) {
		to[i] = req->params[i].p;
		if (!tee_param_is_memref(&to[i]))
			continue;
		to[i].u.memref.shm = NULL;
		if (req->params[i].shm_id < 0)
			continue;
		to[i].u.memref.shm = supp_name(s, req->params[i].shm_id);
		if (!to[i].u.memref.shm)
			return -ENOMEM;
	}
	return 0;
}

/* Hands the oldest request to a thread of the supplicant. -EAGAIN: another thread got it. */
static int fetch(struct merlon_supp *s, u32 *func, u32 *num_params, struct tee_param *param)
{
	struct supp_request *req;
	int rc;
	u32 id;

	mutex_lock(&s->lock);
	req = list_first_entry_or_null(&s->queue, struct supp_request, link);
	if (!req) {
		rc = -EAGAIN;
		goto out;
	}
	list_del(&req->link);
	rc = req->count + 1 > *num_params ? -EINVAL : params_out(s, param + 1, req);
	if (!rc)
		rc = xa_alloc_cyclic(&s->served, &id, req, xa_limit_31b, &s->next_id, GFP_KERNEL);
	if (rc < 0) {
		request_end(req, TEEC_ERROR_COMMUNICATION);
		goto out;
	}
	rc = 0;
	req->fetched = true;
	*func = req->func;
	*num_params = req->count + 1;
	param[0] = (struct tee_param){
		.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT | TEE_IOCTL_PARAM_ATTR_META,
		.u.value.a = id,
	};
out:
	mutex_unlock(&s->lock);
	return rc;
}

static int supp_recv(struct tee_context *ctx, u32 *func, u32 *num_params, struct tee_param *param)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_supp *s = &m->supp;
	u32 i;
	int rc;

	/* The subsystem took references for any memory named here; it is not meant to be. */
	for (i = 0; i < *num_params; i++)
		if (tee_param_is_memref(&param[i]) && param[i].u.memref.shm)
			tee_shm_put(param[i].u.memref.shm);
	/* The id of a request travels in a meta parameter. */
	if (!*num_params || param[0].attr != TEE_IOCTL_PARAM_ATTR_META)
		return -EINVAL;

	do {
		rc = wait_event_interruptible_exclusive(s->work, !list_empty_careful(&s->queue));
		if (rc)
			return rc;
		rc = fetch(s, func, num_params, param);
	} while (rc == -EAGAIN);
	return rc;
}

static int params_in(struct supp_request *req, const struct tee_param *from, u32 count)
{
	u32 i;

	if (count != req->count)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		struct tee_param *to = &req->params[i].p;

		if (from[i].attr != to->attr)
			return -EINVAL;
		switch (to->attr) {
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT:
			to->u.value = from[i].u.value;
			break;
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT:
			to->u.memref.size = from[i].u.memref.size;
			break;
		}
	}
	return 0;
}

static int supp_send(struct tee_context *ctx, u32 ret, u32 num_params, struct tee_param *param)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct merlon_supp *s = &m->supp;
	struct supp_request *req;
	int rc = 0;

	if (!num_params ||
	    param[0].attr != (TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT | TEE_IOCTL_PARAM_ATTR_META) ||
	    param[0].u.value.a > U32_MAX)
		return -EINVAL;

	mutex_lock(&s->lock);
	req = xa_erase(&s->served, param[0].u.value.a);
	if (!req) {
		rc = -ENOENT;
		goto out;
	}
	rc = params_in(req, param + 1, num_params - 1);
	if (rc)
		ret = TEEC_ERROR_COMMUNICATION;
	/* Its call was killed while the supplicant allocated: nobody else will free this. */
	if (req->orphan && req->func == OPTEE_RPC_CMD_SHM_ALLOC && !ret)
		queue_free(s, req->params[0].p.u.value.c);
	request_end(req, ret);
out:
	mutex_unlock(&s->lock);
	return rc;
}

static void supp_get_version(struct tee_device *teedev, struct tee_ioctl_version_data *v)
{
	*v = merlon_version;
}

static int supp_shm_register(struct tee_context *ctx, struct tee_shm *shm, struct page **pages,
			     size_t num_pages, unsigned long start)
{
	/* The TEE learns of it only as the answer to its SHM_ALLOC. */
	return 0;
}

static int supp_shm_unregister(struct tee_context *ctx, struct tee_shm *shm)
{
	return 0;
}

const struct tee_driver_ops merlon_supp_ops = {
	.get_version = supp_get_version,
	.open = supp_open,
	.release = supp_release,
	.supp_recv = supp_recv,
	.supp_send = supp_send,
	.shm_register = supp_shm_register,
	.shm_unregister = supp_shm_unregister,
};
