// SPDX-License-Identifier: BSD-2-Clause
/*
 * System calls: requests of services to the REE. Nothing that the REE answers is used before it
 * is checked here, but for contents of buffers, which the service knows to be hostile.
 */
#include <kernel/include/sys.h>
#include <kernel/include/result.h>
#include <kernel/include/shm.h>
#include <kernel/include/stat.h>
#include <lib/include/string.h>

static bool may_ask(struct thread *t)
{
	return !t->resetting && !__atomic_load_n(&t->kill, __ATOMIC_RELAXED);
}

/* --- SHM_ALLOC ----------------------------------------------------------------------------------- */

/* The answer names a buffer of at least the size asked for. 0 or -E. */
static int take_buffer(struct cpu *c, struct thread *t, const struct optee_msg_param *p,
		       struct memobj **obj, uint64_t *off)
{
	uint64_t attr = p->attr & ~OPTEE_MSG_ATTR_NONCONTIG;

	if (attr != OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT || p->u.tmem.size < t->wait.alloc.size) {
		refuse("rpc: the REE gave no proper buffer");
		return -MERLON_EIO;
	}
	if (shm_object(c, t->tenant, p->u.tmem.buf_ptr, p->u.tmem.size,
		       p->attr & OPTEE_MSG_ATTR_NONCONTIG, obj, off))
		return -MERLON_EIO;
	return 0;
}

/* Maps it and makes the handle. What fails is undone by reebuf_lose(). */
static int64_t add_buffer(struct process *p, struct reebuf *b, uint64_t off, uaddr_t user)
{
	uint64_t addr;
	int64_t n;
	int err;

	err = aspace_map(p->as, b->obj, 0, memobj_size(b->obj), PROT_READ | PROT_WRITE, 0, "param",
			 &b->va);
	if (err)
		return err;
	addr = b->va.v + off;
	if (copy_out(p->as, user, &addr, sizeof(addr)))
		return -MERLON_EFAULT;
	spin_lock(&p->lock);
	n = handle_add(&p->handles, HANDLE_REEBUF, b);
	spin_unlock(&p->lock);
	return n;
}

static int64_t alloc_result(struct cpu *c, struct thread *t)
{
	struct process *p = thread_top(t)->proc;
	struct reebuf *b;
	struct rpc_arg r;
	uint64_t off = 0;
	int64_t n;

	rpc_answer(t, &r);
	if (r.arg.ret)
		return r.arg.ret == TEE_ERROR_OUT_OF_MEMORY ? -MERLON_ENOMEM : -MERLON_EIO;
	b = kalloc(sizeof(*b));
	if (!b) {
		/* Cannot even be remembered: give it back now. */
		rpc_shm_free(c, t, t->wait.alloc.type, r.params[0].u.tmem.shm_ref);
		return -MERLON_ENOMEM;
	}
	b->tenant = t->tenant;
	b->proc = p;
	b->type = t->wait.alloc.type;
	b->cookie = r.params[0].u.tmem.shm_ref;
	b->size = t->wait.alloc.size;
	reebuf_link(b);
	n = take_buffer(c, t, &r.params[0], &b->obj, &off);
	if (!n)
		n = add_buffer(p, b, off, t->wait.alloc.user);
	if (n < 0)
		reebuf_lose(b);
	return n;
}

static void alloc_answer(struct cpu *c, struct thread *t)
{
	arch_sys_ret(thread_uctx(t), alloc_result(c, t));
}

int64_t sys_shm_alloc(struct cpu *c, struct thread *t, const uint64_t *a)
{
	const struct optee_msg_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		.u.value = {.a = a[1], .b = a[0], .c = PAGE_SIZE},
	};

	if (!(thread_top(t)->proc->priv & PRIV_RPC))
		return -MERLON_EPERM;
	if (!a[0] || a[0] > SHM_MAX_PAGES * PAGE_SIZE || a[1] > OPTEE_RPC_SHM_TYPE_KERNEL)
		return -MERLON_EINVAL;
	if (!may_ask(t))
		return -MERLON_ECANCELED;
	t->wait.alloc.size = a[0];
	t->wait.alloc.type = a[1];
	t->wait.alloc.user = uaddr(a[2]);
	rpc_start(c, t, OPTEE_RPC_CMD_SHM_ALLOC, &p, 1, alloc_answer);
	return SYS_LATER;
}

/* --- RPC -------------------------------------------------------------------------------------------- */

static bool encode_mem(struct thread *t, const struct merlon_rpc_param *in,
		       struct optee_msg_param *out)
{
	struct process *p = thread_top(t)->proc;
	struct reebuf *b;
	uint64_t end;
	bool ok;

	spin_lock(&p->lock);
	b = handle_find(&p->handles, in->handle, HANDLE_REEBUF);
	ok = b && b->tenant == t->tenant && b->obj &&
	     !add_overflow(in->u.mem.offset, in->u.mem.size, &end) && end <= b->size;
	if (ok) {
		out->attr = in->type - PARAM_MEMREF_INPUT + OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
		out->u.rmem.offs = in->u.mem.offset;
		out->u.rmem.size = in->u.mem.size;
		out->u.rmem.shm_ref = b->cookie;
	}
	spin_unlock(&p->lock);
	if (ok || b || in->u.mem.size)
		return ok;
	/* No buffer and no size: the NULL memref, which asks how much is needed. */
	out->attr = in->type - PARAM_MEMREF_INPUT + OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	return true;
}

static bool encode_param(struct thread *t, const struct merlon_rpc_param *in,
			 struct optee_msg_param *out)
{
	if (param_is_mem(in->type))
		return encode_mem(t, in, out);
	if (in->type > PARAM_VALUE_INOUT)
		return false;
	out->attr = in->type; /* the same numbers */
	if (param_is_in(in->type)) {
		out->u.value.a = in->u.value.a;
		out->u.value.b = in->u.value.b;
		out->u.value.c = in->u.value.c;
	}
	return true;
}

static void decode_answer(struct merlon_rpc *req, const struct rpc_arg *r)
{
	req->result = r->arg.ret;
	for (unsigned i = 0; i < req->nparams; i++) {
		struct merlon_rpc_param *out = &req->params[i];
		const struct optee_msg_param *in = &r->params[i];

		if (!param_is_out(out->type))
			continue;
		if (param_is_mem(out->type)) {
			out->u.mem.size = in->u.rmem.size;
		} else {
			out->u.value.a = in->u.value.a;
			out->u.value.b = in->u.value.b;
			out->u.value.c = in->u.value.c;
		}
	}
}

static void user_rpc_answer(struct cpu *c, struct thread *t)
{
	struct merlon_rpc *req = &t->wait.rpc.req;
	struct rpc_arg r;

	rpc_answer(t, &r);
	decode_answer(req, &r);
	arch_sys_ret(thread_uctx(t),
		     copy_out(thread_aspace(t), t->wait.rpc.user, req, sizeof(*req)));
}

int64_t sys_rpc(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct merlon_rpc *req = &t->wait.rpc.req;
	struct optee_msg_param p[TEE_RPC_MAX_PARAMS];

	if (!(thread_top(t)->proc->priv & PRIV_RPC))
		return -MERLON_EPERM;
	if (copy_in(thread_aspace(t), req, uaddr(a[0]), sizeof(*req)))
		return -MERLON_EFAULT;
	if (req->nparams > TEE_RPC_MAX_PARAMS || req->cmd == OPTEE_RPC_CMD_SHM_ALLOC ||
	    req->cmd == OPTEE_RPC_CMD_SHM_FREE || req->cmd == OPTEE_RPC_CMD_NOTIFICATION)
		return -MERLON_EINVAL;
	memset(p, 0, sizeof(p));
	for (unsigned i = 0; i < req->nparams; i++)
		if (!encode_param(t, &req->params[i], &p[i]))
			return -MERLON_EINVAL;
	if (!may_ask(t))
		return -MERLON_ECANCELED;
	t->wait.rpc.user = uaddr(a[0]);
	rpc_start(c, t, req->cmd, p, req->nparams, user_rpc_answer);
	return SYS_LATER;
}
