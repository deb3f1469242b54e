/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The `vm` seat: the TEE reaches no page of Linux's but those that Linux offered and the TEE took.
 * One byte for each page of RAM says how far that has come; abi/hypercall.h has the rules.
 * Without this seat there is no such table, and every page is as the ownership table says.
 */
#ifndef MONITOR_SHARE_H
#define MONITOR_SHARE_H

#include <monitor/memory.h>

enum share_state {
	SHARE_NONE, /* Linux's alone */
	SHARE_SHARED, /* offered: both may have it */
	SHARE_LENT, /* Linux does without until it takes it back */
	SHARE_DONATED, /* the TEE's own once it took it */
	SHARE_MODE = 3,
	SHARE_RETRIEVED = 4, /* the TEE took it */
};

/* Bytes that the pool needs for all this, besides what the world seat needs. */
uint64_t share_pool_size(void);
/* Once the tables of the partitions exist. Boot only. */
void share_init(const hpa_t roots[PART_COUNT]);
uint8_t share_state(uint64_t addr);
/* For memory_check(): counts, and that both partitions' tables grant what they should. Looks at the pages of
 * the last list; at all that are shared every thousandth time. */
void share_check(void);
/* The TEE is dead and its memory is being wiped: so is what it did not share. */
void share_wipe(void);

/* Hypercalls. */
uint64_t share_offer(struct vcpu *v);
uint64_t share_reclaim(struct vcpu *v);
uint64_t share_retrieve(struct vcpu *v);
uint64_t share_relinquish(struct vcpu *v);

#endif
