/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sharing, the ownership table and the log take a lock, in this order (docs/locking.md).
 */
#ifndef MONITOR_SPINLOCK_H
#define MONITOR_SPINLOCK_H

#include <monitor/arch.h>
#include <stdint.h>

struct spinlock {
	volatile uint8_t taken;
};

static inline void spin_lock(struct spinlock *l)
{
	while (__atomic_test_and_set(&l->taken, __ATOMIC_ACQUIRE))
		arch_pause();
}

static inline void spin_unlock(struct spinlock *l)
{
	__atomic_clear(&l->taken, __ATOMIC_RELEASE);
}

#endif
