/* SPDX-License-Identifier: BSD-2-Clause */
/* Atomic counters in memory that a TA shares with its client. */
#ifndef ATOMIC_H
#define ATOMIC_H

#include <stdint.h>

/* Each returns the new value. */
static inline uint32_t atomic_inc32(volatile uint32_t *v)
{
	return __atomic_add_fetch(v, 1, __ATOMIC_SEQ_CST);
}

static inline uint32_t atomic_dec32(volatile uint32_t *v)
{
	return __atomic_sub_fetch(v, 1, __ATOMIC_SEQ_CST);
}

#endif
