// SPDX-License-Identifier: BSD-2-Clause
/*
 * Seat `world`: Linux and the TEE share one virtual machine, and hypercalls switch between them
 * on the same CPU (abi/hypercall.h).
 */
#include <kernel/transport/transport.h>
#include <kernel/arch/x86_64/hypercall.h>
#include <include/abi/hypercall.h>

static void world_give_back(const struct tee_regs *ret, struct tee_regs *in)
{
	*in = *ret;
	if (arch_hypercall(MERLON_HC_TEE_RETURN, in) != MERLON_HC_OK)
		panic("the monitor refused TEE_RETURN");
}

static void world_kick(unsigned cpu)
{
	struct tee_regs r = {.rdi = cpu};

	arch_hypercall(MERLON_HC_TEE_KICK, &r);
}

static void world_dead(void)
{
	struct tee_regs r = {0};

	arch_hypercall(MERLON_HC_TEE_PANIC, &r);
}

const struct transport transport_world = {
	.give_back = world_give_back,
	.kick = world_kick,
	.dead = world_dead,
};
