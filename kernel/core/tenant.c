// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tenants: quotas, and the reset that ATTACH and DETACH are.
 *
 * A reset unwinds every suspended thread on the CPU that asked for it. Most end at once; one that
 * is inside a concurrent service runs on, without RPCs, until it has left it, so that the
 * service keeps no lock for a client that is gone. A thread that runs on another CPU is marked
 * and the REE is told to ask again: nothing here waits.
 */
#include <kernel/include/tenant.h>
#include <kernel/include/handle.h>
#include <kernel/include/process.h>
#include <kernel/include/session.h>
#include <kernel/include/shm.h>
#include <kernel/include/thread.h>

struct tenant tenants[TENANT_COUNT];

void tenant_init(void)
{
	uint64_t total = page_total();

	for (unsigned i = 0; i < TENANT_COUNT; i++) {
		tenants[i].id = i;
		/* Services must be able to start whatever the REE holds. */
		tenants[i].quota.max_pages = i == TENANT_KERNEL ? total : total - total / 8;
	}
	if (thread_pool_init(&tenants[TENANT_REE]))
		panic("no memory for threads");
}

bool tenant_charge(uint32_t *count, uint32_t max)
{
	if (__atomic_add_fetch(count, 1, __ATOMIC_RELAXED) <= max)
		return true;
	__atomic_sub_fetch(count, 1, __ATOMIC_RELAXED);
	return false;
}

void tenant_uncharge(uint32_t *count)
{
	__atomic_sub_fetch(count, 1, __ATOMIC_RELAXED);
}

static struct thread *reset_end(struct cpu *c, struct tenant *tn, uint64_t ret)
{
	c->ret = (struct tee_regs){.rdi = ret};
	if (ret == TEE_RET_DONE && tn->reset_attach) {
		c->ret.rsi = TEE_CAP_MEMREF_NULL | TEE_CAP_REG_MEM;
		c->ret.rdx = TENANT_THREADS;
		c->ret.rcx = OPTEE_MSG_GET_ARG_SIZE(TEE_MSG_MAX_PARAMS) +
			     OPTEE_MSG_GET_ARG_SIZE(TEE_RPC_MAX_PARAMS);
		__atomic_store_n(&tn->attached, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&tn->resetting, 0, __ATOMIC_RELEASE);
	return NULL;
}

struct thread *tenant_reset(struct cpu *c, struct tenant *tn, bool attach)
{
	if (__atomic_exchange_n(&tn->resetting, 1, __ATOMIC_ACQUIRE)) {
		c->ret = (struct tee_regs){.rdi = TEE_EBUSY};
		return NULL;
	}
	/* From here on thread_alloc() and thread_claim() give the REE nothing. */
	__atomic_store_n(&tn->attached, 0, __ATOMIC_SEQ_CST);
	tn->reset_attach = attach;
	tn->reset_idle = 0;
	return tenant_reset_next(c, tn, true);
}

void tenant_reset_pause(struct cpu *c, struct tenant *tn)
{
	reset_end(c, tn, TEE_EBUSY);
}

/* Resumes one suspended thread to unwind it. False: there is none; *busy: threads in use. */
static struct thread *reset_claim(struct tenant *tn, unsigned *busy)
{
	unsigned start = tn->reset_pos;
	struct thread *t;

	for (unsigned i = 0; i < TENANT_THREADS; i++) {
		unsigned n = (start + i) % TENANT_THREADS;

		if (thread_state(tn->threads[n]) == THREAD_FREE)
			continue;
		++*busy;
		__atomic_store_n(&tn->threads[n]->kill, 1, __ATOMIC_SEQ_CST);
		t = thread_claim_index(tn, n);
		if (t) {
			tn->reset_pos = n + 1;
			return t;
		}
	}
	return NULL;
}

/* No thread is left: everything else goes. A thread when orphans remain to be told. */
static struct thread *reset_objects(struct cpu *c, struct tenant *tn)
{
	struct thread *t;

	process_kill_tenant(tn);
	session_orphan_tenant(tn);
	reebuf_revoke_all(tn);
	shm_drop_all(tn);
	if (!tn->orphans) {
		ree_release_all(&tn->quota);
		return NULL;
	}
	t = thread_alloc(c, tn);
	if (t) {
		t->resetting = true;
		t->replied = true;
	}
	return t;
}

struct thread *tenant_reset_next(struct cpu *c, struct tenant *tn, bool progress)
{
	struct thread *t;
	unsigned busy = 0;

	tn->reset_idle = progress ? 0 : tn->reset_idle + 1;
	/* All that can run have run, and each waits for one that runs elsewhere. */
	if (tn->reset_idle > 2 * TENANT_THREADS)
		return reset_end(c, tn, TEE_EBUSY);

	t = reset_claim(tn, &busy);
	if (t) {
		t->resetting = true;
		return thread_resumed(c, t);
	}
	if (busy || __atomic_load_n(&tn->visitors, __ATOMIC_SEQ_CST))
		return reset_end(c, tn, TEE_EBUSY);
	t = reset_objects(c, tn);
	return t ? thread_next(c, t) : reset_end(c, tn, TEE_RET_DONE);
}

void orphan_add(struct session *s)
{
	struct tenant *tn = s->tenant;

	spin_lock(&tn->lock);
	s->next = tn->orphans;
	tn->orphans = s;
	spin_unlock(&tn->lock);
}

struct session *orphan_take(struct tenant *tn)
{
	struct session *s;

	if (!__atomic_load_n(&tn->orphans, __ATOMIC_RELAXED))
		return NULL;
	spin_lock(&tn->lock);
	s = tn->orphans;
	if (s)
		tn->orphans = s->next;
	spin_unlock(&tn->lock);
	return s;
}
