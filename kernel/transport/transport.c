// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/transport/transport.h>
#include <kernel/include/stat.h>
#include <include/abi/hypercall.h>

static const struct transport *const transports[] = {
	[MERLON_SEAT_WORLD] = &transport_world,
	[MERLON_SEAT_VM] = &transport_vm,
};

#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

static const struct transport *transport;

void transport_init(const struct tee_boot_info *bi)
{
	if (bi->seat >= TRANSPORTS || !transports[bi->seat])
		panic("no transport for seat %u", bi->seat);
	transport = transports[bi->seat];
}

const struct ree_share_ops *transport_shares(void)
{
	return transport->shares;
}

bool transport_return(const struct tee_regs *ret, struct tee_regs *in)
{
	return transport->give_back(ret, in);
}

void transport_timer(uint64_t tsc)
{
	if (!transport->timer)
		return;
	stat_add(arch_cpu(), TEE_STAT_TIMERS);
	transport->timer(tsc);
}

void transport_kick(unsigned cpu)
{
	stat_add(arch_cpu(), TEE_STAT_KICKS);
	transport->kick(cpu);
}

_Noreturn void transport_dead(void)
{
	for (;;)
		if (transport)
			transport->dead();
}
