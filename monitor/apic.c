// SPDX-License-Identifier: BSD-2-Clause
/*
 * The REE's writes to the local APIC, the I/O APIC, the HPET and guarded PCI functions. Reads are native.
 * INIT, SIPI and NMI become events of the target CPU's REE vCPU and never reach a CPU's pins, where an NMI
 * could meet one of ours and the two be one; SMI is refused, and so is an INIT or SMI that a local vector or
 * a pin of the I/O APIC would send later.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/spinlock.h>

#define APIC_ID	   0x20
#define APIC_LDR   0xd0
#define APIC_ICR   0x300
#define APIC_ICR_H 0x310

#define IOAPIC_EOI 0x40

#define ICR_VECTOR     0xffu
#define ICR_MODE(icr)  (((icr) >> 8) & 7)
#define MODE_LOWEST    1
#define MODE_SMI       2
#define MODE_NMI       4
#define MODE_INIT      5
#define MODE_SIPI      6
#define MODE_EXTINT    7
#define ICR_LOGICAL    (1u << 11)
#define ICR_ASSERT     (1u << 14)
#define ICR_LEVEL      (1u << 15)
#define ICR_SHORT(icr) (((icr) >> 18) & 3)

#define SHORT_SELF   1
#define SHORT_ALL    2
#define SHORT_OTHERS 3

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

static void send_event(struct cpu *self, uint32_t icr)
{
	uint32_t dest = arch_apic_read(APIC_ICR_H) >> 24, events;

	if (ICR_MODE(icr) == MODE_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT))
		return; /* de-assert: only for CPUs older than this code can run on */
	events = ICR_MODE(icr) == MODE_INIT  ? EVENT_INIT
		 : ICR_MODE(icr) == MODE_NMI ? EVENT_NMI
					     : EVENT_SIPI | (icr & ICR_VECTOR);
	for (uint32_t i = 0; i < ncpus; i++)
		if (is_target(self, &cpus[i], icr, dest))
			cpu_post(&cpus[i], events);
}

/* What a vector or a pin may do: fixed, lowest priority, NMI, ExtINT. */
bool interrupt_mode_ok(uint32_t entry)
{
	unsigned int mode = ICR_MODE(entry);

	if (!mode || mode == MODE_LOWEST || mode == MODE_NMI || mode == MODE_EXTINT)
		return true;
	log_limited(LOG_WARN, "APIC", "interrupt of mode %u refused", mode);
	return false;
}

/* Registers that pass a write on. The rest has no use, and some machines make an MSI of it. */
static bool is_writable(uint32_t offset)
{
	switch (offset) {
	case 0x080: /* TPR */
	case 0x0b0: /* EOI */
	case 0x0e0: /* DFR */
	case 0x0f0: /* SVR */
	case 0x280: /* ESR */
	case 0x380: /* initial count */
	case 0x3e0: /* divider */
	case 0x410: /* AMD: specific EOI */
	case 0x480 ... 0x4f0: /* AMD: interrupt enable */
		return true;
	}
	return offset == APIC_LDR || offset == APIC_ICR || offset == APIC_ICR_H;
}

static bool is_vector(uint32_t offset)
{
	return offset == 0x2f0 || (offset >= 0x320 && offset <= 0x370) ||
	       (offset >= 0x500 && offset <= 0x530);
}

static void apic_write(struct vcpu *v, uint32_t offset, uint32_t value)
{
	if (is_vector(offset) ? !interrupt_mode_ok(value)
			      : !is_writable(offset) && offset != APIC_ID)
		return;
	switch (offset) {
	case APIC_ICR:
		if (ICR_MODE(value) >= MODE_NMI && ICR_MODE(value) <= MODE_SIPI) {
			send_event(v->cpu, value);
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

/* The register that a write goes to was chosen by an earlier write, maybe on another CPU. */
static void ioapic_write(struct vcpu *v, uint32_t offset, uint32_t value)
{
	static struct spinlock lock;
	uint32_t reg;

	/* Other offsets are nothing, or other names of these. */
	if (offset != IOAPIC_SELECT && offset != IOAPIC_WINDOW && offset != IOAPIC_EOI)
		return;
	spin_lock(&lock);
	reg = arch_ioapic_read(IOAPIC_SELECT) & 0xff;
	if (offset != IOAPIC_WINDOW || reg < IOAPIC_PIN(0) ||
	    (!tick_owns_pin((reg - IOAPIC_PIN(0)) / 2) && (reg & 1 || interrupt_mode_ok(value))))
		arch_ioapic_write(offset, value);
	spin_unlock(&lock);
}

static void write_register(struct vcpu *v, uint64_t addr, uint64_t value, bool wide)
{
	uint64_t page = ALIGN_DOWN(addr, PAGE_SIZE);
	uint32_t offset = addr % PAGE_SIZE;

	if (page == APIC_PAGE)
		apic_write(v, offset, (uint32_t)value);
	else if (page == IOAPIC_PAGE)
		ioapic_write(v, offset, (uint32_t)value);
	else if (chipset_has(addr))
		log_limited(LOG_WARN, "chipset", "write to configuration at %lx refused", addr);
	else {
		tick_hpet_write(offset, (uint32_t)value);
		if (wide)
			tick_hpet_write(offset + 4, (uint32_t)(value >> 32));
	}
}

void device_write(struct vcpu *v, const struct vexit *e)
{
	bool apics = e->addr >= APIC_PAGE || ALIGN_DOWN(e->addr, PAGE_SIZE) == IOAPIC_PAGE;
	uint32_t size = apics ? 16 : 4, old;
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
	if (!insn_decode_store(bytes, n, virt->get(v, VREG_CODE_BITS), &insn) ||
	    e->addr % (insn.wide ? 8 : size) || (insn.wide && apics)) {
		log_limited(LOG_WARN, "APIC", "store of unknown form at RIP %lx refused", rip);
		virt->inject(v, VECTOR_GP);
		return;
	}
	old = insn.exchange && e->addr >= APIC_PAGE ? arch_apic_read(e->addr % PAGE_SIZE) : 0;
	write_register(v, e->addr, insn.immediate ? (uint64_t)(int32_t)insn.imm : *gpr(v, insn.reg),
		       insn.wide);
	if (insn.exchange)
		*gpr(v, insn.reg) = old;
	done.insn_len = insn.len;
	virt->skip(v, &done);
}
