// SPDX-License-Identifier: BSD-2-Clause
#include "ree.h"

#include <string.h>
#include <include/abi/hypercall.h>

bool (*ree_rpc_hook)(struct optee_msg_arg *rpc);
uint32_t ree_shm_live, ree_sends;

/* Each CPU has pages of its own, so that no other CPU's calls come round to a page in use. */
#define CPU_PAGES (REE_SIZE / PAGE_SIZE / TEE_MAX_CPUS)
static uint32_t next_page[TEE_MAX_CPUS];
static uint32_t signalled[64];

void *ree_page(void)
{
	unsigned cpu = arch_cpu()->id;
	uint32_t n = next_page[cpu]++ % CPU_PAGES;

	/* Pages come round again after a while; no test holds that many. */
	return memset(fake_ree + (cpu * CPU_PAGES + n) * PAGE_SIZE, 0, PAGE_SIZE);
}

struct tee_regs ree_op(uint64_t op, uint64_t a, uint64_t b, uint64_t c)
{
	struct tee_regs in = {.rdi = op, .rsi = a, .rdx = b, .rcx = c};

	return fake_tee_call(&in);
}

uint64_t ree_stat(uint64_t which)
{
	return ree_op(TEE_OP_STAT, which, 0, 0).rsi;
}

void ree_attach(void)
{
	memset(signalled, 0, sizeof(signalled));
	if (ree_op(TEE_OP_ATTACH, MERLON_ABI_VERSION, 0, 0).rdi != TEE_RET_DONE)
		panic("test: attach failed");
}

void ree_detach(void)
{
	if (ree_op(TEE_OP_DETACH, 0, 0, 0).rdi != TEE_RET_DONE)
		panic("test: detach failed");
}

void ree_prepare(struct ree_call *rc, uint32_t cmd, unsigned nparams)
{
	memset(rc, 0, sizeof(*rc));
	rc->arg = ree_page();
	rc->arg->cmd = cmd;
	rc->arg->num_params = nparams;
	rc->arg->ret = 0xdead;
}

/* --- RPC ------------------------------------------------------------------------------------- */

static void give_memory(struct optee_msg_param *p)
{
	uint64_t pages = (p->u.value.b + PAGE_SIZE - 1) / PAGE_SIZE, size = p->u.value.b;
	struct optee_msg_page_list *list = ree_page();

	for (uint64_t i = 0; i < pages && i < OPTEE_MSG_LIST_ENTRIES; i++)
		list->pages[i] = (uint64_t)ree_page();
	p->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	p->u.tmem.buf_ptr = (uint64_t)list;
	p->u.tmem.size = size;
	p->u.tmem.shm_ref = 0x5000 + __atomic_add_fetch(&ree_shm_live, 1, __ATOMIC_RELAXED);
}

/* False: the thread has to wait. */
static bool notification(const struct optee_msg_param *p)
{
	uint32_t *s = &signalled[p->u.value.b % 64];

	if (p->u.value.a == OPTEE_RPC_NOTIFICATION_SEND) {
		__atomic_add_fetch(&ree_sends, 1, __ATOMIC_RELAXED);
		__atomic_store_n(s, 1, __ATOMIC_SEQ_CST);
		return true;
	}
	if (__atomic_exchange_n(s, 0, __ATOMIC_SEQ_CST))
		return true;
	if (p->u.value.c) {
		fake_time += p->u.value.c * 1000;
		return true;
	}
	return false;
}

static bool answer(struct ree_call *rc)
{
	struct optee_msg_arg *rpc = (void *)((uint8_t *)rc->arg + RPC_OFFSET);

	rpc->ret = 0;
	if (ree_rpc_hook && ree_rpc_hook(rpc))
		return true;
	switch (rpc->cmd) {
	case OPTEE_RPC_CMD_NOTIFICATION:
		return notification(rpc->params);
	case OPTEE_RPC_CMD_SHM_ALLOC:
		give_memory(rpc->params);
		return true;
	case OPTEE_RPC_CMD_SHM_FREE:
		__atomic_sub_fetch(&ree_shm_live, 1, __ATOMIC_RELAXED);
		return true;
	case OPTEE_RPC_CMD_GET_TIME:
		rpc->params[0].u.value.a = 1234;
		rpc->params[0].u.value.b = 5678;
		return true;
	case OPTEE_RPC_CMD_SUSPEND:
		fake_time += rpc->params[0].u.value.a * 1000;
		return true;
	default:
		rpc->ret = 0xffff000a;
		return true;
	}
}

static bool is_send(struct ree_call *rc)
{
	struct optee_msg_arg *rpc = (void *)((uint8_t *)rc->arg + RPC_OFFSET);

	return rpc->cmd == OPTEE_RPC_CMD_NOTIFICATION &&
	       rpc->params[0].u.value.a == OPTEE_RPC_NOTIFICATION_SEND;
}

#define RETURNS_MAX 1000

/* --- Calls ------------------------------------------------------------------------------------ */

/* Until the thread does not run by its timer. */
static void resume(struct ree_call *rc, uint64_t flags)
{
	const uint64_t token = rc->regs.rsi;

	do
		rc->regs = ree_op(TEE_OP_RESUME, token, flags, 0);
	while (rc->regs.rdi == TEE_EBUSY);
}

static enum ree_state go_on(struct ree_call *rc)
{
	/* A TA may sleep for ever. */
	for (unsigned n = 0; n < RETURNS_MAX; n++) {
		if (rc->regs.rdi == TEE_RET_DONE)
			return rc->state = REE_DONE;
		if (rc->regs.rdi == TEE_RET_PREEMPTED && rc->stop_on_preempt)
			return rc->state = REE_PREEMPTED;
		if (rc->regs.rdi != TEE_RET_PREEMPTED && rc->regs.rdi != TEE_RET_RPC)
			return rc->state = REE_ERROR;
		if (rc->regs.rdi == TEE_RET_RPC) {
			if (rc->stop_on_rpc && !is_send(rc))
				return rc->state = REE_BLOCKED;
			if (!answer(rc))
				return rc->state = REE_BLOCKED;
		}
		resume(rc, 0);
	}
	return rc->state = REE_BLOCKED;
}

enum ree_state ree_run(struct ree_call *rc)
{
	rc->regs = ree_op(TEE_OP_CALL, (uint64_t)rc->arg, PAGE_SIZE, RPC_OFFSET);
	return go_on(rc);
}

enum ree_state ree_resume(struct ree_call *rc, uint64_t flags)
{
	resume(rc, flags);
	return go_on(rc);
}

void ree_prepare_open(struct ree_call *rc, const uint8_t *uuid)
{
	ree_prepare(rc, OPTEE_MSG_CMD_OPEN_SESSION, 2);
	rc->arg->params[0].attr = rc->arg->params[1].attr =
		OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(rc->arg->params[0].u.octets, uuid, 16);
}

void ree_prepare_invoke(struct ree_call *rc, uint32_t session, uint32_t cmd, unsigned nparams)
{
	ree_prepare(rc, OPTEE_MSG_CMD_INVOKE_COMMAND, nparams);
	rc->arg->session = session;
	rc->arg->func = cmd;
}

uint32_t ree_open(const uint8_t *uuid, uint32_t *session)
{
	struct ree_call rc;

	ree_prepare_open(&rc, uuid);
	if (ree_run(&rc) != REE_DONE)
		panic("test: open is not done: %d 0x%llx", rc.state,
		      (unsigned long long)rc.regs.rdi);
	*session = rc.arg->session;
	return rc.arg->ret;
}

uint32_t ree_invoke(uint32_t session, uint32_t cmd, uint64_t *a, uint64_t *b)
{
	struct ree_call rc;

	ree_prepare_invoke(&rc, session, cmd, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	rc.arg->params[0].u.value.a = a ? *a : 0;
	rc.arg->params[0].u.value.b = b ? *b : 0;
	if (ree_run(&rc) != REE_DONE)
		panic("test: invoke is not done: %d 0x%llx", rc.state,
		      (unsigned long long)rc.regs.rdi);
	if (a)
		*a = rc.arg->params[0].u.value.a;
	if (b)
		*b = rc.arg->params[0].u.value.b;
	return rc.arg->ret;
}

uint32_t ree_close(uint32_t session)
{
	struct ree_call rc;

	ree_prepare(&rc, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	rc.arg->session = session;
	if (ree_run(&rc) != REE_DONE)
		panic("test: close is not done");
	return rc.arg->ret;
}
