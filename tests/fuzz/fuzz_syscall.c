// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hostile process: sequences of system calls with any arguments, by a TA and by a service.
 */
#include "kernel_fuzz.h"

#include <string.h>
#include <include/abi/ta_image.h>
#include <tests/unit/programs.h>
#include <tests/unit/ree.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t uuid_ta[16] = {0x7b, 1}, uuid_other[16] = {0x7b, 2};
static struct input in;
static unsigned depth;

static uint64_t results[16];
static unsigned nresults;

/* Addresses of the process, results of earlier calls, small and large numbers. */
static uint64_t argument(struct user *u)
{
	uint64_t kind = take(&in, 1);

	switch (kind % 8) {
	case 0:
		return uscratch(u) + take(&in, 2) % 8192;
	case 1:
		return results[kind / 8 % 16];
	case 2:
		return results[kind / 8 % 16] + take(&in, 2);
	case 3:
		return take(&in, 8);
	case 4:
		return ustack(u) - take(&in, 2);
	case 5:
		return (take(&in, 1) + 1) * PAGE_SIZE;
	default:
		return kind / 8;
	}
}

/* A call struct or an RPC request on the scratch page. */
static void prepare(struct user *u)
{
	struct merlon_call call;
	struct merlon_rpc rpc;
	uint64_t kind = take(&in, 1);

	if (kind & 1) {
		take_bytes(&in, &rpc, sizeof(rpc));
		rpc.nparams &= 7;
		for (unsigned i = 0; i < 4; i++)
			rpc.params[i].handle = results[(kind >> 4) + i & 15];
		uwrite(u, uscratch(u), &rpc, sizeof(rpc));
		return;
	}
	memset(&call, 0, sizeof(call));
	call.session = results[kind >> 4];
	call.types = take(&in, 2);
	for (unsigned i = 0; i < 4; i++) {
		call.params[i].mem.addr = argument(u);
		call.params[i].mem.size = take(&in, 2);
	}
	memcpy(call.uuid, kind & 2 ? uuid_other : kind & 4 ? fuzz_service : uuid_ta, 16);
	call.timeout_ms = kind & 8 ? 0xffffffff : take(&in, 1);
	uwrite(u, uscratch(u), &call, sizeof(call));
}

static uint32_t upcall(struct user *u, struct merlon_call *call)
{
	uint32_t res = 0;

	if (call->upcall == UPCALL_INVOKE && call->cmd == CMD_PANIC && over(&in))
		usys(u, SYS_PANIC, 0, 0, 0, 0, 0);
	if (depth > 4)
		return 0;
	depth++;
	while (!over(&in)) {
		uint64_t op = take(&in, 1);
		unsigned nr = op % (SYS_COUNT + 4);
		uint64_t a[5];

		if (nr == SYS_RETURN) {
			res = take(&in, 1) & 1;
			break;
		}
		if (nr == SYS_COUNT + 1) {
			upreempt(u);
			continue;
		}
		if (nr == SYS_COUNT + 2) {
			prepare(u);
			continue;
		}
		for (unsigned i = 0; i < 5; i++)
			a[i] = argument(u);
		if (nr == SYS_OPEN || nr == SYS_INVOKE || nr == SYS_RPC)
			a[0] = uscratch(u);
		results[nresults++ % 16] = usys(u, nr, a[0], a[1], a[2], a[3], a[4]);
	}
	depth--;
	return res;
}

static uint32_t start(struct user *u, struct merlon_call *call)
{
	/* The service's own start, before the first input, finds the input over. */
	return over(&in) ? 0 : upcall(u, call);
}

static const struct program programs[] = {
	{uuid_ta, 0, 16384, start, upcall},
	{uuid_other, TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION, 16384, NULL, upcall},
	{fuzz_service, 0, 16384, NULL, upcall},
	{NULL, 0, 0, NULL, NULL},
};

/* Opens and goes on until the call is over, or waits for itself and has to be killed. */
static void call_one(const uint8_t *uuid)
{
	struct ree_call rc;

	ree_prepare_open(&rc, uuid);
	ree_run(&rc);
	for (unsigned i = 0; i < 50 && (rc.state == REE_BLOCKED || rc.state == REE_PREEMPTED); i++)
		ree_resume(&rc, i > 2 ? TEE_RESUME_KILL : 0);
	if (rc.state == REE_BLOCKED || rc.state == REE_PREEMPTED)
		panic("fuzz: a killed thread does not end");
	if (rc.state == REE_DONE && !rc.arg->ret) {
		ree_prepare_invoke(&rc, rc.arg->session, 0, 0);
		ree_run(&rc);
		for (unsigned i = 0; i < 50 && rc.state == REE_BLOCKED; i++)
			ree_resume(&rc, i > 2 ? TEE_RESUME_KILL : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	in = (struct input){NULL, NULL};
	fuzz_begin(programs);
	in = (struct input){data, data + size};
	nresults = depth = 0;
	memset(results, 0, sizeof(results));
	call_one(uuid_ta);
	depth = 0;
	call_one(fuzz_service);
	in = (struct input){NULL, NULL};
	fuzz_end();
	return 0;
}
