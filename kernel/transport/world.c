// SPDX-License-Identifier: BSD-2-Clause
/*
 * Seats `world` and `vm`: hypercalls switch between Linux and the TEE on the same CPU
 * (abi/hypercall.h). In `world` the TEE reaches all of Linux's RAM, in `vm` what Linux shares.
 */
#include <kernel/transport/transport.h>
#include <kernel/arch/x86_64/hypercall.h>
#include <include/abi/hypercall.h>

static bool world_give_back(const struct tee_regs *ret, struct tee_regs *in)
{
	int64_t status;

	*in = *ret;
	status = arch_hypercall(MERLON_HC_TEE_RETURN, in);
	if (status != MERLON_HC_OK && status != MERLON_HC_TIMER)
		panic("the monitor refused TEE_RETURN");
	return status == MERLON_HC_OK;
}

/* Refused where the monitor has no timer: then the REE wakes who sleeps. */
static void world_timer(uint64_t tsc)
{
	struct tee_regs r = {.rdi = tsc};

	arch_hypercall(MERLON_HC_TEE_TIMER, &r);
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
	.timer = world_timer,
	.kick = world_kick,
	.dead = world_dead,
};

static int64_t vm_retrieve(paddr_t list, unsigned n)
{
	struct tee_regs r = {.rdi = list.v, .rsi = n};

	return arch_hypercall(MERLON_HC_MEM_RETRIEVE, &r);
}

static int64_t vm_relinquish(paddr_t list, unsigned n)
{
	struct tee_regs r = {.rdi = list.v, .rsi = n};

	return arch_hypercall(MERLON_HC_MEM_RELINQUISH, &r);
}

static const struct ree_share_ops vm_shares = {
	.retrieve = vm_retrieve,
	.relinquish = vm_relinquish,
};

const struct transport transport_vm = {
	.give_back = world_give_back,
	.timer = world_timer,
	.kick = world_kick,
	.dead = world_dead,
	.shares = &vm_shares,
};
