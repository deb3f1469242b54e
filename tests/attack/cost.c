// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a round trip into the TEE costs, counted where the TSC counts instructions: in QEMU with -icount
 * shift=0, and in Bochs with one CPU: the shortest of many. No attack, but it uses their tools.
 */
#include <linux/irqflags.h>
#include <linux/moduleparam.h>
#include <asm/msr.h>
#include "attack.h"

#define TRACES 3

static unsigned int tries = 1000;
module_param(tries, uint, 0444);

/* The TEE's kernel has next to nothing to do for this call. */
static u64 round_trip(void)
{
	u64 best = ~0ull, start, ticks;
	unsigned int i;

	for (i = 0; i < tries; i++) {
		struct tee_regs regs = {.rdi = TEE_OP_STAT, .rsi = TEE_STAT_CALLS};

		start = rdtsc();
		attack_hypercall(MERLON_HC_TEE_CALL, &regs);
		ticks = rdtsc() - start;
		best = min(best, ticks);
	}
	return best;
}

/* Bochs' debugger stops at such an instruction (tools/machine/bochs.sh, TRACE). */
static void trace_mark(void)
{
	asm volatile("xchg	%%bx, %%bx" : : : "memory");
}

static void trace_round_trips(void)
{
	struct tee_regs regs;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < TRACES; i++) {
		regs = (struct tee_regs){.rdi = TEE_OP_STAT, .rsi = TEE_STAT_CALLS};
		local_irq_save(flags);
		trace_mark();
		attack_hypercall(MERLON_HC_TEE_CALL, &regs);
		trace_mark();
		local_irq_restore(flags);
	}
}

static int __init cost_init(void)
{
	unsigned long flags;
	u64 ticks;
	int rc = attack_probe();

	if (rc)
		return rc;
	local_irq_save(flags);
	ticks = round_trip();
	local_irq_restore(flags);
	pr_info("%s: round trip, %llu instructions\n", KBUILD_MODNAME, ticks);
	trace_round_trips();
	return 0;
}

static void __exit cost_exit(void)
{
}

module_init(cost_init);
module_exit(cost_exit);
MODULE_DESCRIPTION("Merlon test: what a round trip costs");
MODULE_LICENSE("GPL");
