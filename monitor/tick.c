// SPDX-License-Identifier: BSD-2-Clause
/*
 * The timer of a machine whose backend has none: while a vCPU with a timer runs, a comparator of the
 * HPET (specification 1.0a) sends an NMI to CPU 0 after each MERLON_TICK_MS, and CPU 0 makes those look
 * whose time has come. Linux has the other comparators. Its writes to the HPET's page come to us, in every
 * machine that has one, and can neither stop the counter during ticks nor reach our comparator or its
 * pin of the I/O APIC.
 */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/spinlock.h>

#define HPET_CAP	0x000 /* timers - 1 in bits 8-12 */
#define HPET_PERIOD	0x004 /* femtoseconds */
#define HPET_CONFIG	0x010
#define HPET_COUNTER	0x0f0
#define HPET_TIMER(n)	(0x100 + HPET_TIMER_SIZE * (n))
#define HPET_TIMER_SIZE 0x20
#define HPET_ROUTES	0x004 /* of a timer: the pins that it can have */
#define HPET_COMPARATOR 0x008
#define HPET_MESSAGE	0x010 /* in place of a pin */
#define HPET_MESSAGE_TO 0x014

#define CONFIG_ENABLE (1u << 0)
#define TIMER_ENABLE  (1u << 2) /* edge triggered, once */
#define TIMER_32BIT   (1u << 8)
#define TIMER_PIN(n)  ((uint32_t)(n) << 9)

#define ACPI_HPET_BASE 44
#define FEMTO_PER_MS   1000000000000ull

#define IOAPIC_VERSION 1 /* last pin in bits 16-23 */
#define PIN_NMI	       0x400u /* edge, to the APIC ID in the other half */

/* When a kick's NMI and a tick's came as one, how late the tick's may still come by itself. */
#define LATE_US 100

#define TICK_OFF    0
#define TICK_STARTS 1
#define TICK_ON	    2

static volatile uint32_t *hpet;
static uint32_t timer, ticks, pin; /* timer 0: there are no ticks */
static struct spinlock lock; /* of what may stop or set the counter, while there are no ticks */
static volatile uint32_t state; /* any CPU, atomically; the comparator belongs to who changes it */

static uint32_t hpet_read(uint32_t offset)
{
	return hpet[offset / 4];
}

static void hpet_write(uint32_t offset, uint32_t value)
{
	hpet[offset / 4] = value;
}

/* enable: TIMER_ENABLE or 0, with which it does not come again when the counter passes it later. */
static void set_timer(uint32_t enable)
{
	hpet_write(timer, TIMER_32BIT | TIMER_PIN(pin) | enable);
}

static void ioapic_set(uint32_t reg, uint32_t value)
{
	arch_ioapic_write(IOAPIC_SELECT, reg);
	arch_ioapic_write(IOAPIC_WINDOW, value);
}

/* The last timer that can have a pin above those of ISA, and its last pin. */
static bool choose_pin(void)
{
	uint32_t pins, routes, n = (hpet_read(HPET_CAP) >> 8 & 31) + 1;

	arch_ioapic_write(IOAPIC_SELECT, IOAPIC_VERSION);
	pins = (arch_ioapic_read(IOAPIC_WINDOW) >> 16 & 0xff) + 1;
	while (n--) {
		timer = HPET_TIMER(n);
		routes = hpet_read(timer + HPET_ROUTES);
		for (pin = pins < 32 ? pins : 32; pin-- > 16;)
			if (routes >> pin & 1)
				return true;
	}
	return false;
}

bool tick_find(bool wanted)
{
	size_t size;
	const void *table = acpi_find("HPET", &size);
	uint64_t base = size >= ACPI_HPET_BASE + 8 ? get_at(table, ACPI_HPET_BASE, 8) : 0;

	if (!base || base % PAGE_SIZE || base >= FOUR_GIB)
		return false;
	hpet = arch_map_device(hpa(base), PAGE_SIZE);
	memory_guard(base);
	for (uint32_t n = 0; n < 32; n++)
		hpet_write(HPET_TIMER(n) + HPET_MESSAGE_TO, APIC_PAGE);
	if (!wanted || !hpet_read(HPET_PERIOD) || !choose_pin()) {
		timer = 0;
		return false;
	}
	ticks = (uint32_t)(MERLON_TICK_MS * FEMTO_PER_MS / hpet_read(HPET_PERIOD));
	set_timer(0);
	ioapic_set(IOAPIC_PIN(pin) + 1, cpus[0].apic_id << 24);
	ioapic_set(IOAPIC_PIN(pin), PIN_NMI);
	log_msg(LOG_INFO, "the TEE's timer: HPET, pin %u of the I/O APIC", pin);
	return true;
}

bool tick_owns_pin(uint32_t which)
{
	return timer && which == pin;
}

void tick_hpet_write(uint32_t offset, uint32_t value)
{
	uint32_t in_timer = offset >= HPET_TIMER(0) ? offset % HPET_TIMER_SIZE : 0;

	/* What a timer sends can be any number, to any address, past every IOMMU. */
	if ((timer && ALIGN_DOWN(offset, HPET_TIMER_SIZE) == timer) ||
	    (in_timer == HPET_MESSAGE && !interrupt_mode_ok(value)) ||
	    (in_timer == HPET_MESSAGE_TO && (value < APIC_PAGE || value >= MSI_END)))
		return;
	spin_lock(&lock);
	if (state != TICK_OFF && offset == HPET_CONFIG)
		value |= CONFIG_ENABLE;
	if (state == TICK_OFF || ALIGN_DOWN(offset, 8) != HPET_COUNTER)
		hpet_write(offset, value);
	spin_unlock(&lock);
}

/* The comparator only looks for equality: a time that passes meanwhile would be missed. */
static void arm(void)
{
	uint32_t at;

	spin_lock(&lock);
	hpet_write(HPET_CONFIG, hpet_read(HPET_CONFIG) | CONFIG_ENABLE);
	do {
		at = hpet_read(HPET_COUNTER) + ticks;
		hpet_write(timer + HPET_COMPARATOR, at);
		set_timer(TIMER_ENABLE);
	} while ((int32_t)(at - hpet_read(HPET_COUNTER)) <= 0);
	spin_unlock(&lock);
}

void tick_start(void)
{
	uint32_t off = TICK_OFF;

	if (!timer || state != TICK_OFF ||
	    !__atomic_compare_exchange_n(&state, &off, TICK_STARTS, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return;
	arm();
	__atomic_store_n(&state, TICK_ON, __ATOMIC_SEQ_CST);
}

/* The vCPU that a CPU runs; NULL: none, and it will call tick_start() before it does. */
static struct vcpu *running(struct cpu *c)
{
	uint32_t part = __atomic_load_n(&c->running, __ATOMIC_SEQ_CST);

	if (c == this_cpu())
		return c->current;
	return part ? &c->vcpu[part - 1] : NULL;
}

static bool is_needed(void)
{
	for (uint32_t i = 0; i < ncpus; i++) {
		struct vcpu *v = running(&cpus[i]);

		if (v && v->timer)
			return true;
	}
	return false;
}

static void tick(void)
{
	for (uint32_t i = 0; i < ncpus; i++) {
		struct vcpu *v = running(&cpus[i]);

		if (v && timer_is_over(v))
			cpu_post(&cpus[i], EVENT_TIMER);
	}
	if (is_needed()) {
		arm();
		return;
	}
	set_timer(0);
	/* Who begins to run now may have seen that it is on. */
	__atomic_store_n(&state, TICK_OFF, __ATOMIC_SEQ_CST);
	if (is_needed())
		tick_start();
}

/* An interrupt comes too when the counter wraps (2.3.9.2.1), before its time. */
static bool has_come(void)
{
	uint32_t now = hpet_read(HPET_COUNTER);

	return now < ticks || (int32_t)(now - hpet_read(timer + HPET_COMPARATOR)) >= 0;
}

bool tick_nmi(bool kick)
{
	static uint64_t late_until;

	if (!timer || this_cpu()->id)
		return false;
	if (state == TICK_ON && has_come()) {
		tick();
		late_until = kick ? arch_tsc() + LATE_US * boot.tsc_khz / 1000 : 0;
		return true;
	}
	if (kick || (int64_t)(late_until - arch_tsc()) <= 0)
		return false;
	late_until = 0;
	return true;
}
