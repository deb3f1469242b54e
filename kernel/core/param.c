// SPDX-License-Identifier: BSD-2-Clause
/*
 * Parameters on their way into the callee and back. REE memory is mapped into the callee while
 * the call lasts; a process's memory is copied through pages of the call's own.
 */
#include <kernel/include/call.h>
#include <kernel/include/process.h>
#include <kernel/include/result.h>
#include <kernel/include/shm.h>
#include <kernel/include/thread.h>
#include <lib/include/string.h>

/* What one call may copy: it is done with interrupts off. */
#define COPY_MAX (4u << 20)

/* Interrupts are off in the kernel, so a CPU's page has one user. */
static uint8_t bounce[TEE_MAX_CPUS][PAGE_SIZE];

static bool has_mem(uint32_t types)
{
	return types & 0x4444; /* all memref types, and no other that is allowed, have bit 2 */
}

static int map_one(struct kparam *k, unsigned type, struct process *p)
{
	unsigned prot = type == PARAM_MEMREF_INPUT ? PROT_READ : PROT_READ | PROT_WRITE;
	uint64_t off = k->off & PAGE_MASK;
	uint64_t len = ((k->off + k->size + PAGE_SIZE - 1) & PAGE_MASK) - off;
	int err;

	err = aspace_map(p->as, k->obj, off, len, prot, MAP_PARAM | MAP_KERNEL, "param", &k->map);
	if (!err)
		k->map_len = len;
	return err;
}

int params_map(struct call *call, struct process *p)
{
	int err = 0;

	if (!has_mem(call->types))
		return 0;
	for (unsigned i = 0; i < 4 && !err; i++)
		if (call->params[i].obj)
			err = map_one(&call->params[i], param_type(call->types, i), p);
	if (err)
		params_unmap(call, p);
	return err;
}

void params_unmap(struct call *call, struct process *p)
{
	if (!has_mem(call->types))
		return;
	for (unsigned i = 0; i < 4; i++) {
		struct kparam *k = &call->params[i];

		if (k->map_len)
			aspace_unmap(p->as, k->map, k->map_len, true);
		k->map_len = 0;
	}
}

void params_to_user(const struct call *call, union merlon_param *out, uaddr_t empty)
{
	for (unsigned i = 0; i < 4; i++) {
		const struct kparam *k = &call->params[i];
		unsigned type = param_type(call->types, i);

		if (!param_is_mem(type)) {
			if (param_is_in(type)) {
				out[i].value.a = k->a;
				out[i].value.b = k->b;
			}
			continue;
		}
		out[i].mem.size = k->size;
		if (k->obj)
			out[i].mem.addr = k->map.v + (k->off & ~PAGE_MASK);
		else if (!k->null)
			out[i].mem.addr = empty.v;
	}
}

void params_from_user(struct call *call, const union merlon_param *in)
{
	for (unsigned i = 0; i < 4; i++) {
		struct kparam *k = &call->params[i];
		unsigned type = param_type(call->types, i);

		if (!param_is_out(type))
			continue;
		if (param_is_mem(type)) {
			k->out_size = in[i].mem.size;
		} else {
			k->a = in[i].value.a;
			k->b = in[i].value.b;
		}
	}
	call->from_callee = true;
}

/* Copies n bytes of process memory into an object, or back. */
static int copy(struct aspace *as, uaddr_t va, struct memobj *obj, uint64_t n, bool in)
{
	uint8_t *buf = bounce[arch_cpu()->id];
	uint64_t chunk;
	int err = 0;

	for (uint64_t done = 0; done < n && !err; done += chunk) {
		uaddr_t at = uaddr(va.v + done);

		chunk = n - done < PAGE_SIZE ? n - done : PAGE_SIZE;
		err = in ? copy_in(as, buf, at, chunk) : memobj_read(obj, done, buf, chunk);
		if (!err)
			err = in ? memobj_write(obj, done, buf, chunk)
				 : copy_out(as, at, buf, chunk);
	}
	memzero_explicit(buf, n < PAGE_SIZE ? n : PAGE_SIZE);
	return err;
}

/* Makes the private copy of one memref of the calling process. */
static int take_mem(struct thread *t, struct kparam *k, unsigned type, const union merlon_param *in,
		    uint64_t *total)
{
	struct process *p = thread_top(t)->proc;
	unsigned need = type == PARAM_MEMREF_INPUT ? PROT_READ : PROT_READ | PROT_WRITE;
	int err;

	k->from = uaddr(in->mem.addr);
	k->size = in->mem.size;
	k->null = !in->mem.addr;
	if (!k->size)
		return 0;
	if (k->size > COPY_MAX - *total)
		return -MERLON_E2BIG;
	*total += k->size;
	if (!aspace_check(p->as, k->from, k->size, need))
		return -MERLON_EFAULT;
	err = memobj_create(&t->tenant->quota, k->size, &k->obj);
	if (!err && param_is_in(type))
		err = copy(p->as, k->from, k->obj, k->size, true);
	return err;
}

static bool types_ok(uint32_t types)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned type = param_type(types, i);

		if (type > PARAM_VALUE_INOUT && !param_is_mem(type))
			return false;
	}
	return !(types & ~0xffffu);
}

int params_from_caller(struct thread *t, struct call *call, const struct merlon_call *in)
{
	uint64_t total = 0;
	int err = 0;

	if (!types_ok(in->types))
		return -MERLON_EINVAL;
	call->types = in->types;
	for (unsigned i = 0; i < 4 && !err; i++) {
		struct kparam *k = &call->params[i];
		unsigned type = param_type(in->types, i);

		if (param_is_mem(type)) {
			err = take_mem(t, k, type, &in->params[i], &total);
		} else if (param_is_in(type)) {
			k->a = in->params[i].value.a;
			k->b = in->params[i].value.b;
		}
	}
	return err; /* what was made goes with the call: params_release() */
}

static int give_back(const struct kparam *k, unsigned type, struct aspace *as, uaddr_t at)
{
	uint64_t n = k->out_size < k->size ? k->out_size : k->size;
	int err = 0;

	if (!param_is_mem(type)) {
		const uint32_t v[2] = {k->a, k->b};

		return copy_out(as, at, v, sizeof(v));
	}
	if (k->obj)
		err = copy(as, k->from, k->obj, n, false);
	if (err)
		return err;
	at.v += offsetof(union merlon_param, mem.size);
	return copy_out(as, at, &k->out_size, sizeof(k->out_size));
}

int params_to_caller(struct call *call, struct process *p)
{
	int err = 0;

	for (unsigned i = 0; i < 4 && !err; i++) {
		uint64_t off =
			offsetof(struct merlon_call, params) + i * sizeof(union merlon_param);
		unsigned type = param_type(call->types, i);

		if (param_is_out(type))
			err = give_back(&call->params[i], type, p->as, uaddr(call->ucall.v + off));
	}
	return err;
}

void params_release(struct call *call, struct tenant *tn)
{
	if (!has_mem(call->types))
		return;
	for (unsigned i = 0; i < 4; i++) {
		struct kparam *k = &call->params[i];

		if (k->obj)
			memobj_put(k->obj);
		if (k->shm)
			shm_unuse(tn, k->shm);
		k->obj = NULL;
		k->shm = NULL;
	}
}
