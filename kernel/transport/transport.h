/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How this seat's REE reaches the TEE. One transport is chosen at boot by the seat.
 */
#ifndef KERNEL_TRANSPORT_H
#define KERNEL_TRANSPORT_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>

struct transport {
	/* Answers the REE's call on this CPU with *ret, waits for the next call, fills *in. The
	 * first answer on a CPU only says that it is ready. False: no call, the timer's time has
	 * come; the next *ret goes nowhere. */
	bool (*give_back)(const struct tee_regs *ret, struct tee_regs *in);
	/* Sets this CPU's timer to a TSC value. NULL: there is none. */
	void (*timer)(uint64_t tsc);
	/* Makes that CPU leave user mode soon, if it is there. */
	void (*kick)(unsigned cpu);
	/* The TEE is dead on all CPUs. */
	void (*dead)(void);
	/* How pages of the REE are taken and given back; NULL: all are always there. */
	const struct ree_share_ops *shares;
};

/* Panics when this kernel has no transport for the seat. */
void transport_init(const struct tee_boot_info *bi);
bool transport_return(const struct tee_regs *ret, struct tee_regs *in);
void transport_kick(unsigned cpu);
void transport_timer(uint64_t tsc);
const struct ree_share_ops *transport_shares(void);
_Noreturn void transport_dead(void);

extern const struct transport transport_world, transport_vm;

#endif
