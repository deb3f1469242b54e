// SPDX-License-Identifier: BSD-2-Clause
#include "programs.h"

#include <string.h>
#include <include/abi/ta_image.h>
#include <include/abi/boot.h>
#include <kernel/include/process.h>

#define TA(name, n) const uint8_t uuid_##name[16] = {0x7a, n, [15] = n}
TA(multi, 1);
TA(single, 2);
TA(one, 3);
TA(keep, 4);
TA(slow, 5);
TA(service, 6);
TA(none, 7);
TA(nocreate, 8);
TA(noopen, 9);

uint32_t program_destroyed, program_closed;
void (*program_awake)(void);

#define SINGLE TA_FLAG_SINGLE_INSTANCE
#define MULTI  TA_FLAG_MULTI_SESSION
#define KEEP   TA_FLAG_INSTANCE_KEEP_ALIVE

#define SERVICE_PREEMPTS 4

/* --- Calls to others ---------------------------------------------------------------------------- */

/* The call struct that system calls use lies in the middle of the scratch page. */
static uint64_t call_at(struct user *u)
{
	return uscratch(u) + 1024;
}

static int64_t nested(struct user *u, unsigned nr, struct merlon_call *call)
{
	int64_t ret;

	call->timeout_ms = 0xffffffff;
	uwrite(u, call_at(u), call, sizeof(*call));
	ret = usys(u, nr, call_at(u), 0, 0, 0, 0);
	uread(u, call, call_at(u), sizeof(*call));
	return ret;
}

static int64_t open_of(struct user *u, const uint8_t *uuid, struct merlon_call *call)
{
	memset(call, 0, sizeof(*call));
	memcpy(call->uuid, uuid, 16);
	return nested(u, SYS_OPEN, call);
}

static int64_t invoke_of(struct user *u, int64_t session, uint32_t cmd, struct merlon_call *call)
{
	call->session = session;
	call->cmd = cmd;
	return nested(u, SYS_INVOKE, call);
}

static uint32_t nest(struct user *u, struct merlon_call *call)
{
	struct merlon_call n;
	int64_t s = open_of(u, uuid_single, &n);

	if (s <= 0 || n.result)
		return 0xffff0000;
	memset(&n, 0, sizeof(n));
	n.types = PARAM_VALUE_INOUT;
	n.params[0] = call->params[0];
	if (invoke_of(u, s, CMD_ADD, &n))
		return 0xffff0001;
	call->params[0] = n.params[0];
	if (usys(u, SYS_CLOSE_SESSION, s, 0, 0, 0, 0))
		return 0xffff0002;
	/* The handle is stale now. */
	if (usys(u, SYS_CLOSE_SESSION, s, 0, 0, 0, 0) != -MERLON_EBADF)
		return 0xffff0003;
	return n.result;
}

static uint32_t nest_mem(struct user *u, struct merlon_call *call)
{
	uint8_t buf[5000], back[5000];
	struct merlon_call n;
	int64_t s = open_of(u, uuid_single, &n), at;

	if (s <= 0)
		return 1;
	at = usys(u, SYS_MAP, sizeof(buf), PROT_READ | PROT_WRITE, 0, 0, 0);
	if (at < 0)
		return 2;
	memset(buf, 7, sizeof(buf));
	uwrite(u, at, buf, sizeof(buf));
	memset(&n, 0, sizeof(n));
	n.types = PARAM_VALUE_INPUT | PARAM_MEMREF_INOUT << 4;
	n.params[0].value.a = 3;
	n.params[1].mem.addr = at + 1;
	n.params[1].mem.size = 4500;
	if (invoke_of(u, s, CMD_FILL, &n) || n.result)
		return 3;
	uread(u, back, at, sizeof(back));
	for (unsigned i = 0; i < sizeof(back); i++)
		if (back[i] != (i >= 1 && i < 4501 ? 10 : 7))
			return 4;
	/* Outside of what is mapped: refused. */
	n.params[1].mem.size = 1 << 20;
	if (invoke_of(u, s, CMD_FILL, &n) != -MERLON_EFAULT)
		return 5;
	if (usys(u, SYS_UNMAP, at, sizeof(buf), 0, 0, 0))
		return 6;
	return usys(u, SYS_CLOSE_SESSION, s, 0, 0, 0, 0) ? 7 : 0;
}

static uint32_t nest_panic(struct user *u, struct merlon_call *call)
{
	struct merlon_call n;
	int64_t s = open_of(u, uuid_single, &n);

	memset(&n, 0, sizeof(n));
	invoke_of(u, s, CMD_PANIC, &n);
	call->params[0].value.a = n.result;
	call->params[0].value.b = n.origin;
	/* Closing a session with the dead is fine. */
	return usys(u, SYS_CLOSE_SESSION, s, 0, 0, 0, 0);
}

static uint32_t nest_loop(struct user *u, struct merlon_call *call)
{
	struct merlon_call n;
	int64_t s = open_of(u, uuid_single, &n);

	memset(&n, 0, sizeof(n));
	n.types = PARAM_VALUE_INPUT;
	n.params[0].value.a = 0xffffffff;
	invoke_of(u, s, CMD_PREEMPT, &n);
	return n.result;
}

static uint32_t open_self(struct user *u, struct merlon_call *call)
{
	struct merlon_call n;

	/* keep: the instance is this one, which is busy with us. */
	open_of(u, uuid_keep, &n);
	call->params[0].value.a = n.result;
	return 0;
}

/* --- Memory ----------------------------------------------------------------------------------------- */

/* Ranges are kernel memory: a reservation cannot be cut into any number of them. */
static uint32_t fragments(struct user *u)
{
	const uint64_t pages = 4096;
	int64_t at = usys(u, SYS_MAP, pages * PAGE_SIZE, PROT_NONE, 0, 0, 0), ret = 0;
	uint64_t cut = 0;

	if (at < 0)
		return 20;
	for (uint64_t i = 1; i < pages && !ret; i += 2) {
		ret = usys(u, SYS_UNMAP, at + i * PAGE_SIZE, PAGE_SIZE, 0, 0, 0);
		cut += !ret;
	}
	if (ret != -MERLON_ENOMEM || cut > 600)
		return 21;
	/* What needs no new range still works. */
	for (uint64_t i = 0; i < 2 * cut; i += 2)
		if (usys(u, SYS_UNMAP, at + i * PAGE_SIZE, PAGE_SIZE, 0, 0, 0))
			return 22;
	at += 2 * cut * PAGE_SIZE;
	return usys(u, SYS_UNMAP, at, (pages - 2 * cut) * PAGE_SIZE, 0, 0, 0) ? 23 : 0;
}

static uint32_t memory(struct user *u)
{
	struct merlon_query q;
	uint8_t byte = 9;
	int64_t at = usys(u, SYS_MAP, 10000, PROT_READ | PROT_WRITE, 0, 0, 0);

	if (at < 0)
		return 1;
	uread(u, &byte, at + 11000, 1);
	if (byte)
		return 2;
	if (usys(u, SYS_QUERY, at + 5000, uscratch(u), 0, 0, 0))
		return 3;
	uread(u, &q, uscratch(u), sizeof(q));
	if (q.base != (uint64_t)at || q.size != 3 * PAGE_SIZE || q.flags ||
	    q.prot != (PROT_READ | PROT_WRITE))
		return 4;
	if (usys(u, SYS_PROTECT, at, PAGE_SIZE, PROT_READ, 0, 0) ||
	    usys(u, SYS_PROTECT, at, PAGE_SIZE, PROT_READ | PROT_EXEC, 0, 0) != -MERLON_EINVAL)
		return 5;
	if (usys(u, SYS_MAP, PAGE_SIZE, PROT_READ | PROT_WRITE, at + PAGE_SIZE, 0, 0) !=
	    at + (int64_t)PAGE_SIZE)
		return 6;
	if (usys(u, SYS_UNMAP, at, 3 * PAGE_SIZE, 0, 0, 0))
		return 7;
	if (usys(u, SYS_QUERY, at, uscratch(u), 0, 0, 0) != -MERLON_ENOENT)
		return 8;
	/* The stack is not the process's to unmap or replace. */
	at = ustack(u) & PAGE_MASK;
	if (usys(u, SYS_UNMAP, at, PAGE_SIZE, 0, 0, 0) != -MERLON_EPERM ||
	    usys(u, SYS_MAP, PAGE_SIZE, PROT_READ, at, 0, 0) != -MERLON_EPERM)
		return 9;
	return fragments(u);
}

static uint32_t handles(struct user *u)
{
	int64_t h = usys(u, SYS_MEMOBJ_CREATE, 5000, 0, 0, 0, 0), at;

	if (h < 0)
		return 1;
	if (usys(u, SYS_MEMOBJ_MAP, h, 0, 5000, PROT_READ | PROT_EXEC, 0) != -MERLON_EACCES)
		return 2;
	at = usys(u, SYS_MEMOBJ_MAP, h, PAGE_SIZE, PAGE_SIZE, PROT_READ | PROT_WRITE, 0);
	if (at < 0)
		return 3;
	if (usys(u, SYS_MEMOBJ_MAP, h, PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ, 0) != -MERLON_EINVAL)
		return 4;
	if (usys(u, SYS_MEMOBJ_SEAL, h, 0, 0, 0, 0) != -MERLON_EPERM)
		return 5;
	if (usys(u, SYS_CLOSE, h, 0, 0, 0, 0) || usys(u, SYS_CLOSE, h, 0, 0, 0, 0) != -MERLON_EBADF)
		return 6;
	/* The mapping outlives the handle. */
	uwrite(u, at, &h, sizeof(h));
	return usys(u, SYS_UNMAP, at, PAGE_SIZE, 0, 0, 0) ? 7 : 0;
}

static uint32_t bad_syscalls(struct user *u)
{
	const uint64_t bad = 0xffff800000000000;
	uint32_t wrong = 0;

	wrong += usys(u, SYS_COUNT, 0, 0, 0, 0, 0) != -MERLON_ENOSYS;
	wrong += usys(u, 1u << 31, 0, 0, 0, 0, 0) != -MERLON_ENOSYS;
	wrong += usys(u, SYS_LOG, 0, bad, 10, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_LOG, 17, uscratch(u), 10, 0, 0) != -MERLON_EINVAL;
	wrong += usys(u, SYS_READY, uscratch(u), 0, 0, 0, 0) != -MERLON_EPERM;
	wrong += usys(u, SYS_MAP, ~0ull, PROT_READ, 0, 0, 0) != -MERLON_EINVAL;
	wrong += usys(u, SYS_MAP, 4096, PROT_WRITE | PROT_EXEC, 0, 0, 0) != -MERLON_EINVAL;
	wrong += usys(u, SYS_MAP, 4096, PROT_READ, bad, 0, 0) >= 0;
	wrong += usys(u, SYS_MAP, 1ull << 35, PROT_READ, 0, 0, 0) != -MERLON_ENOMEM;
	wrong += usys(u, SYS_UNMAP, bad, 4096, 0, 0, 0) >= 0;
	wrong += usys(u, SYS_OPEN, bad, 0, 0, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_INVOKE, bad, 0, 0, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_CLOSE_SESSION, 77, 0, 0, 0, 0) != -MERLON_EBADF;
	wrong += usys(u, SYS_SHM_ALLOC, 4096, 0, uscratch(u), 0, 0) != -MERLON_EPERM;
	wrong += usys(u, SYS_RPC, uscratch(u), 0, 0, 0, 0) != -MERLON_EPERM;
	wrong += usys(u, SYS_TIME, TIME_SYS, bad, 0, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_TIME, TIME_REE, bad, 0, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_ENTROPY, uscratch(u), 257, 0, 0, 0) != -MERLON_EINVAL;
	wrong += usys(u, SYS_FUTEX_WAIT, bad, 0, 0, 0, 0) != -MERLON_EFAULT;
	wrong += usys(u, SYS_FUTEX_WAKE, bad, 5, 0, 0, 0) != 0;
	wrong += usys(u, SYS_MEMOBJ_GRANT, 0, 0, 0, 0, 0) != -MERLON_EPERM;
	return wrong;
}

/* --- The service -------------------------------------------------------------------------------------- */

static int64_t shm_alloc(struct user *u, uint64_t size, uint64_t *at)
{
	int64_t h = usys(u, SYS_SHM_ALLOC, size, OPTEE_RPC_SHM_TYPE_APPL, uscratch(u), 0, 0);

	if (h >= 0)
		uread(u, at, uscratch(u), sizeof(*at));
	return h;
}

static uint32_t service_rpc(struct user *u)
{
	struct merlon_rpc rpc = {.cmd = OPTEE_RPC_CMD_LOAD_TA, .nparams = 2};
	uint64_t at;
	int64_t h = shm_alloc(u, 6000, &at);

	if (h < 0)
		return 1;
	uwrite(u, at, "hello", 6);
	rpc.params[0] = (struct merlon_rpc_param){.type = PARAM_VALUE_INPUT};
	rpc.params[0].u.value.a = 0x1122;
	rpc.params[1] = (struct merlon_rpc_param){.type = PARAM_MEMREF_OUTPUT, .handle = h};
	rpc.params[1].u.mem.size = 6000;
	uwrite(u, uscratch(u), &rpc, sizeof(rpc));
	if (usys(u, SYS_RPC, uscratch(u), 0, 0, 0, 0))
		return 2;
	uread(u, &rpc, uscratch(u), sizeof(rpc));
	/* Larger than the buffer: refused before anybody is asked. */
	rpc.params[1].u.mem.offset = 1;
	rpc.params[1].u.mem.size = 6000;
	uwrite(u, uscratch(u), &rpc, sizeof(rpc));
	if (usys(u, SYS_RPC, uscratch(u), 0, 0, 0, 0) != -MERLON_EINVAL)
		return 3;
	if (usys(u, SYS_CLOSE, h, 0, 0, 0, 0))
		return 4;
	return rpc.result;
}

static uint32_t service_lock(struct user *u)
{
	uint64_t word = uscratch(u) + 2048;
	uint32_t v;
	int64_t ret;

	for (;;) {
		uread(u, &v, word, sizeof(v));
		if (v)
			return 0;
		ret = usys(u, SYS_FUTEX_WAIT, word, 0, 0xffffffff, 0, 0);
		if (ret && ret != -MERLON_EAGAIN)
			return 1;
	}
}

static struct process *service_process;

void fake_service_word(const uint8_t *uuid, uint32_t word)
{
	uint64_t at = service_process->runtime_base.v + PAGE_SIZE + 2048;

	if (!process_dead(service_process) &&
	    copy_out(service_process->as, uaddr(at), &word, sizeof(word)))
		panic("test: no such word");
}

static uint32_t service_unlock(struct user *u, struct merlon_call *call)
{
	uint64_t word = uscratch(u) + 2048;
	uint32_t v = call->params[0].value.a;

	uwrite(u, word, &v, sizeof(v));
	call->params[0].value.b = usys(u, SYS_FUTEX_WAKE, word, 100, 0, 0, 0);
	return 0;
}

static uint32_t service_grant(struct user *u, struct merlon_call *call)
{
	int64_t h = usys(u, SYS_MEMOBJ_CREATE, 5000, 0, 0, 0, 0), at, n;

	at = usys(u, SYS_MEMOBJ_MAP, h, 0, 5000, PROT_READ | PROT_WRITE, 0);
	if (at < 0)
		return 1;
	uwrite(u, at, "sealed", 7);
	if (usys(u, SYS_MEMOBJ_GRANT, h, call->session, 0, 0, 0) != -MERLON_EPERM)
		return 2;
	if (usys(u, SYS_MEMOBJ_SEAL, h, 0, 0, 0, 0) != -MERLON_EBUSY)
		return 3;
	if (usys(u, SYS_UNMAP, at, 5000, 0, 0, 0) || usys(u, SYS_MEMOBJ_SEAL, h, 0, 0, 0, 0))
		return 4;
	if (usys(u, SYS_MEMOBJ_MAP, h, 0, 5000, PROT_READ | PROT_WRITE, 0) != -MERLON_EACCES)
		return 5;
	n = usys(u, SYS_MEMOBJ_GRANT, h, call->session, 0, 0, 0);
	usys(u, SYS_CLOSE, h, 0, 0, 0, 0);
	call->params[0].value.a = n;
	return n < 0 ? 6 : 0;
}

static uint32_t ask_grant(struct user *u)
{
	struct merlon_call n;
	char text[7] = "";
	int64_t s = open_of(u, uuid_service, &n), h, at;

	memset(&n, 0, sizeof(n));
	n.types = PARAM_VALUE_OUTPUT;
	if (s <= 0 || invoke_of(u, s, CMD_GRANT_SERVER, &n) || n.result)
		return 10 + n.result;
	h = n.params[0].value.a;
	at = usys(u, SYS_MEMOBJ_MAP, h, 0, 5000, PROT_READ, 0);
	if (at < 0)
		return 1;
	uread(u, text, at, sizeof(text));
	/* READY was long ago: nothing becomes executable any more. */
	if (strcmp(text, "sealed") ||
	    usys(u, SYS_MEMOBJ_MAP, h, 0, 5000, PROT_READ | PROT_EXEC, 0) != -MERLON_EACCES)
		return 2;
	if (usys(u, SYS_UNMAP, at, 5000, 0, 0, 0) || usys(u, SYS_CLOSE, h, 0, 0, 0, 0))
		return 3;
	return usys(u, SYS_CLOSE_SESSION, s, 0, 0, 0, 0) ? 4 : 0;
}

/* --- Commands --------------------------------------------------------------------------------------------- */

static uint32_t fill(struct user *u, struct merlon_call *call)
{
	uint64_t n = call->params[1].mem.size;
	uint8_t buf[256];

	for (uint64_t done = 0, k; done < n; done += k) {
		k = n - done < sizeof(buf) ? n - done : sizeof(buf);
		uread(u, buf, call->params[1].mem.addr + done, k);
		for (unsigned i = 0; i < k; i++)
			buf[i] += call->params[0].value.a;
		uwrite(u, call->params[1].mem.addr + done, buf, k);
	}
	return 0;
}

static uint32_t do_sleep(struct user *u, struct merlon_call *call, bool unmask)
{
	if (unmask)
		usys(u, SYS_CANCEL, CANCEL_UNMASK, 0, 0, 0, 0);
	call->params[0].value.a = usys(u, SYS_SLEEP, call->params[0].value.a, 0, 0, 0, 0);
	call->params[0].value.b = usys(u, SYS_CANCEL, CANCEL_GET, 0, 0, 0, 0);
	return 0;
}

static uint32_t do_time(struct user *u, struct merlon_call *call)
{
	uint64_t v[2];

	if (usys(u, SYS_TIME, TIME_REE, uscratch(u), 0, 0, 0))
		return 1;
	uread(u, v, uscratch(u), sizeof(v));
	call->params[0].value.a = v[0];
	call->params[0].value.b = v[1];
	return usys(u, SYS_TIME, TIME_SYS, uscratch(u), 0, 0, 0);
}

static uint32_t dream(struct user *u, struct merlon_call *call)
{
	uint32_t ms = call->params[0].value.a;

	usys(u, SYS_SLEEP, ms, 0, 0, 0, 0);
	if (program_awake)
		program_awake();
	upreempt(u);
	if (do_time(u, call))
		return 1;
	call->params[0].value.b = call->params[0].value.a;
	call->params[0].value.a = usys(u, SYS_SLEEP, ms, 0, 0, 0, 0);
	return 0;
}

/* A TA may go on for ever, and is killed; a service ends each call, or nobody could reset its tenant. */
static void be_preempted(struct user *u, uint32_t times)
{
	if (uprocess(u)->priv && times > SERVICE_PREEMPTS)
		times = SERVICE_PREEMPTS;
	while (times--)
		upreempt(u);
}

static uint32_t leave_open(struct user *u)
{
	struct merlon_call n;

	return open_of(u, uuid_service, &n) > 0 ? 0 : 1;
}

static uint32_t invoke(struct user *u, struct merlon_call *call)
{
	uint64_t at;
	uint32_t v;

	switch (call->cmd) {
	case CMD_NULL:
		return 0;
	case CMD_ADD:
		call->params[0].value.a += call->params[0].value.b;
		return 0;
	case CMD_PANIC:
		usys(u, SYS_PANIC, 0x77, 0, 0, 0, 0);
		return 0;
	case CMD_FAULT:
		ufault(u, 0x123);
		return 0;
	case CMD_PREEMPT:
		be_preempted(u, call->params[0].value.a);
		return 0;
	case CMD_SLEEP:
		return do_sleep(u, call, false);
	case CMD_SLEEP_UNMASKED:
		return do_sleep(u, call, true);
	case CMD_TIME:
		return do_time(u, call);
	case CMD_FILL:
		return fill(u, call);
	case CMD_SIZE:
		call->params[0].mem.size += 100;
		return 0xffff0010;
	case CMD_NEST:
		return nest(u, call);
	case CMD_NEST_MEM:
		return nest_mem(u, call);
	case CMD_NEST_PANIC:
		return nest_panic(u, call);
	case CMD_NEST_LEAVE:
		return leave_open(u);
	case CMD_NEST_LOOP:
		return nest_loop(u, call);
	case CMD_HANDLES:
		return handles(u);
	case CMD_MEMORY:
		return memory(u);
	case CMD_BAD_SYSCALLS:
		call->params[0].value.a = bad_syscalls(u);
		return 0;
	case CMD_RPC:
		return service_rpc(u);
	case CMD_RPC_LEAK:
		return shm_alloc(u, 100, &at) >= 0 ? 0 : 1;
	case CMD_LOCK:
		return service_lock(u);
	case CMD_UNLOCK:
		return service_unlock(u, call);
	case CMD_GRANT:
		return ask_grant(u);
	case CMD_GRANT_SERVER:
		return service_grant(u, call);
	case CMD_IDENTITY:
		memcpy(&v, call->client.uuid, sizeof(v));
		call->params[0].value.a = call->client.login;
		call->params[0].value.b = v;
		return 0;
	case CMD_DREAM:
		return dream(u, call);
	case CMD_SELF:
		return open_self(u, call);
	default:
		return 0xffff0006;
	}
}

static uint32_t normal(struct user *u, struct merlon_call *call)
{
	switch (call->upcall) {
	case UPCALL_OPEN:
		call->ctx = 0x1000 + call->session;
		return 0;
	case UPCALL_INVOKE:
		if (call->ctx != 0x1000ull + call->session)
			return 0xffff0007;
		return invoke(u, call);
	case UPCALL_CLOSE:
		__atomic_add_fetch(&program_closed, 1, __ATOMIC_RELAXED);
		return 0;
	case UPCALL_DESTROY:
		__atomic_add_fetch(&program_destroyed, 1, __ATOMIC_RELAXED);
		return 0;
	default:
		return 0;
	}
}

static uint32_t slow_start(struct user *u, struct merlon_call *call)
{
	return usys(u, SYS_TIME, TIME_REE, uscratch(u), 0, 0, 0) ? 0xffff0000 : 0;
}

static uint32_t service_start(struct user *u, struct merlon_call *call)
{
	if (service_process)
		process_put(service_process);
	service_process = process_get(uprocess(u));
	return 0;
}

static uint32_t fail_create(struct user *u, struct merlon_call *call)
{
	return call->upcall == UPCALL_CREATE ? 0xffff0001 : normal(u, call);
}

static uint32_t fail_open(struct user *u, struct merlon_call *call)
{
	return call->upcall == UPCALL_OPEN ? 0xffff0002 : normal(u, call);
}

const struct program kernel_programs[] = {
	{uuid_multi, 0, 16384, NULL, normal},
	{uuid_single, SINGLE | MULTI, 16384, NULL, normal},
	{uuid_one, SINGLE, 16384, NULL, normal},
	{uuid_keep, SINGLE | MULTI | KEEP, 65536, NULL, normal},
	{uuid_slow, SINGLE | MULTI, 16384, slow_start, normal},
	{uuid_service, 0, 16384, service_start, normal},
	{uuid_nocreate, 0, 16384, NULL, fail_create},
	{uuid_noopen, 0, 16384, NULL, fail_open},
	{NULL, 0, 0, NULL, NULL},
};
