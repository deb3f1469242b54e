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
#define SAMPLES	  3

/* Ticks in one period of channel 2, which nothing else uses but the speaker. */
static uint64_t sample(void)
{
	uint16_t count = PIT_HZ / SAMPLE_HZ;
	uint64_t start;

	outb(PORT_B, (inb(PORT_B) & ~2) | GATE2);
	outb(PIT_CMD, 0xb0); /* channel 2, both bytes, mode 0: OUT rises at the end */
	outb(PIT_CH2, (uint8_t)count);
	start = arch_tsc();
	outb(PIT_CH2, (uint8_t)(count >> 8));
	while (!(inb(PORT_B) & OUT2))
		arch_pause();
	return arch_tsc() - start;
}

uint64_t tsc_calibrate(void)
{
	uint64_t best = UINT64_MAX, ticks;
	struct cpuid c;

	if (arch_cpuid(0, 0).eax >= 0x15) {
		c = arch_cpuid(0x15, 0);
		if (c.eax && c.ebx && c.ecx)
			return (uint64_t)c.ecx * c.ebx / c.eax / 1000;
	}
	/* Interruptions of a virtual machine only lengthen a sample: the shortest is best. */
	for (int i = 0; i < SAMPLES; i++) {
		ticks = sample();
		if (ticks < best)
			best = ticks;
	}
	return best * SAMPLE_HZ / 1000;
}

void tsc_delay_us(uint64_t us)
{
	uint64_t end = arch_tsc() + us * boot.tsc_khz / 1000;

	while (arch_tsc() < end)
		arch_pause();
}
