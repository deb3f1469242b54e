// SPDX-License-Identifier: BSD-2-Clause
/*
 * Processes: the list of instances, finding one for an OPEN, and death.
 */
#include <kernel/include/process.h>
#include <kernel/include/bootimg.h>
#include <kernel/include/result.h>
#include <kernel/include/session.h>
#include <kernel/include/stat.h>
#include <kernel/include/thread.h>
#include <include/abi/ta_image.h>
#include <lib/include/string.h>

static spinlock_t list_lock; /* the list, ->next, ->listed; taken before a process's lock */
static struct process *list;
static uint32_t processes, last_pid;

_Static_assert(sizeof(struct process) <= 2048, "kalloc");

bool process_concurrent(const struct process *p)
{
	return p->priv & PRIV_CONCURRENT;
}

bool process_dead(const struct process *p)
{
	return __atomic_load_n(&p->state, __ATOMIC_ACQUIRE) == PROC_DEAD;
}

struct process *process_get(struct process *p)
{
	__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
	return p;
}

void process_put(struct process *p)
{
	if (!__atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL))
		kfree(p);
}

uint32_t process_count(void)
{
	return __atomic_load_n(&processes, __ATOMIC_RELAXED);
}

/* Log records carry 16 bits of it; 0 is the kernel. */
static uint32_t next_pid(void)
{
	uint32_t pid;

	do
		pid = __atomic_add_fetch(&last_pid, 1, __ATOMIC_RELAXED) & 0xffff;
	while (!pid);
	return pid;
}

static struct process *process_create(struct tenant *tn, const uint8_t uuid[16], uint32_t priv)
{
	struct process *p;

	if (!tenant_charge(&tn->processes, TENANT_MAX_PROCESSES))
		return NULL;
	p = kalloc(sizeof(*p));
	if (!p) {
		tenant_uncharge(&tn->processes);
		return NULL;
	}
	p->tenant = tn;
	p->refs = 1;
	p->pid = next_pid();
	p->priv = priv;
	memcpy(p->uuid, uuid, sizeof(p->uuid));
	p->state = PROC_STARTING;
	p->nslots = 1;
	p->info.stack_size = STACK_START_SIZE;
	__atomic_add_fetch(&processes, 1, __ATOMIC_RELAXED);
	return p;
}

/* Nobody is in it and nobody can enter. The struct stays for those who hold a reference. */
void process_release(struct process *p)
{
	if (p->opened)
		session_orphan_of(p);
	handles_destroy(p);
	for (unsigned i = 0; i < SLOTS_MAX; i++)
		if (p->slots[i].obj)
			memobj_put(p->slots[i].obj);
	if (p->as)
		aspace_destroy(p->as);
	p->as = NULL;
	tenant_uncharge(&p->tenant->processes);
	__atomic_sub_fetch(&processes, 1, __ATOMIC_RELAXED);
	process_put(p);
}

/* Caller holds p->lock. True: the caller has to process_release() after unlocking. */
bool process_release_due(struct process *p)
{
	if (p->state != PROC_DEAD || p->users || p->released)
		return false;
	p->released = true;
	return true;
}

static void list_remove(struct process *p)
{
	struct process **pp;

	spin_lock(&list_lock);
	for (pp = &list; *pp; pp = &(*pp)->next) {
		if (*pp == p) {
			*pp = p->next;
			p->listed = false;
			break;
		}
	}
	spin_unlock(&list_lock);
}

/* What to do about a listed instance of the wanted TA. Caller holds both locks. */
static enum find_result examine(struct thread *t, struct process *p, uint32_t *result)
{
	if (p->state == PROC_STARTING || p->state == PROC_EXITING) {
		/* A thread of another tenant could not be told when to look again. */
		if (!p->slots[0].thread || p->slots[0].thread->tenant != t->tenant ||
		    !wait_record(t, p)) {
			*result = TEE_ERROR_BUSY;
			return FIND_REFUSED;
		}
		t->wait_next = p->finders;
		p->finders = t;
		return FIND_WAIT;
	}
	if (!(p->info.flags & TA_FLAG_MULTI_SESSION) && p->nsess) {
		*result = TEE_ERROR_BUSY;
		return FIND_REFUSED;
	}
	p->nsess++;
	return FIND_OLD;
}

/* True when an OPEN of the TA by this tenant may land in p, or has to wait for it. */
static bool candidate(const struct process *p, const struct tenant *tn, const uint8_t uuid[16])
{
	return p->tenant == tn && p->state != PROC_DEAD && !memcmp(p->uuid, uuid, 16) &&
	       (p->state == PROC_STARTING || (p->info.flags & TA_FLAG_SINGLE_INSTANCE));
}

/* Puts the new one on the list unless another was there first. */
static enum find_result find_or_add(struct thread *t, struct process *fresh, struct process **out,
				    uint32_t *result)
{
	enum find_result r = FIND_NEW;
	struct process *p;

	spin_lock(&list_lock);
	for (p = list; p; p = p->next) {
		spin_lock(&p->lock);
		if (candidate(p, fresh->tenant, fresh->uuid)) {
			r = examine(t, p, result);
			if (r != FIND_REFUSED)
				*out = process_get(p);
			spin_unlock(&p->lock);
			break;
		}
		spin_unlock(&p->lock);
	}
	if (!p) {
		fresh->nsess = 1;
		fresh->users = 1;
		fresh->slots[0].thread = t;
		fresh->next = list;
		fresh->listed = true;
		list = fresh;
		*out = process_get(fresh);
	}
	spin_unlock(&list_lock);
	return r;
}

/* Gives back a process that never was on the list. */
static void process_discard(struct process *p)
{
	p->state = PROC_DEAD;
	process_release(p);
}

enum find_result process_find(struct thread *t, const uint8_t uuid[16], struct process **out,
			      uint32_t *result)
{
	const struct boot_service *svc = bootimg_service(uuid);
	struct tenant *tn = svc ? &tenants[TENANT_KERNEL] : t->tenant;
	struct process *fresh = process_create(tn, uuid, svc ? svc->entry->priv : 0);
	enum find_result r;

	if (!fresh) {
		*result = TEE_ERROR_OUT_OF_MEMORY;
		return FIND_REFUSED;
	}
	r = find_or_add(t, fresh, out, result);
	if (r != FIND_NEW)
		process_discard(fresh);
	return r;
}

void process_live(struct thread *t, struct process *p)
{
	spin_lock(&list_lock);
	spin_lock(&p->lock);
	/* A service is one process for all, whatever its own flags say. */
	if (p->tenant->id == TENANT_KERNEL)
		p->info.flags |= TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION |
				 TA_FLAG_INSTANCE_KEEP_ALIVE;
	if (!(p->info.flags & TA_FLAG_SINGLE_INSTANCE))
		p->info.flags &= ~TA_FLAG_INSTANCE_KEEP_ALIVE;
	if (p->state == PROC_STARTING)
		p->state = PROC_LIVE;
	if (process_concurrent(p))
		p->nslots = SLOTS_MAX;
	wait_wake_all(t, &p->finders);
	spin_unlock(&p->lock);
	spin_unlock(&list_lock);
}

bool process_drop_session(struct process *p)
{
	bool last;

	spin_lock(&list_lock);
	spin_lock(&p->lock);
	p->nsess--;
	last = !p->nsess && p->state == PROC_LIVE && !(p->info.flags & TA_FLAG_INSTANCE_KEEP_ALIVE);
	if (last)
		p->state = PROC_EXITING;
	spin_unlock(&p->lock);
	spin_unlock(&list_lock);
	return last;
}

void process_die(struct thread *t, struct process *p)
{
	bool release;

	list_remove(p);
	spin_lock(&p->lock);
	__atomic_store_n(&p->state, PROC_DEAD, __ATOMIC_RELEASE);
	wait_wake_all(t, &p->finders);
	wait_wake_all(t, &p->waiters);
	wait_wake_all(t, &p->futexes);
	release = process_release_due(p);
	spin_unlock(&p->lock);
	if (release)
		process_release(p);
}

void process_crash(struct cpu *c, struct thread *t, const char *reason, uint64_t addr,
		   uint64_t code)
{
	struct process *p = thread_top(t)->proc;

	if (!__atomic_exchange_n(&p->crashed, true, __ATOMIC_RELAXED)) {
		stat_add(c, TEE_STAT_PANICS);
		if (log_allowed())
			crash_dump(t, reason, addr, code);
	}
	process_die(t, p);
}

void process_kill(struct cpu *c, struct thread *t)
{
	struct process *p = thread_top(t)->proc;

	if (!__atomic_exchange_n(&p->crashed, true, __ATOMIC_RELAXED)) {
		stat_add(c, TEE_STAT_PANICS);
		if (log_allowed())
			crash_line(p, "killed", 0, 0);
	}
	process_die(t, p);
}

/* The first process of tn on the list, referenced. */
static struct process *first_of(const struct tenant *tn)
{
	struct process *p;

	spin_lock(&list_lock);
	for (p = list; p && p->tenant != tn; p = p->next)
		;
	if (p)
		process_get(p);
	spin_unlock(&list_lock);
	return p;
}

void process_kill_tenant(struct tenant *tn)
{
	struct process *p;

	while ((p = first_of(tn))) {
		process_die(NULL, p);
		process_put(p);
	}
}
