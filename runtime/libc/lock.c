/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/crt/runtime.h"

void rt_lock(struct rt_lock *lock)
{
	uint32_t state = 0;

	if (__atomic_compare_exchange_n(&lock->state, &state, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE))
		sys_futex_wait(&lock->state, 2, TEE_TIMEOUT_INFINITE);
}

void rt_unlock(struct rt_lock *lock)
{
	if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2)
		sys_futex_wake(&lock->state, 1);
}
