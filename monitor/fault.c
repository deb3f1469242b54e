// SPDX-License-Identifier: BSD-2-Clause
/*
 * Second-level faults. A partition that touches memory of another owner gets #GP, which its own
 * fault handling can recover from, and the monitor's log gets the address. It is never given a
 * value and the machine goes on.
 */
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

static const char *const owners[] = {
	[OWNER_DEVICE] = "a device",
	[OWNER_MONITOR] = "the monitor",
	[OWNER_TEE] = "the TEE",
	[OWNER_REE] = "the REE",
};

void handle_fault(struct vcpu *v, const struct vexit *e)
{
	const char *what = e->exec ? "executes" : e->write ? "writes" : "reads";

	if (v->part == PART_REE && e->write && memory_is_guarded(e->addr)) {
		device_write(v, e);
		return;
	}
	stat_add(v->cpu, MERLON_STAT_NPF);
	stat_add(v->cpu, MERLON_STAT_VIOLATIONS);
	log_limited(LOG_WARN, "violation", "%s %s %lx, which belongs to %s; RIP %lx, CPU %u",
		    v->part == PART_TEE ? "TEE" : "REE", what, e->addr,
		    owners[memory_owner(e->addr)], virt->get(v, VREG_RIP), v->cpu->id);
	virt->inject(v, VECTOR_GP);
}
