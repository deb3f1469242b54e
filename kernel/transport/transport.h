/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How this seat's REE reaches the TEE. One transport is chosen at boot by the seat.
 */
#ifndef KERNEL_TRANSPORT_H
#define KERNEL_TRANSPORT_H

#include <kernel/include/arch.h>

struct transport {
	/* Answers the REE's call on this CPU with *ret, waits for the next call, fills *in. The
	 * first answer on a CPU only says that it is ready. */
	void (*give_back)(const struct tee_regs *ret, struct tee_regs *in);
	/* Makes that CPU leave user mode soon, if it is there. */
	void (*kick)(unsigned cpu);
	/* The TEE is dead on all CPUs. */
	void (*dead)(void);
};

/* Panics when this kernel has no transport for the seat. */
void transport_init(const struct tee_boot_info *bi);
void transport_return(const struct tee_regs *ret, struct tee_regs *in);
void transport_kick(unsigned cpu);
_Noreturn void transport_dead(void);

extern const struct transport transport_world;

#endif
