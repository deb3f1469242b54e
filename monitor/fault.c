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

static void violation(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_VIOLATIONS);
	log_limited(LOG_WARN, "violation", "%s %s %llx, which belongs to %s; RIP %llx, CPU %u",
		    v->part == PART_TEE ? "TEE" : "REE",
		    e->exec    ? "executes"
		    : e->write ? "writes"
			       : "reads",
		    (unsigned long long)e->addr, owners[memory_owner(e->addr)],
		    (unsigned long long)virt->get(v, VREG_RIP), v->cpu->id);
	virt->inject(v, VECTOR_GP);
}

void handle_fault(struct vcpu *v, const struct vexit *e)
{
	uint64_t page = ALIGN_DOWN(e->addr, PAGE_SIZE);

	if (v->part == PART_REE && e->write && (page == APIC_PAGE || page == IOAPIC_PAGE)) {
		apic_write_fault(v, e);
		return;
	}
	stat_add(v->cpu, MERLON_STAT_NPF);
	violation(v, e);
}
