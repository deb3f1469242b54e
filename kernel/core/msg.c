// SPDX-License-Identifier: BSD-2-Clause
/*
 * Messages of the REE. One copy into private memory, then decoding, which checks everything
 * and changes nothing that it does not undo, then the call.
 */
#include <kernel/include/thread.h>
#include <kernel/include/process.h>
#include <kernel/include/result.h>
#include <kernel/include/session.h>
#include <kernel/include/shm.h>
#include <kernel/include/stat.h>
#include <lib/include/string.h>

static void reply(raddr_t msg, uint32_t ret, uint32_t origin)
{
	const uint32_t words[2] = {ret, origin};

	_Static_assert(offsetof(struct optee_msg_arg, ret_origin) ==
			       offsetof(struct optee_msg_arg, ret) + 4,
		       "written together");
	ree_copy_out(raddr(msg.v + offsetof(struct optee_msg_arg, ret)), words, sizeof(words));
}

static void reply_param(raddr_t msg, unsigned i, unsigned type, const struct kparam *k)
{
	uint64_t u = msg.v + sizeof(struct optee_msg_arg) + i * sizeof(struct optee_msg_param) +
		     offsetof(struct optee_msg_param, u);
	const uint64_t v[2] = {k->a, k->b};

	/* tmem.size and rmem.size are at the same place. */
	if (param_is_mem(type))
		ree_copy_out(raddr(u + offsetof(struct optee_msg_param_tmem, size)), &k->out_size,
			     sizeof(k->out_size));
	else
		ree_copy_out(raddr(u), v, sizeof(v));
}

void msg_reply(struct thread *t, struct activation *act)
{
	const struct call *call = &act->call;
	unsigned meta = call->op == CALL_OPEN ? 2 : 0;

	if (t->replied || t->resetting)
		return;
	t->replied = true;
	for (unsigned i = 0; call->from_callee && i < 4; i++) {
		unsigned type = param_type(call->types, i);

		if (param_is_out(type))
			reply_param(t->msg, i + meta, type, &call->params[i]);
	}
	if (call->op == CALL_OPEN && !call->result)
		ree_copy_out(raddr(t->msg.v + offsetof(struct optee_msg_arg, session)),
			     &act->sess->id, sizeof(act->sess->id));
	reply(t->msg, call->result, call->origin);
}

/* --- Parameters ------------------------------------------------------------------------------ */

static uint32_t decode_rmem(struct thread *t, const struct optee_msg_param *p, struct kparam *k)
{
	k->size = p->u.rmem.size;
	if (!p->u.rmem.shm_ref && !k->size) {
		k->null = 1;
		return TEE_SUCCESS;
	}
	k->shm = shm_use(t->tenant, p->u.rmem.shm_ref, p->u.rmem.offs, k->size);
	if (!k->shm) {
		refuse("message: memory is outside of a registered object");
		return TEE_ERROR_BAD_PARAMETERS;
	}
	k->off = k->shm->off + p->u.rmem.offs;
	if (k->size)
		k->obj = memobj_get(k->shm->obj);
	return TEE_SUCCESS;
}

static uint32_t decode_tmem(struct cpu *c, struct thread *t, const struct optee_msg_param *p,
			    struct kparam *k)
{
	k->size = p->u.tmem.size;
	if (!k->size) {
		k->null = !p->u.tmem.buf_ptr;
		return TEE_SUCCESS;
	}
	return shm_object(c, t->tenant, p->u.tmem.buf_ptr, k->size,
			  p->attr & OPTEE_MSG_ATTR_NONCONTIG, &k->obj, &k->off);
}

static uint32_t decode_param(struct cpu *c, struct thread *t, const struct optee_msg_param *p,
			     struct kparam *k, uint32_t *type)
{
	uint64_t attr = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;

	if (p->attr & ~(OPTEE_MSG_ATTR_TYPE_MASK | OPTEE_MSG_ATTR_NONCONTIG | 7ull << 16))
		goto bad;
	switch (attr) {
	case OPTEE_MSG_ATTR_TYPE_NONE:
		*type = PARAM_NONE;
		return TEE_SUCCESS;
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		*type = attr - OPTEE_MSG_ATTR_TYPE_VALUE_INPUT + PARAM_VALUE_INPUT;
		k->a = p->u.value.a;
		k->b = p->u.value.b;
		return TEE_SUCCESS;
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
		*type = attr - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT + PARAM_MEMREF_INPUT;
		return decode_rmem(t, p, k);
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
		*type = attr - OPTEE_MSG_ATTR_TYPE_TMEM_INPUT + PARAM_MEMREF_INPUT;
		return decode_tmem(c, t, p, k);
	}
bad:
	refuse("message: unknown parameter attribute 0x%llx", (unsigned long long)p->attr);
	return TEE_ERROR_BAD_PARAMETERS;
}

/* Parameters from `first` on become those of the call. */
static uint32_t decode_params(struct cpu *c, struct thread *t, struct call *call, unsigned first)
{
	unsigned n = t->hdr.num_params - first;
	uint32_t res = TEE_SUCCESS;

	if (n > 4) {
		refuse("message: %u parameters", n);
		return TEE_ERROR_BAD_PARAMETERS;
	}
	for (unsigned i = 0; i < n && !res; i++) {
		uint32_t type = PARAM_NONE;

		res = decode_param(c, t, &t->params[first + i], &call->params[i], &type);
		call->types |= type << (4 * i);
	}
	return res;
}

static bool login_ok(uint64_t login)
{
	return login <= OPTEE_MSG_LOGIN_GROUP ||
	       (login >= OPTEE_MSG_LOGIN_APPLICATION && login <= OPTEE_MSG_LOGIN_APPLICATION_GROUP);
}

static uint32_t decode_meta(struct thread *t, struct call *call)
{
	const uint64_t want = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	const struct optee_msg_param *p = t->params;

	if (t->hdr.num_params < 2 || p[0].attr != want || p[1].attr != want ||
	    !login_ok(p[1].u.value.c)) {
		refuse("message: open without proper meta parameters");
		return TEE_ERROR_BAD_PARAMETERS;
	}
	memcpy(call->uuid, p[0].u.octets, sizeof(call->uuid));
	memcpy(call->ident.uuid, p[1].u.octets, sizeof(call->ident.uuid));
	call->ident.login = p[1].u.value.c;
	call->ident.tenant = t->tenant->id;
	return TEE_SUCCESS;
}

/* --- Commands that run on a thread ------------------------------------------------------------- */

static uint32_t do_open(struct cpu *c, struct thread *t, struct activation *act)
{
	uint32_t res = decode_meta(t, &act->call);

	act->call.op = CALL_OPEN;
	act->state = ACT_FIND;
	return res ? res : decode_params(c, t, &act->call, 2);
}

static uint32_t take_session(struct thread *t, struct activation *act)
{
	act->sess = session_get(t->hdr.session, t->tenant, NULL);
	if (!act->sess) {
		refuse("message: no session 0x%x", t->hdr.session);
		return TEE_ERROR_BAD_PARAMETERS;
	}
	act->proc = process_get(act->sess->server);
	act->state = ACT_ENTER;
	return TEE_SUCCESS;
}

static uint32_t do_invoke(struct cpu *c, struct thread *t, struct activation *act)
{
	uint32_t res = take_session(t, act);

	act->call.op = CALL_INVOKE;
	act->call.step = UPCALL_INVOKE;
	act->call.cmd = t->hdr.func;
	return res ? res : decode_params(c, t, &act->call, 0);
}

static uint32_t do_close(struct cpu *c, struct thread *t, struct activation *act)
{
	uint32_t res = take_session(t, act);

	return res ? res : call_prepare_close(act);
}

static uint32_t do_register(struct cpu *c, struct thread *t, struct activation *act)
{
	const struct optee_msg_param *p = t->params;

	if (t->hdr.num_params != 1 ||
	    p->attr != (OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG)) {
		refuse("message: malformed register");
		return TEE_ERROR_BAD_PARAMETERS;
	}
	return shm_register(c, t->tenant, p->u.tmem.shm_ref, p->u.tmem.buf_ptr, p->u.tmem.size);
}

static uint32_t do_unregister(struct cpu *c, struct thread *t, struct activation *act)
{
	const struct optee_msg_param *p = t->params;

	if (t->hdr.num_params != 1 || p->attr != OPTEE_MSG_ATTR_TYPE_RMEM_INPUT) {
		refuse("message: malformed unregister");
		return TEE_ERROR_BAD_PARAMETERS;
	}
	return shm_unregister(t->tenant, p->u.rmem.shm_ref);
}

static uint32_t do_cancel(struct cpu *c, struct thread *t, struct activation *act)
{
	struct tenant *tn = t->tenant;

	for (unsigned i = 0; i < TENANT_THREADS; i++) {
		struct thread *o = tn->threads[i];

		if (o != t && thread_state(o) != THREAD_FREE &&
		    __atomic_load_n(&o->cancel_session, __ATOMIC_RELAXED) == t->hdr.session &&
		    __atomic_load_n(&o->cancel_id, __ATOMIC_RELAXED) == t->hdr.cancel_id) {
			__atomic_store_n(&o->cancel, 1, __ATOMIC_RELAXED);
			return TEE_SUCCESS;
		}
	}
	return TEE_ERROR_BAD_PARAMETERS; /* it may just have ended: not worth a line */
}

static const struct msg_command {
	uint32_t (*fn)(struct cpu *c, struct thread *t, struct activation *act);
	bool is_call; /* goes on to a process; else it is done */
} commands[] = {
	[OPTEE_MSG_CMD_OPEN_SESSION] = {do_open, true},
	[OPTEE_MSG_CMD_INVOKE_COMMAND] = {do_invoke, true},
	[OPTEE_MSG_CMD_CLOSE_SESSION] = {do_close, true},
	[OPTEE_MSG_CMD_CANCEL] = {do_cancel, false},
	[OPTEE_MSG_CMD_REGISTER_SHM] = {do_register, false},
	[OPTEE_MSG_CMD_UNREGISTER_SHM] = {do_unregister, false},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))
_Static_assert(COMMANDS == OPTEE_MSG_CMD_UNREGISTER_SHM + 1, "one each");

static struct thread *msg_run(struct cpu *c, struct thread *t)
{
	struct activation *act;
	uint32_t res;

	t->cancel_id = t->hdr.cancel_id;
	/* A CANCEL must not be found by another, or both miss the call: all ones is no session. */
	t->cancel_session = t->hdr.cmd == OPTEE_MSG_CMD_CANCEL ? UINT32_MAX : t->hdr.session;
	if (t->hdr.cmd >= COMMANDS) {
		refuse("message: unknown command %u", t->hdr.cmd);
		reply(t->msg, TEE_ERROR_NOT_SUPPORTED, TEE_ORIGIN_TEE);
		return thread_next(c, t);
	}
	act = call_push(t);
	res = commands[t->hdr.cmd].fn(c, t, act);
	if (res || !commands[t->hdr.cmd].is_call) {
		call_pop(t);
		reply(t->msg, res, TEE_ORIGIN_TEE);
	}
	return thread_next(c, t);
}

/* --- TEE_OP_CALL ---------------------------------------------------------------------------------- */

/* The buffer is one piece of one page; message and RPC argument do not overlap. */
static bool shape_ok(uint64_t addr, uint64_t size, uint64_t rpc)
{
	return !(addr & 7) && !(rpc & 7) && size <= PAGE_SIZE &&
	       (addr & ~PAGE_MASK) + size <= PAGE_SIZE && rpc >= sizeof(struct optee_msg_arg) &&
	       rpc <= size && size - rpc >= sizeof(struct rpc_arg);
}

/* Each byte is read once: the header says how many parameters to read after it. */
static uint64_t msg_read(struct thread *t, uint64_t rpc)
{
	if (ree_copy_in(&t->hdr, t->msg, sizeof(t->hdr)))
		return TEE_EADDR;
	if (t->hdr.num_params > TEE_MSG_MAX_PARAMS ||
	    OPTEE_MSG_GET_ARG_SIZE(t->hdr.num_params) > rpc)
		return TEE_EINVAL;
	if (ree_copy_in(t->params, raddr(t->msg.v + sizeof(t->hdr)),
			t->hdr.num_params * sizeof(t->params[0])))
		return TEE_EADDR;
	return TEE_RET_DONE;
}

static struct thread *fail(struct cpu *c, uint64_t err)
{
	c->ret = (struct tee_regs){.rdi = err};
	return NULL;
}

static int msg_pin(struct thread *t, raddr_t page)
{
	int err = ree_pin(&page, 1, &t->tenant->quota);

	if (err)
		return err;
	t->pinned = page;
	t->has_pin = true;
	return 0;
}

struct thread *msg_call(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	struct thread *t;
	uint64_t err;

	if (!shape_ok(in->rsi, in->rdx, in->rcx)) {
		refuse("call: bad size or alignment");
		return fail(c, TEE_EINVAL);
	}
	t = thread_alloc(c, tn);
	if (!t)
		return fail(c, TEE_EBUSY);
	/* After the allocation, which a reset on another CPU looks for. */
	if (!__atomic_load_n(&tn->attached, __ATOMIC_SEQ_CST)) {
		thread_free(t);
		return fail(c, TEE_ENOTATT);
	}
	if (msg_pin(t, raddr(in->rsi & PAGE_MASK))) {
		refuse("call: message is not in memory that the REE shares");
		thread_free(t);
		return fail(c, TEE_EADDR);
	}
	t->msg = raddr(in->rsi);
	t->rpc = raddr(in->rsi + in->rcx);
	err = msg_read(t, in->rcx);
	if (err) {
		refuse("call: malformed message");
		thread_free(t);
		return fail(c, err);
	}
	stat_add(c, TEE_STAT_CALLS);
	return msg_run(c, t);
}
