/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the driver reaches the TEE: one of these per seat. Everything above it is the same in
 * every seat.
 */
#ifndef MERLON_TRANSPORT_H
#define MERLON_TRANSPORT_H

#include <linux/types.h>
#include "abi/tee_call.h"

struct merlon_info {
	u32 abi_version; /* MERLON_ABI_VERSION of the other side */
	u32 features; /* MERLON_FEAT_* */
	u32 seat; /* MERLON_SEAT_* */
	u32 ncpus;
	u32 partition;
	u64 tsc_khz;
};

/*
 * Errors of every call: -ENODEV there is no TEE here; -EPIPE the TEE has panicked; -EBUSY it is
 * not ready on this CPU yet; -EINVAL and -EPERM the request was refused.
 */
struct merlon_transport {
	const char *name;
	/* Is this seat ours? Fills in @info. Process context, before anything else. */
	int (*probe)(struct merlon_info *info);
	/* One TEE call (abi/tee_call.h), answer in place. Any context that may be preempted. */
	int (*call)(struct tee_regs *regs);
	/* Where log ring @ring (MERLON_LOG_*) lies. */
	int (*log)(unsigned int ring, phys_addr_t *pa, size_t *size);
	/* Counter @index (enum merlon_stat) of @cpu. */
	int (*stat)(unsigned int cpu, unsigned int index, u64 *value);
	/* NULL where the TEE sees all memory. The page at @list holds @n page addresses. -EBUSY: the
	 * TEE has one of them. */
	int (*mem_share)(phys_addr_t list, unsigned int n);
	int (*mem_reclaim)(phys_addr_t list, unsigned int n);
	/* All that was ever shared. -EBUSY: the TEE has some. */
	int (*mem_reclaim_all)(void);
};

extern const struct merlon_transport merlon_world, merlon_vm;

#endif
