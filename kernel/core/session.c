// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/include/session.h>
#include <kernel/include/process.h>
#include <kernel/include/tenant.h>

/* An id is generation << 10 | index, never 0. */
#define INDEX_BITS 10
#define INDEX_MASK (SESSIONS_MAX - 1)
_Static_assert(SESSIONS_MAX == 1 << INDEX_BITS, "id layout");

static struct {
	spinlock_t lock;
	uint32_t gen;
	struct session *s;
} table[SESSIONS_MAX];
static uint32_t sessions, next_slot;

uint32_t session_count(void)
{
	return __atomic_load_n(&sessions, __ATOMIC_RELAXED);
}

/* Caller holds the slot's lock. Random, so that ids cannot be guessed; never the last one. */
static uint32_t next_gen(uint32_t last)
{
	uint32_t gen;

	if (arch_entropy(&gen, sizeof(gen)))
		gen = last + 1;
	gen &= (1u << (32 - INDEX_BITS)) - 1;
	/* Not 0, and not all ones: with the last index that would be -1. */
	return gen == last || !gen || gen == (1u << (32 - INDEX_BITS)) - 1 ? (last & 0xffff) + 1
									   : gen;
}

static bool insert(struct session *s)
{
	uint32_t start = __atomic_fetch_add(&next_slot, 1, __ATOMIC_RELAXED);

	for (unsigned n = 0; n < SESSIONS_MAX; n++) {
		unsigned i = (start + n) & INDEX_MASK;

		if (__atomic_load_n(&table[i].s, __ATOMIC_RELAXED))
			continue;
		spin_lock(&table[i].lock);
		if (!table[i].s) {
			table[i].gen = next_gen(table[i].gen);
			s->id = table[i].gen << INDEX_BITS | i;
			table[i].s = s;
			spin_unlock(&table[i].lock);
			return true;
		}
		spin_unlock(&table[i].lock);
	}
	return false;
}

struct session *session_create(struct tenant *tn, struct process *server, struct process *client,
			       const struct merlon_identity *ident)
{
	struct session *s;

	if (!tenant_charge(&tn->sessions, TENANT_MAX_SESSIONS))
		return NULL;
	s = kalloc(sizeof(*s));
	if (!s)
		goto uncharge;
	s->refs = 2; /* the table's and the caller's */
	s->tenant = tn;
	s->server = server;
	s->client = client;
	s->ident = *ident;
	if (!insert(s))
		goto free;
	if (client)
		__atomic_add_fetch(&client->opened, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&sessions, 1, __ATOMIC_RELAXED);
	return s;
free:
	kfree(s);
uncharge:
	tenant_uncharge(&tn->sessions);
	return NULL;
}

void session_opened(struct session *s)
{
	uint32_t old = SESSION_OPENING;

	__atomic_compare_exchange_n(&s->state, &old, SESSION_OPEN, false, __ATOMIC_RELEASE,
				    __ATOMIC_RELAXED);
}

bool session_closed(const struct session *s)
{
	return __atomic_load_n(&s->state, __ATOMIC_ACQUIRE) == SESSION_CLOSED;
}

struct session *session_get(uint32_t id, struct tenant *tn, struct process *client)
{
	unsigned i = id & INDEX_MASK;
	struct session *s;

	spin_lock(&table[i].lock);
	s = table[i].s;
	if (s && s->id == id && s->client == client && (client || s->tenant == tn) &&
	    s->state == SESSION_OPEN)
		__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	else
		s = NULL;
	spin_unlock(&table[i].lock);
	return s;
}

void session_put(struct session *s)
{
	if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL))
		return;
	process_put(s->server);
	tenant_uncharge(&s->tenant->sessions);
	__atomic_sub_fetch(&sessions, 1, __ATOMIC_RELAXED);
	kfree(s);
}

/* Caller holds the slot's lock. */
static bool remove_locked(unsigned i, struct session *s)
{
	if (table[i].s != s)
		return false;
	table[i].s = NULL;
	__atomic_store_n(&s->state, SESSION_CLOSED, __ATOMIC_RELEASE);
	if (s->client)
		__atomic_sub_fetch(&s->client->opened, 1, __ATOMIC_RELAXED);
	s->client = NULL;
	return true;
}

bool session_remove(struct session *s, bool busy_ok)
{
	unsigned i = s->id & INDEX_MASK;
	bool done = false;

	spin_lock(&table[i].lock);
	/* The table's reference and the caller's. */
	if (busy_ok || __atomic_load_n(&s->refs, __ATOMIC_ACQUIRE) <= 2)
		done = remove_locked(i, s);
	spin_unlock(&table[i].lock);
	return done;
}

/* The table's reference becomes the orphan list's. */
static void orphan(struct session *s)
{
	if (process_dead(s->server))
		session_put(s);
	else
		orphan_add(s);
}

void session_orphan_of(struct process *p)
{
	for (unsigned i = 0; i < SESSIONS_MAX && p->opened; i++) {
		struct session *s;

		spin_lock(&table[i].lock);
		s = table[i].s;
		if (s && (s->client != p || !remove_locked(i, s)))
			s = NULL;
		spin_unlock(&table[i].lock);
		if (s)
			orphan(s);
	}
}

void session_orphan_tenant(struct tenant *tn)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct session *s;

		spin_lock(&table[i].lock);
		s = table[i].s;
		if (s && (s->tenant != tn || !remove_locked(i, s)))
			s = NULL;
		spin_unlock(&table[i].lock);
		if (s)
			orphan(s);
	}
}
