// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>

#define PIT_HZ	  1193182
#define PIT_CH2	  0x42
#define PIT_CMD	  0x43
#define PORT_B	  0x61
#define GATE2	  1
#define OUT2	  0x20
#define SAMPLE_HZ 200 /* 5 ms */
#define SAMPLES	  8
#define GOOD	  1000 /* a sample is good when its edges are known to 1/GOOD of it */

struct sample {
	uint64_t ticks, error;
};

/*
 * Ticks in one period of channel 2, which nothing else uses but the speaker. A virtual machine
 * may lose the CPU at any point; it matters only at the two edges, so their width is measured.
 */
static struct sample sample(void)
{
	uint16_t count = PIT_HZ / SAMPLE_HZ;
	uint64_t before, start, last, now;

	outb(PORT_B, (inb(PORT_B) & ~2) | GATE2);
	outb(PIT_CMD, 0xb0); /* channel 2, both bytes, mode 0: OUT rises at the end */
	outb(PIT_CH2, (uint8_t)count);
	before = arch_tsc();
	outb(PIT_CH2, (uint8_t)(count >> 8));
	now = start = arch_tsc();
	do {
		last = now;
		arch_pause();
		now = inb(PORT_B) & OUT2 ? 0 : arch_tsc();
	} while (now);
	now = arch_tsc();
	return (struct sample){(now + last) / 2 - (before + start) / 2,
			       (now - last) + (start - before)};
}

uint64_t tsc_calibrate(void)
{
	struct sample best = {0, UINT64_MAX}, s;
	struct cpuid c;

	if (arch_cpuid(0, 0).eax >= 0x15) {
		c = arch_cpuid(0x15, 0);
		if (c.eax && c.ebx && c.ecx)
			return (uint64_t)c.ecx * c.ebx / c.eax / 1000;
	}
	/* The first two are always taken: callers count on 10 ms. */
	for (int i = 0; i < SAMPLES && (i < 2 || best.error > best.ticks / GOOD); i++) {
		s = sample();
		if (s.error < best.error)
			best = s;
	}
	return best.ticks * SAMPLE_HZ / 1000;
}

void tsc_delay_us(uint64_t us)
{
	uint64_t end = arch_tsc() + us * boot.tsc_khz / 1000;

	while (arch_tsc() < end)
		arch_pause();
}
