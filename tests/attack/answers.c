// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thread tokens, answers to RPCs, and messages that another CPU changes while they are read.
 * A call that makes RPCs is an OPEN of a TA that does not exist: the loader asks for memory and
 * for the image.
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/random.h>
#include "hypercall.h"

/* More RPCs than an OPEN that gets nothing useful may make. */
#define RPCS_MAX 100

static u64 open_nobody(struct attack_page *p)
{
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_OPEN_SESSION, 2);

	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	arg->params[0].u.value.a = 0x1234;
	arg->params[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	return attack_call(p);
}

/* --- Tokens --- */

static u64 resume_into(u64 token, struct tee_regs *regs)
{
	s64 status;

	*regs = (struct tee_regs){.rdi = TEE_OP_RESUME, .rsi = token};
	status = attack_hypercall(MERLON_HC_TEE_CALL, regs);
	return status ? (u64)status : regs->rdi;
}

static u64 resume_token(u64 token)
{
	struct tee_regs regs;

	return resume_into(token, &regs);
}

/* Answers all further RPCs with an error. The call's answer. */
static u64 finish(struct attack_page *p, u64 ret)
{
	unsigned int i;

	for (i = 0; i < RPCS_MAX && (ret == TEE_RET_RPC || ret == TEE_RET_PREEMPTED); i++) {
		if (ret == TEE_RET_RPC)
			p->rpc->ret = TEEC_ERROR_OUT_OF_MEMORY;
		ret = attack_resume(p, 0);
	}
	return ret;
}

static void attack_invented(void)
{
	unsigned int i, bad = 0;
	u64 token;

	for (token = 0; token < 1024; token++)
		bad += resume_token(token) != TEE_ENOTHREAD;
	for (i = 0; i < 1000; i++)
		bad += resume_token(get_random_u64()) != TEE_ENOTHREAD;
	bad += resume_token(~0ull) != TEE_ENOTHREAD;
	bad += resume_token(1ull << 63) != TEE_ENOTHREAD;
	attack_check("tokens_invented", !bad, "%u were not refused", bad);
}

static void attack_used(struct attack_page *p)
{
	u64 ret = open_nobody(p), token = p->regs.rsi, old;
	unsigned int neighbours = 0, i;

	attack_check("open_makes_rpc", ret == TEE_RET_RPC, "answer %lld", (s64)ret);
	if (ret != TEE_RET_RPC)
		return;
	for (i = 1; i < 256; i++)
		neighbours += resume_token(token ^ i) != TEE_ENOTHREAD;
	attack_check("tokens_near", !neighbours, "%u were not refused", neighbours);
	for (i = 0; ret == TEE_RET_RPC && i < RPCS_MAX; i++) {
		old = token;
		p->rpc->ret = TEEC_ERROR_OUT_OF_MEMORY;
		ret = attack_resume(p, 0);
		token = p->regs.rsi;
		if (!i)
			attack_check("token_used", resume_token(old) == TEE_ENOTHREAD,
				     "it was good twice");
	}
	attack_check("open_nobody_ends", ret == TEE_RET_DONE && p->arg->ret,
		     "answer %lld, result 0x%x", (s64)ret, p->arg->ret);
	attack_check("token_stale", resume_token(old) == TEE_ENOTHREAD, "it was good again");
}

struct rival {
	struct completion go, done;
	u64 token, answer;
	struct tee_regs regs;
};

static int rival_thread(void *data)
{
	struct rival *r = data;

	wait_for_completion(&r->go);
	r->answer = resume_into(r->token, &r->regs);
	complete(&r->done);
	return 0;
}

/* One race for a thread that waits for an RPC: whether exactly one side got it. */
static bool race_once(struct attack_page *p)
{
	struct task_struct *t;
	struct rival r;
	u64 mine;

	if (open_nobody(p) != TEE_RET_RPC)
		return false;
	init_completion(&r.go);
	init_completion(&r.done);
	r.token = p->regs.rsi;
	p->rpc->ret = TEEC_ERROR_OUT_OF_MEMORY;
	t = kthread_run(rival_thread, &r, "attack-rival");
	if (IS_ERR(t)) {
		finish(p, TEE_RET_RPC);
		return false;
	}
	complete(&r.go);
	mine = resume_into(r.token, &p->regs);
	wait_for_completion(&r.done);
	if ((mine == TEE_ENOTHREAD) == (r.answer == TEE_ENOTHREAD))
		return false;
	if (mine == TEE_ENOTHREAD) {
		mine = r.answer;
		p->regs = r.regs;
	}
	return finish(p, mine) == TEE_RET_DONE;
}

/* Two CPUs resume one token. */
static void attack_race_token(struct attack_page *p)
{
	unsigned int i;

	for (i = 0; i < 200 && race_once(p); i++)
		;
	attack_check("token_race", i == 200, "race %u did not have one winner", i);
}

void hc_attack_tokens(struct attack_page *p)
{
	attack_invented();
	attack_used(p);
	attack_race_token(p);
}

/* --- Answers --- */

static struct optee_msg_page_list *list;
static u64 list_pa, data_pa, foreign_pa;

/* The good answer to SHM_ALLOC, which the cases then spoil. */
static void give_memory(struct optee_msg_arg *rpc)
{
	unsigned int i;

	for (i = 0; i < OPTEE_MSG_LIST_ENTRIES; i++)
		list->pages[i] = data_pa;
	list->next = list_pa;
	rpc->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	rpc->params[0].u.tmem.size = max_t(u64, rpc->params[0].u.value.b, PAGE_SIZE);
	rpc->params[0].u.tmem.buf_ptr = list_pa;
	rpc->params[0].u.tmem.shm_ref = 0x5eed;
	rpc->ret = 0;
}

static void no_memref(struct optee_msg_arg *rpc)
{
	rpc->params[0].attr = OPTEE_MSG_ATTR_TYPE_NONE;
}

static void wild_attr(struct optee_msg_arg *rpc)
{
	rpc->params[0].attr = ~0ull;
}

static void foreign_list(struct optee_msg_arg *rpc)
{
	rpc->params[0].u.tmem.buf_ptr = foreign_pa;
}

static void foreign_page(struct optee_msg_arg *rpc)
{
	list->pages[0] = foreign_pa;
}

static void foreign_contiguous(struct optee_msg_arg *rpc)
{
	rpc->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	rpc->params[0].u.tmem.buf_ptr = foreign_pa;
}

static void too_small(struct optee_msg_arg *rpc)
{
	rpc->params[0].u.tmem.size = 8;
}

static void no_size(struct optee_msg_arg *rpc)
{
	rpc->params[0].u.tmem.size = 0;
}

static void huge_size(struct optee_msg_arg *rpc)
{
	rpc->params[0].u.tmem.size = 1ull << 50;
}

static void wild_size(struct optee_msg_arg *rpc)
{
	rpc->params[0].u.tmem.buf_ptr |= 0xfff;
	rpc->params[0].u.tmem.size = ~0ull;
}

static void wild_count(struct optee_msg_arg *rpc)
{
	rpc->num_params = ~0u;
}

static void other_command(struct optee_msg_arg *rpc)
{
	rpc->cmd = ~0u;
	rpc->func = ~0u;
	rpc->session = ~0u;
}

static void good(struct optee_msg_arg *rpc)
{
}

/* To LOAD_TA. */
static void image_of_page(struct optee_msg_arg *rpc)
{
	rpc->params[1].u.rmem.size = PAGE_SIZE;
	rpc->ret = 0;
}

static void image_huge(struct optee_msg_arg *rpc)
{
	rpc->params[1].u.rmem.size = 1ull << 60;
	rpc->ret = 0;
}

static void image_empty(struct optee_msg_arg *rpc)
{
	rpc->params[1].u.rmem.size = 0;
	rpc->ret = 0;
}

static void image_wild(struct optee_msg_arg *rpc)
{
	memset(rpc->params, 0xff, 2 * sizeof(rpc->params[0]));
	rpc->ret = 0;
}

static const struct {
	const char *name;
	void (*memory)(struct optee_msg_arg *rpc);
	void (*image)(struct optee_msg_arg *rpc);
} answers[] = {
	{"answer_no_memref", no_memref, image_of_page},
	{"answer_wild_attr", wild_attr, image_of_page},
	{"answer_foreign_list", foreign_list, image_of_page},
	{"answer_foreign_page", foreign_page, image_of_page},
	{"answer_foreign_contiguous", foreign_contiguous, image_of_page},
	{"answer_too_small", too_small, image_of_page},
	{"answer_no_size", no_size, image_of_page},
	{"answer_huge_size", huge_size, image_of_page},
	{"answer_wild_size", wild_size, image_of_page},
	{"answer_wild_count", wild_count, image_of_page},
	{"answer_other_command", other_command, image_of_page},
	{"image_garbage", good, image_of_page},
	{"image_huge", good, image_huge},
	{"image_empty", good, image_empty},
	{"image_wild", good, image_wild},
};

static void answer(struct optee_msg_arg *rpc, unsigned int n)
{
	switch (rpc->cmd) {
	case OPTEE_RPC_CMD_SHM_ALLOC:
		give_memory(rpc);
		answers[n].memory(rpc);
		break;
	case OPTEE_RPC_CMD_LOAD_TA:
		answers[n].image(rpc);
		break;
	case OPTEE_RPC_CMD_SHM_FREE:
		rpc->ret = 0;
		break;
	default:
		rpc->ret = TEEC_ERROR_COMMUNICATION;
		break;
	}
}

static void attack_answers(struct attack_page *p)
{
	unsigned int n, i;
	u64 ret;

	for (n = 0; n < ARRAY_SIZE(answers); n++) {
		ret = open_nobody(p);
		for (i = 0; ret == TEE_RET_RPC && i < RPCS_MAX; i++) {
			answer(p->rpc, n);
			ret = attack_resume(p, 0);
		}
		attack_check(answers[n].name,
			     i && ret == TEE_RET_DONE && p->arg->ret &&
				     p->arg->ret != TEEC_UNANSWERED,
			     "answer %lld after %u RPCs, result 0x%x", (s64)ret, i, p->arg->ret);
		finish(p, ret);
	}
}

void hc_attack_answers(struct attack_page *p, u64 foreign)
{
	unsigned long data = attack_shared_page();

	list = (void *)attack_shared_page();
	if (list && data) {
		list_pa = virt_to_phys(list);
		data_pa = virt_to_phys((void *)data);
		foreign_pa = foreign;
		attack_answers(p);
	}
	attack_unshare_page((unsigned long)list);
	attack_unshare_page(data);
}

/* --- A message that changes under the reader --- */

#define RACES 3000

struct flipper {
	struct optee_msg_arg *arg;
	u64 good, foreign;
};

static int flip(void *data)
{
	const struct flipper *f = data;
	struct optee_msg_param *q = f->arg->params;

	while (!kthread_should_stop()) {
		WRITE_ONCE(f->arg->num_params, ~0u);
		WRITE_ONCE(q[0].attr, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT);
		WRITE_ONCE(q[0].u.tmem.size, 1ull << 40);
		WRITE_ONCE(q[1].u.tmem.buf_ptr, f->foreign);
		cpu_relax();
		WRITE_ONCE(f->arg->num_params, 2);
		WRITE_ONCE(q[0].attr, OPTEE_MSG_ATTR_TYPE_VALUE_INOUT);
		WRITE_ONCE(q[0].u.tmem.size, 64);
		WRITE_ONCE(q[1].u.tmem.buf_ptr, f->good);
		cond_resched();
	}
	return 0;
}

void hc_attack_races(struct attack_page *p, u32 session)
{
	unsigned long data = attack_shared_page();
	struct attack_range range;
	struct task_struct *t;
	struct flipper f;
	unsigned int i, bad = 0;

	if (!data || attack_find_range(&range))
		goto out;
	f = (struct flipper){p->arg, virt_to_phys((void *)data), range.base};
	t = kthread_run(flip, &f, "attack-flip");
	if (IS_ERR(t))
		goto out;
	for (i = 0; i < RACES; i++) {
		u64 ret;

		p->arg->cmd = OPTEE_MSG_CMD_INVOKE_COMMAND;
		p->arg->func = 1;
		p->arg->session = session;
		p->arg->params[0].u.tmem.buf_ptr = f.good;
		p->arg->params[1].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
		p->arg->params[1].u.tmem.size = 64;
		ret = finish(p, attack_call(p));
		bad += ret != TEE_RET_DONE && ret != TEE_EINVAL;
		cond_resched();
	}
	kthread_stop(t);
	attack_check("changing_message", !bad, "%u of %u calls ended oddly", bad, RACES);
out:
	attack_unshare_page(data);
}
