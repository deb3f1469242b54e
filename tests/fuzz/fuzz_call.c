// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hostile REE: sequences of TEE calls, messages and RPC answers of any content.
 */
#include "kernel_fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <kernel/include/tenant.h>
#include <tests/unit/programs.h>
#include <tests/unit/ree.h>

#define TOKENS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t tokens[TOKENS];
static uint32_t sessions[TOKENS], ntokens, nsessions;

/* A parameter that is nearly right, or anything. */
static void fill_param(struct input *in, struct optee_msg_param *p)
{
	uint64_t kind = take(in, 1);

	if (kind & 0x80) {
		take_bytes(in, p, sizeof(*p));
		return;
	}
	p->attr = kind & 0xf;
	if (kind & 0x10)
		p->attr |= OPTEE_MSG_ATTR_NONCONTIG;
	if (kind & 0x20)
		p->attr |= OPTEE_MSG_ATTR_META;
	p->u.tmem.buf_ptr = take_address(in);
	p->u.tmem.size = take(in, 3);
	p->u.tmem.shm_ref = take(in, 1) & 7;
}

static void fill_message(struct input *in, struct optee_msg_arg *arg)
{
	static const uint8_t *const uuids[] = {uuid_multi,    uuid_single,  uuid_one,
					       uuid_keep,     uuid_service, uuid_none,
					       uuid_nocreate, uuid_noopen};

	memset(arg, 0, PAGE_SIZE);
	arg->cmd = take(in, 1) % 8;
	arg->func = take(in, 1) % (CMD_SELF + 2);
	arg->session = nsessions ? sessions[take(in, 1) % nsessions] : take(in, 4);
	arg->num_params = take(in, 1) % 9;
	arg->cancel_id = take(in, 1) & 3;
	for (unsigned i = 0; i < arg->num_params && i < 8; i++)
		fill_param(in, &arg->params[i]);
	if (arg->cmd == OPTEE_MSG_CMD_OPEN_SESSION && take(in, 1) & 7) {
		arg->params[0].attr = arg->params[1].attr =
			OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
		memcpy(arg->params[0].u.octets, uuids[take(in, 1) % 8], 16);
		arg->params[1].u.value.c = take(in, 1) & 7;
	}
}

static void after(struct tee_regs *r, struct optee_msg_arg *arg)
{
	if (r->rdi == TEE_RET_RPC || r->rdi == TEE_RET_PREEMPTED)
		tokens[ntokens++ % TOKENS] = r->rsi;
	else if (r->rdi == TEE_RET_DONE && arg && arg->cmd == OPTEE_MSG_CMD_OPEN_SESSION)
		sessions[nsessions++ % TOKENS] = arg->session;
	if (nsessions > TOKENS)
		nsessions = TOKENS;
}

static void do_call(struct input *in)
{
	uint64_t shape = take(in, 1);
	struct optee_msg_arg *arg = (void *)(fake_ree + (shape & 15) * PAGE_SIZE);
	uint64_t at = (uint64_t)arg, size = PAGE_SIZE, rpc = 1024;
	struct tee_regs r;

	fill_message(in, arg);
	if (shape >= 0xf0) {
		at = take_address(in);
		size = take(in, 2);
		rpc = take(in, 2);
	}
	r = ree_op(TEE_OP_CALL, at, size, rpc);
	after(&r, arg);
}

static void do_resume(struct input *in)
{
	uint64_t how = take(in, 1);
	uint64_t token = tokens[how % TOKENS];
	struct optee_msg_arg *rpc = (void *)(fake_ree + (how & 15) * PAGE_SIZE + 1024);
	struct tee_regs r;

	rpc->ret = take(in, 1) & 1;
	rpc->num_params = take(in, 1);
	if (how & 0x80)
		for (unsigned i = 0; i < 4; i++)
			fill_param(in, &rpc->params[i]);
	r = ree_op(TEE_OP_RESUME, how & 0x40 ? take(in, 8) : token, take(in, 1) & 7, 0);
	after(&r, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	fuzz_begin(kernel_programs);
	ntokens = nsessions = 0;
	memset(tokens, 0, sizeof(tokens));
	for (unsigned n = 0; !over(&in) && n < 200; n++) {
		uint64_t op = take(&in, 1);

		fake_cpu_set(op >> 6);
		switch (op % 8) {
		case 0:
			ree_op(take(&in, 1), take_address(&in), take(&in, 2), take(&in, 2));
			break;
		case 1:
			fake_time += (op >> 4) * 1000;
			fake_timer_event();
			take_bytes(&in, fake_ree + (op >> 4) * PAGE_SIZE + take(&in, 1) * 8,
				   take(&in, 1));
			break;
		case 2:
		case 3:
		case 4:
			do_resume(&in);
			break;
		default:
			do_call(&in);
			break;
		}
	}
	fake_cpu_set(0);
	fake_service_word(uuid_service, 1); /* lets CMD_LOCK go, wherever it waits */
	fuzz_end();
	fake_service_word(uuid_service, 0);
	return 0;
}
