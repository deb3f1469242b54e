// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>

#define PIT_HZ	1193182
#define PIT_CH2 0x42
#define PIT_CMD 0x43
#define PORT_B	0x61
#define GATE2	1
#define OUT2	0x20

#define BASELINE (PIT_HZ / 80) /* 12.5 ms between the two readings */
#define READINGS 16
#define ATTEMPTS 8
#define GOOD	 2000 /* good enough when known to 1/GOOD */

struct reading {
	uint64_t tsc, width; /* of the window in which the counter was latched */
	uint16_t count;
};

static struct reading read_once(void)
{
	struct reading r;
	uint64_t before = arch_tsc();

	arch_out(PIT_CMD, 1, 0x80); /* latch channel 2 */
	r.tsc = arch_tsc();
	r.width = r.tsc - before;
	r.tsc -= r.width / 2;
	r.count = arch_in(PIT_CH2, 1);
	r.count |= arch_in(PIT_CH2, 1) << 8;
	return r;
}

/* A busy host may take the CPU away at any point; of several readings one is undisturbed. */
static struct reading read_best(void)
{
	struct reading best = read_once(), r;

	for (int i = 1; i < READINGS; i++) {
		r = read_once();
		if (r.width < best.width)
			best = r;
	}
	return best;
}

/*
 * kHz from two readings of channel 2, which nothing else uses but the speaker; 0 when the counter
 * ran out meanwhile (55 ms). *error: uncertainty, in ticks of the TSC for 2^32 of them.
 */
static uint64_t measure(uint64_t *error)
{
	struct reading first, second;
	uint64_t ticks;

	arch_out(PORT_B, 1, (arch_in(PORT_B, 1) & ~2) | GATE2);
	arch_out(PIT_CMD, 1, 0xb0); /* channel 2, both bytes, mode 0: OUT rises at the end */
	arch_out(PIT_CH2, 1, 0xff);
	arch_out(PIT_CH2, 1, 0xff);
	first = read_best();
	while ((uint16_t)(first.count - read_once().count) < BASELINE &&
	       !(arch_in(PORT_B, 1) & OUT2))
		arch_pause();
	second = read_best();
	if (arch_in(PORT_B, 1) & OUT2)
		return 0;
	ticks = second.tsc - first.tsc;
	*error = ((first.width + second.width) << 32) / ticks;
	return ticks * PIT_HZ / (uint16_t)(first.count - second.count) / 1000;
}

uint64_t tsc_calibrate(void)
{
	uint64_t best = 0, best_error = UINT64_MAX, khz, error;
	struct cpuid c;

	/* No wait here; CPUs that report this need none after INIT either. */
	if (arch_cpuid(0, 0).eax >= 0x15) {
		c = arch_cpuid(0x15, 0);
		if (c.eax && c.ebx && c.ecx)
			return (uint64_t)c.ecx * c.ebx / c.eax / 1000;
	}
	for (int i = 0; i < ATTEMPTS || !best; i++) {
		if (i == 10 * ATTEMPTS)
			panic("nothing here tells how fast the TSC is");
		khz = measure(&error);
		if (khz && error < best_error) {
			best = khz;
			best_error = error;
		}
		if (best_error < (1ull << 32) / GOOD)
			break;
	}
	return best;
}

void tsc_delay_us(uint64_t us)
{
	uint64_t end = arch_tsc() + us * boot.tsc_khz / 1000;

	while (arch_tsc() < end)
		arch_pause();
}
