/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tenant is one REE guest, or the TEE itself (services). All that exists is charged to one.
 */
#ifndef KERNEL_TENANT_H
#define KERNEL_TENANT_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>

#define TENANT_REE     0 /* the only REE of this seat */
#define TENANT_KERNEL  1 /* services; not reachable by a TEE call */
#define TENANT_COUNT   2
#define TENANT_THREADS 32

#define TENANT_MAX_SESSIONS  512
#define TENANT_MAX_PROCESSES 64
#define TENANT_MAX_SHM	     512

struct session;
struct reebuf;
struct shm;

#define SHM_BUCKETS 64
struct shm_bucket {
	spinlock_t lock;
	struct shm *first;
};

struct tenant {
	unsigned id;
	struct quota quota;
	uint32_t attached; /* atomic */
	uint32_t
		visitors; /* atomic: CPUs in an operation without a thread that a reset waits for */
	uint32_t resetting; /* atomic: an ATTACH or DETACH is under way on some CPU */
	uint32_t reset_attach; /* what to set attached to when the reset is complete */
	uint32_t reset_pos, reset_idle; /* round robin over the threads; visits without progress */
	uint32_t sessions, processes, shms; /* charged; atomic */
	struct thread *threads[TENANT_THREADS]; /* never freed, so a stale index is harmless */
	spinlock_t lock; /* orphans, bufs, lost */
	struct session *orphans; /* their client is dead, their server does not know yet */
	struct reebuf *bufs; /* live REE buffers made by SYS_SHM_ALLOC on this tenant's threads */
	struct reebuf *lost; /* buffers that nobody uses, to be given back to the REE */
	struct shm_bucket shm[SHM_BUCKETS];
};

extern struct tenant tenants[TENANT_COUNT];

/* Makes tenant 0 and the kernel's tenant. Panics when memory is short: it is boot. */
void tenant_init(void);
/* Counts one more of something, refusing at max. */
bool tenant_charge(uint32_t *count, uint32_t max);
void tenant_uncharge(uint32_t *count);

/* ATTACH (attach true) and DETACH. c->ret when it returns NULL. */
struct thread *tenant_reset(struct cpu *c, struct tenant *tn, bool attach);
/* Goes on after a thread that the reset was unwinding has ended or has to wait. */
struct thread *tenant_reset_next(struct cpu *c, struct tenant *tn, bool progress);
/* A thread that the reset was unwinding was preempted: the REE has to ask again. */
void tenant_reset_pause(struct cpu *c, struct tenant *tn);

/* Orphan sessions: the server still has to hear CLOSE, on whatever thread ends next. */
void orphan_add(struct session *s);
struct session *orphan_take(struct tenant *tn);

#endif
