// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications: one thread of the TEE waits for a key, another sends it. A key that is sent
 * before its wait is kept; sent twice, it is kept once. A cancellation ends one wait: whoever
 * waited looks again whether to go on.
 */
#include <linux/slab.h>
#include "merlon.h"

/* More early sends than this mean that the TEE waits for none of them. */
#define KEPT_MAX 1024

struct waiter {
	struct list_head link;
	u64 key;
	bool sent;
	wait_queue_head_t *wq;
};

/* A key that nobody waits for yet. */
struct kept {
	struct list_head link;
	u64 key;
};

void merlon_notif_init(struct merlon_notif *n)
{
	spin_lock_init(&n->lock);
	INIT_LIST_HEAD(&n->waiters);
	INIT_LIST_HEAD(&n->kept);
	n->kept_count = 0;
}

static struct kept *find_kept(struct merlon_notif *n, u64 key)
{
	struct kept *k;

	list_for_each_entry (k, &n->kept, link)
		if (k->key == key)
			return k;
	return NULL;
}

static struct kept *take_kept(struct merlon_notif *n, u64 key)
{
	struct kept *k = find_kept(n, key);

	if (k) {
		list_del(&k->link);
		n->kept_count--;
	}
	return k;
}

void merlon_notif_exit(struct merlon_notif *n)
{
	struct kept *k, *next;

	list_for_each_entry_safe (k, next, &n->kept, link)
		kfree(k);
	INIT_LIST_HEAD(&n->kept);
	n->kept_count = 0;
}

u32 merlon_notif_wait(struct merlon_call *call, u64 key, u64 timeout_ms)
{
	struct merlon_notif *n = &call->m->notif;
	struct waiter w = {.key = key, .wq = &call->client->wq};
	struct kept *early;
	long left;

	spin_lock(&n->lock);
	early = take_kept(n, key);
	if (!early)
		list_add_tail(&w.link, &n->waiters);
	spin_unlock(&n->lock);
	if (early) {
		kfree(early);
		return TEEC_SUCCESS;
	}

	left = merlon_call_wait(call, *w.wq, READ_ONCE(w.sent) || xchg(&call->cancelled, false),
				timeout_ms ? merlon_timeout(timeout_ms) : MAX_SCHEDULE_TIMEOUT);
	spin_lock(&n->lock);
	if (!w.sent)
		list_del(&w.link);
	spin_unlock(&n->lock);
	if (w.sent)
		return TEEC_SUCCESS;
	return left || call->dying ? TEEC_ERROR_CANCEL : TEEC_ERROR_TIMEOUT;
}

u32 merlon_notif_send(struct merlon *m, u64 key)
{
	struct merlon_notif *n = &m->notif;
	struct kept *fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
	struct waiter *w;
	u32 ret = TEEC_SUCCESS;

	spin_lock(&n->lock);
	list_for_each_entry (w, &n->waiters, link) {
		if (w->key != key)
			continue;
		list_del(&w->link);
		WRITE_ONCE(w->sent, true);
		/* Inside the lock: once it is released, the waiter may be gone. */
		wake_up_all(w->wq);
		goto out;
	}
	if (find_kept(n, key))
		goto out;
	if (!fresh || n->kept_count >= KEPT_MAX) {
		ret = TEEC_ERROR_OUT_OF_MEMORY;
		goto out;
	}
	fresh->key = key;
	list_add_tail(&fresh->link, &n->kept);
	n->kept_count++;
	fresh = NULL;
out:
	spin_unlock(&n->lock);
	kfree(fresh);
	return ret;
}
