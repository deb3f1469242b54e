// SPDX-License-Identifier: BSD-2-Clause
/*
 * The REE's writes to the local APIC. Reads are native. INIT and SIPI become events of the target
 * CPU's REE vCPU and never reach a CPU's pins; SMI is refused; everything else is passed on.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define APIC_ID	   0x20
#define APIC_LDR   0xd0
#define APIC_ICR   0x300
#define APIC_ICR_H 0x310

#define ICR_VECTOR     0xffu
#define ICR_MODE(icr)  (((icr) >> 8) & 7)
#define MODE_SMI       2
#define MODE_INIT      5
#define MODE_SIPI      6
#define ICR_LOGICAL    (1u << 11)
#define ICR_ASSERT     (1u << 14)
#define ICR_LEVEL      (1u << 15)
#define ICR_SHORT(icr) (((icr) >> 18) & 3)

enum {
	SHORT_NONE,
	SHORT_SELF,
	SHORT_ALL,
	SHORT_OTHERS
};

static bool is_target(const struct cpu *self, const struct cpu *c, uint32_t icr, uint32_t dest)
{
	switch (ICR_SHORT(icr)) {
	case SHORT_SELF:
		return c == self;
	case SHORT_ALL:
		return true;
	case SHORT_OTHERS:
		return c != self;
	}
	if (icr & ICR_LOGICAL) /* flat model */
		return c->ldr & dest;
	return dest == 0xff || c->apic_id == dest;
}

static void send_start(struct cpu *self, uint32_t icr)
{
	uint32_t dest = arch_apic_read(APIC_ICR_H) >> 24, events;

	if (ICR_MODE(icr) == MODE_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT))
		return; /* de-assert: only for CPUs older than this code can run on */
	events = ICR_MODE(icr) == MODE_INIT ? EVENT_INIT : EVENT_SIPI | (icr & ICR_VECTOR);
	for (uint32_t i = 0; i < ncpus; i++)
		if (is_target(self, &cpus[i], icr, dest))
			cpu_post(&cpus[i], events);
}

static void apic_write(struct vcpu *v, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case APIC_ICR:
		if (ICR_MODE(value) == MODE_INIT || ICR_MODE(value) == MODE_SIPI) {
			send_start(v->cpu, value);
			return;
		}
		if (ICR_MODE(value) == MODE_SMI) {
			log_limited(LOG_WARN, "APIC", "SMI request refused");
			return;
		}
		break;
	case APIC_LDR:
		v->cpu->ldr = value >> 24;
		break;
	case APIC_ID:
		if (value >> 24 != v->cpu->apic_id)
			log_limited(LOG_WARN, "APIC", "change of APIC ID to %u refused",
				    value >> 24);
		return;
	}
	arch_apic_write(offset, value);
}

void apic_write_fault(struct vcpu *v, const struct vexit *e)
{
	uint32_t offset = e->addr % PAGE_SIZE, old;
	struct vexit done = *e;
	uint8_t bytes[15];
	struct insn insn;
	uint64_t rip;
	size_t n;

	stat_add(v->cpu, MERLON_STAT_APIC);
	rip = virt->get(v, VREG_RIP);
	n = virt->insn_bytes(v, bytes, sizeof(bytes));
	if (!n)
		n = guest_read(v, virt->get(v, VREG_CS_BASE) + rip, bytes, sizeof(bytes));
	if (offset % 16 || !insn_decode_store(bytes, n, virt->get(v, VREG_CODE_BITS), &insn)) {
		log_limited(LOG_WARN, "APIC", "store of unknown form at RIP %llx refused",
			    (unsigned long long)rip);
		virt->inject(v, VECTOR_GP);
		return;
	}
	old = insn.exchange ? arch_apic_read(offset) : 0;
	apic_write(v, offset, insn.immediate ? insn.imm : (uint32_t)*gpr(v, insn.reg));
	if (insn.exchange)
		*gpr(v, insn.reg) = old;
	done.insn_len = insn.len;
	virt->skip(v, &done);
}
