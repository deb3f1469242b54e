// SPDX-License-Identifier: BSD-2-Clause
/*
 * Buffers that the REE gave to a PRIV_RPC process. The memory is the REE's: when the process is
 * done with one, or dies, the REE is told by SHM_FREE; when the tenant is reset the memory
 * disappears from the process.
 */
#include <kernel/include/handle.h>
#include <kernel/include/process.h>
#include <kernel/include/tenant.h>

void reebuf_link(struct reebuf *b)
{
	struct tenant *tn = b->tenant;

	spin_lock(&tn->lock);
	b->next = tn->bufs;
	tn->bufs = b;
	spin_unlock(&tn->lock);
}

/* Caller holds the tenant's lock, which revoke_all needs too: obj is dropped once. */
static void unmap(struct reebuf *b)
{
	struct aspace *as = b->proc->as;
	struct aspace_info i;

	if (!b->obj)
		return;
	/* The process may have unmapped it itself, and have something else there now. */
	if (as && !aspace_find(as, b->va, &i) && i.base.v == b->va.v && i.obj == b->obj)
		aspace_unmap(as, i.base, i.size, true);
	memobj_put(b->obj);
	b->obj = NULL;
}

static bool list_remove(struct reebuf **pp, struct reebuf *b)
{
	for (; *pp; pp = &(*pp)->next) {
		if (*pp == b) {
			*pp = b->next;
			return true;
		}
	}
	return false;
}

void reebuf_lose(struct reebuf *b)
{
	struct tenant *tn = b->tenant;
	bool revoked;

	spin_lock(&tn->lock);
	unmap(b);
	revoked = !list_remove(&tn->bufs, b);
	if (!revoked) {
		b->next = tn->lost;
		tn->lost = b;
	}
	spin_unlock(&tn->lock);
	if (revoked) /* the driver that gave it is gone */
		kfree(b);
}

struct reebuf *reebuf_take_lost(struct tenant *tn)
{
	struct reebuf *b;

	if (!__atomic_load_n(&tn->lost, __ATOMIC_RELAXED))
		return NULL;
	spin_lock(&tn->lock);
	b = tn->lost;
	if (b)
		tn->lost = b->next;
	spin_unlock(&tn->lock);
	return b;
}

void reebuf_free(struct reebuf *b)
{
	kfree(b);
}

void reebuf_revoke_all(struct tenant *tn)
{
	struct reebuf *b;

	while ((b = reebuf_take_lost(tn)))
		kfree(b);
	spin_lock(&tn->lock);
	while ((b = tn->bufs)) {
		tn->bufs = b->next;
		unmap(b); /* the struct belongs to the handle that still names it */
	}
	spin_unlock(&tn->lock);
}
