// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call may ask of Linux while it runs: RPCs. The TEE's requests are checked like any
 * other input: it is trusted to keep secrets, not to be free of mistakes.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "merlon.h"

/* Most bytes that one SHM_ALLOC may ask for: several times the largest TA image. */
#define SHM_ALLOC_MAX SZ_64M

/* All requests that the driver serves have one value. */
static bool is_value(const struct optee_msg_arg *arg, u32 num, u32 type)
{
	return num == 1 && (arg->params[0].attr & OPTEE_MSG_ATTR_TYPE_MASK) == type;
}

static u32 rpc_get_time(struct merlon_call *call, struct optee_msg_arg *arg, u32 num)
{
	struct timespec64 now;

	if (!is_value(arg, num, OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT))
		return TEEC_ERROR_BAD_PARAMETERS;
	ktime_get_real_ts64(&now);
	arg->params[0].u.value.a = now.tv_sec;
	arg->params[0].u.value.b = now.tv_nsec;
	return TEEC_SUCCESS;
}

static u32 rpc_notification(struct merlon_call *call, struct optee_msg_arg *arg, u32 num)
{
	const struct optee_msg_param_value *v = &arg->params[0].u.value;

	if (!is_value(arg, num, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT))
		return TEEC_ERROR_BAD_PARAMETERS;
	switch (v->a) {
	case OPTEE_RPC_NOTIFICATION_WAIT:
		return merlon_notif_wait(call, v->b, v->c);
	case OPTEE_RPC_NOTIFICATION_SEND:
		return merlon_notif_send(call->m, v->b);
	default:
		return TEEC_ERROR_BAD_PARAMETERS;
	}
}

static u32 rpc_suspend(struct merlon_call *call, struct optee_msg_arg *arg, u32 num)
{
	if (!is_value(arg, num, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT))
		return TEEC_ERROR_BAD_PARAMETERS;
	/* xchg: a cancellation ends one wait. A TA that masks it may ask for the rest. */
	if (merlon_call_wait(call, call->client->wq, xchg(&call->cancelled, false),
			     merlon_timeout(arg->params[0].u.value.a)))
		return TEEC_ERROR_CANCEL;
	return TEEC_SUCCESS;
}

/* --- Shared memory that the TEE asks for --- */

void merlon_shm_put(struct merlon *m, struct merlon_shm *shm)
{
	size_t i;

	/* What the TEE does not give back stays allocated. */
	if (shm->shared && merlon_unshare(m, shm->pages, shm->num_pages))
		shm->num_pages = 0;
	for (i = 0; i < shm->num_pages; i++)
		put_page(shm->pages[i]);
	kvfree(shm);
}

static struct merlon_shm *shm_new(size_t num_pages)
{
	return kvzalloc(struct_size_t(struct merlon_shm, pages, num_pages), GFP_KERNEL);
}

static struct merlon_shm *shm_kernel(struct merlon *m, size_t size)
{
	size_t count = DIV_ROUND_UP(size, PAGE_SIZE);
	struct merlon_shm *shm = shm_new(count);

	if (!shm)
		return NULL;
	shm->type = OPTEE_RPC_SHM_TYPE_KERNEL;
	shm->size = count * PAGE_SIZE;
	while (shm->num_pages < count) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

		if (!page) {
			merlon_shm_put(m, shm);
			return NULL;
		}
		shm->pages[shm->num_pages++] = page;
	}
	return shm;
}

/*
 * Takes the pages of the supplicant's memory @id, not its tee_shm: a reference on that would
 * keep the supplicant's context open after its death, and nobody would learn of the death.
 */
static struct merlon_shm *shm_from_supplicant(struct merlon_supp *s, int id, size_t size, u32 life)
{
	struct merlon_shm *shm = NULL;
	struct tee_shm *theirs;
	size_t i, count;

	mutex_lock(&s->lock);
	theirs = s->ctx && s->life == life ? tee_shm_get_from_id(s->ctx, id) : ERR_PTR(-ENOENT);
	mutex_unlock(&s->lock);
	if (IS_ERR(theirs))
		return NULL;

	if (theirs->size < size)
		goto out;
	count = DIV_ROUND_UP(theirs->offset + theirs->size, PAGE_SIZE);
	if (!(theirs->flags & TEE_SHM_POOL) && count > theirs->num_pages)
		goto out;
	shm = shm_new(count);
	if (!shm)
		goto out;
	shm->type = OPTEE_RPC_SHM_TYPE_APPL;
	shm->supp_id = id;
	shm->supp_life = life;
	shm->size = theirs->size;
	shm->offset = theirs->offset;
	shm->num_pages = count;
	for (i = 0; i < count; i++) {
		if (theirs->flags & TEE_SHM_POOL)
			shm->pages[i] = pfn_to_page(PHYS_PFN(theirs->paddr) + i);
		else
			shm->pages[i] = theirs->pages[i];
		get_page(shm->pages[i]);
	}
out:
	/* Outside the lock: if this is the last reference, the supplicant is released here. */
	tee_shm_put(theirs);
	return shm;
}

static u32 shm_appl(struct merlon_call *call, size_t size, u64 align, struct merlon_shm **shm)
{
	struct merlon_supp *s = &call->m->supp;
	struct merlon_supp_param param = {
		.p.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT,
		.p.u.value.a = OPTEE_RPC_SHM_TYPE_APPL,
		.p.u.value.b = size,
		.p.u.value.c = align,
	};
	u32 life = 0;
	u32 ret = merlon_supp_request(call, OPTEE_RPC_CMD_SHM_ALLOC, &param, 1, &life);

	if (ret)
		return ret;
	*shm = shm_from_supplicant(s, param.p.u.value.c, size, life);
	if (*shm)
		return TEEC_SUCCESS;
	merlon_supp_free(s, param.p.u.value.c, life);
	return TEEC_ERROR_OUT_OF_MEMORY;
}

static void shm_release(struct merlon *m, struct merlon_shm *shm)
{
	if (shm->type == OPTEE_RPC_SHM_TYPE_APPL)
		merlon_supp_free(&m->supp, shm->supp_id, shm->supp_life);
	merlon_shm_put(m, shm);
}

static u32 rpc_shm_alloc(struct merlon_call *call, struct optee_msg_arg *arg, u32 num)
{
	const struct optee_msg_param_value v = arg->params[0].u.value;
	struct merlon *m = call->m;
	struct merlon_shm *shm = NULL;
	u32 id, ret = TEEC_SUCCESS;

	if (!is_value(arg, num, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT) || !v.b || v.b > SHM_ALLOC_MAX ||
	    v.c > PAGE_SIZE)
		return TEEC_ERROR_BAD_PARAMETERS;
	if (v.a == OPTEE_RPC_SHM_TYPE_APPL)
		ret = shm_appl(call, v.b, v.c, &shm);
	else if (v.a == OPTEE_RPC_SHM_TYPE_KERNEL)
		shm = shm_kernel(m, v.b);
	else
		return TEEC_ERROR_BAD_PARAMETERS;
	if (!shm)
		return ret ? ret : TEEC_ERROR_OUT_OF_MEMORY;

	/* The TEE has read the list of its earlier request when it makes a new one. */
	merlon_list_free(m, &call->list);
	if (merlon_share(m, shm->pages, shm->num_pages))
		goto out_shm;
	shm->shared = true;
	if (merlon_list_build(m, &call->list, shm->pages, shm->num_pages))
		goto out_shm;
	if (xa_alloc_cyclic(&m->shms, &id, shm, xa_limit_31b, &m->next_shm, GFP_KERNEL) < 0)
		goto out_shm;

	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	arg->params[0].u.tmem.buf_ptr = virt_to_phys(call->list.first) | shm->offset;
	arg->params[0].u.tmem.size = shm->size;
	arg->params[0].u.tmem.shm_ref = id;
	return TEEC_SUCCESS;

out_shm:
	shm_release(m, shm);
	return TEEC_ERROR_OUT_OF_MEMORY;
}

static u32 rpc_shm_free(struct merlon_call *call, struct optee_msg_arg *arg, u32 num)
{
	const struct optee_msg_param_value v = arg->params[0].u.value;
	struct merlon *m = call->m;
	struct merlon_shm *shm;

	if (!is_value(arg, num, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT))
		return TEEC_ERROR_BAD_PARAMETERS;
	xa_lock(&m->shms);
	shm = v.b <= U32_MAX ? xa_load(&m->shms, v.b) : NULL;
	if (shm && (xa_is_value(shm) || shm->type != v.a))
		shm = NULL;
	if (shm)
		__xa_erase(&m->shms, v.b);
	xa_unlock(&m->shms);
	if (!shm)
		return TEEC_ERROR_BAD_PARAMETERS;
	shm_release(m, shm);
	return TEEC_SUCCESS;
}

/* --- What the supplicant serves --- */

/* A memory reference of the TEE's, in the supplicant's terms. */
static int memref_to_supp(struct merlon *m, struct merlon_supp_param *to,
			  const struct optee_msg_param_rmem *ref, u32 *life)
{
	struct merlon_shm *shm;
	int rc = -EINVAL;

	to->p.u.memref.size = ref->size;
	to->p.u.memref.shm_offs = ref->offs;
	to->shm_id = -1;
	if (!ref->shm_ref)
		return 0; /* asks for a size */

	/* Another call of the TEE may free it meanwhile: take what we need under the lock. */
	xa_lock(&m->shms);
	shm = ref->shm_ref <= U32_MAX ? xa_load(&m->shms, ref->shm_ref) : NULL;
	if (shm && !xa_is_value(shm) && shm->type == OPTEE_RPC_SHM_TYPE_APPL &&
	    ref->offs <= shm->size && ref->size <= shm->size - ref->offs &&
	    (!*life || *life == shm->supp_life)) {
		to->shm_id = shm->supp_id;
		*life = shm->supp_life;
		rc = 0;
	}
	xa_unlock(&m->shms);
	return rc;
}

static int params_to_supp(struct merlon *m, struct merlon_supp_param *to,
			  const struct optee_msg_param *from, u32 num, u32 *life)
{
	u32 i;

	for (i = 0; i < num; i++) {
		u64 type = from[i].attr;

		switch (type) {
		case OPTEE_MSG_ATTR_TYPE_NONE:
			to[i].p.attr = TEE_IOCTL_PARAM_ATTR_TYPE_NONE;
			break;
		case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
		case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
		case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
			to[i].p.attr = type;
			to[i].p.u.value.a = from[i].u.value.a;
			to[i].p.u.value.b = from[i].u.value.b;
			to[i].p.u.value.c = from[i].u.value.c;
			break;
		case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
		case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
		case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
			to[i].p.attr = type;
			if (memref_to_supp(m, &to[i], &from[i].u.rmem, life))
				return -EINVAL;
			break;
		case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
		case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
		case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
			/* Only the NULL reference: the supplicant knows no addresses. */
			if (from[i].u.tmem.buf_ptr || from[i].u.tmem.shm_ref)
				return -EINVAL;
			to[i].p.attr = type - OPTEE_MSG_ATTR_TYPE_TMEM_INPUT +
				       OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
			to[i].p.u.memref.size = from[i].u.tmem.size;
			to[i].p.u.memref.shm_offs = 0;
			to[i].shm_id = -1;
			break;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

static void param_from_supp(struct optee_msg_param *to, const struct tee_param *from)
{
	switch (from->attr) {
	case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT:
	case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT:
		to->u.value.a = from->u.value.a;
		to->u.value.b = from->u.value.b;
		to->u.value.c = from->u.value.c;
		break;
	case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT:
	case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT:
		to->u.rmem.size = from->u.memref.size;
		break;
	}
}

static u32 rpc_supplicant(struct merlon_call *call, struct optee_msg_arg *arg, u32 cmd, u32 num)
{
	struct merlon_supp_param params[TEE_RPC_MAX_PARAMS] = {};
	u32 i, ret, life = 0;

	if (params_to_supp(call->m, params, arg->params, num, &life))
		return TEEC_ERROR_BAD_PARAMETERS;
	ret = merlon_supp_request(call, cmd, params, num, &life);
	for (i = 0; i < num; i++)
		param_from_supp(&arg->params[i], &params[i].p);
	return ret;
}

void merlon_rpc(struct merlon_call *call)
{
	struct optee_msg_arg *arg = &call->msg->rpc;
	u32 num = arg->num_params, cmd = arg->cmd;
	u32 ret;

	if (num > TEE_RPC_MAX_PARAMS) {
		pr_err_ratelimited("merlon: RPC %u with %u parameters refused\n", cmd, num);
		arg->ret = TEEC_ERROR_BAD_PARAMETERS;
		return;
	}
	switch (cmd) {
	case OPTEE_RPC_CMD_GET_TIME:
		ret = rpc_get_time(call, arg, num);
		break;
	case OPTEE_RPC_CMD_NOTIFICATION:
		ret = rpc_notification(call, arg, num);
		break;
	case OPTEE_RPC_CMD_SUSPEND:
		ret = rpc_suspend(call, arg, num);
		break;
	case OPTEE_RPC_CMD_SHM_ALLOC:
		ret = rpc_shm_alloc(call, arg, num);
		break;
	case OPTEE_RPC_CMD_SHM_FREE:
		ret = rpc_shm_free(call, arg, num);
		break;
	default:
		ret = rpc_supplicant(call, arg, cmd, num);
		break;
	}
	if (ret == TEEC_ERROR_BAD_PARAMETERS)
		pr_err_ratelimited("merlon: RPC %u refused\n", cmd);
	arg->ret = ret;
}
