// SPDX-License-Identifier: BSD-2-Clause
/*
 * System calls: memory and memory objects.
 */
#include <kernel/include/sys.h>
#include <kernel/include/session.h>

/* More than a tenant can hold anyway; keeps sums small. */
#define LENGTH_MAX (1ull << 36)

static bool length_ok(uint64_t *len)
{
	if (!*len || *len > LENGTH_MAX)
		return false;
	*len = (*len + PAGE_SIZE - 1) & PAGE_MASK;
	return true;
}

static bool prot_ok(uint64_t prot)
{
	return !(prot & ~(uint64_t)(PROT_READ | PROT_WRITE | PROT_EXEC)) &&
	       (prot & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC);
}

static int64_t map(struct process *p, struct memobj *obj, uint64_t off, uint64_t len, uint64_t prot,
		   uint64_t addr, const char *name)
{
	uaddr_t va = uaddr(addr);
	int err;

	err = aspace_map(p->as, obj, off, len, prot, addr ? MAP_FIXED_REPLACE : 0, name, &va);
	return err ? err : (int64_t)va.v;
}

int64_t sys_map(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	uint64_t len = a[0];
	struct memobj *obj;
	int64_t ret;

	/* Code comes from sealed objects only. */
	if (!length_ok(&len) || !prot_ok(a[1]) || a[1] & PROT_EXEC || a[2] & ~PAGE_MASK)
		return -MERLON_EINVAL;
	if (a[1] == PROT_NONE)
		return map(p, NULL, 0, len, PROT_NONE, a[2], "heap");
	ret = memobj_create(&p->tenant->quota, len, &obj);
	if (ret)
		return ret;
	ret = map(p, obj, 0, len, a[1], a[2], "heap");
	memobj_put(obj);
	return ret;
}

int64_t sys_unmap(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint64_t len = a[1];

	if (!length_ok(&len) || a[0] & ~PAGE_MASK)
		return -MERLON_EINVAL;
	return aspace_unmap(thread_aspace(t), uaddr(a[0]), len, false);
}

int64_t sys_protect(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint64_t len = a[1];

	if (!length_ok(&len) || a[0] & ~PAGE_MASK || !prot_ok(a[2]) || a[2] & PROT_EXEC)
		return -MERLON_EINVAL;
	return aspace_protect(thread_aspace(t), uaddr(a[0]), len, a[2]);
}

int64_t sys_query(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct aspace *as = thread_aspace(t);
	struct aspace_info i;
	struct merlon_query q = {0};

	if (aspace_find(as, uaddr(a[0]), &i) || a[0] < i.base.v)
		return -MERLON_ENOENT;
	q.base = i.base.v;
	q.size = i.size;
	q.prot = i.prot;
	q.flags = i.flags & MAP_PARAM ? QUERY_PARAM : 0;
	return copy_out(as, uaddr(a[1]), &q, sizeof(q)) ? -MERLON_EFAULT : 0;
}

/* Gives the reference in obj to a new handle of p, or drops it. */
static int64_t new_handle(struct process *p, struct memobj *obj)
{
	int64_t n;

	spin_lock(&p->lock);
	n = handle_add(&p->handles, HANDLE_MEMOBJ, obj);
	spin_unlock(&p->lock);
	if (n < 0)
		memobj_put(obj);
	return n;
}

static struct memobj *get_object(struct process *p, uint64_t n)
{
	struct memobj *obj;

	spin_lock(&p->lock);
	obj = handle_find(&p->handles, n, HANDLE_MEMOBJ);
	if (obj)
		memobj_get(obj);
	spin_unlock(&p->lock);
	return obj;
}

int64_t sys_memobj_create(struct cpu *c, struct thread *t, const uint64_t *a)
{
	uint64_t len = a[0];
	struct memobj *obj;
	int err;

	if (!length_ok(&len))
		return -MERLON_EINVAL;
	/* What a service makes during a call is for the caller, who pays. */
	err = memobj_create(&t->tenant->quota, len, &obj);
	return err ? err : new_handle(thread_top(t)->proc, obj);
}

int64_t sys_memobj_map(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	uint64_t len = a[2], end;
	struct memobj *obj;
	int64_t ret = -MERLON_EACCES;
	bool sealed;

	if (!length_ok(&len) || a[1] & ~PAGE_MASK || !prot_ok(a[3]) || !(a[3] & PROT_READ) ||
	    a[4] & ~PAGE_MASK || add_overflow(a[1], len, &end))
		return -MERLON_EINVAL;
	obj = get_object(p, a[0]);
	if (!obj)
		return -MERLON_EBADF;
	sealed = memobj_sealed(obj);
	if (end > ((memobj_size(obj) + PAGE_SIZE - 1) & PAGE_MASK))
		ret = -MERLON_EINVAL;
	else if (!(a[3] & (sealed ? PROT_WRITE : PROT_EXEC)))
		ret = map(p, obj, a[1], len, a[3], a[4], sealed ? "image" : "heap");
	memobj_put(obj);
	return ret;
}

int64_t sys_memobj_seal(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	struct memobj *obj;
	int64_t ret;

	if (!(p->priv & PRIV_LOADER))
		return -MERLON_EPERM;
	obj = get_object(p, a[0]);
	if (!obj)
		return -MERLON_EBADF;
	ret = memobj_seal(obj);
	memobj_put(obj);
	return ret;
}

int64_t sys_memobj_grant(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct activation *act = thread_top(t);
	struct memobj *obj;

	if (!(act->proc->priv & PRIV_LOADER))
		return -MERLON_EPERM;
	/* The session of the upcall that this thread is in, so that its client is just below. */
	if (!act->sess || act->sess->id != a[1] || t->depth < 2)
		return -MERLON_EBADF;
	obj = get_object(act->proc, a[0]);
	if (!obj)
		return -MERLON_EBADF;
	if (!memobj_sealed(obj)) {
		memobj_put(obj);
		return -MERLON_EPERM;
	}
	return new_handle((act - 1)->proc, obj);
}

int64_t sys_close(struct cpu *c, struct thread *t, const uint64_t *a)
{
	struct process *p = thread_top(t)->proc;
	enum handle_kind kind;
	struct reebuf *buf;
	void *obj;

	spin_lock(&p->lock);
	obj = handle_remove(&p->handles, a[0], &kind);
	spin_unlock(&p->lock);
	if (!obj)
		return -MERLON_EBADF;
	if (kind == HANDLE_MEMOBJ) {
		memobj_put(obj);
		return 0;
	}
	buf = obj;
	reebuf_lose(buf);
	/* Give it back at once when this thread may speak to its owner, else at some thread's end. */
	buf = t->resetting ? NULL : reebuf_take_lost(t->tenant);
	if (buf) {
		rpc_shm_free(c, t, buf->type, buf->cookie);
		reebuf_free(buf);
	}
	return 0;
}
