// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints the frequency of this machine's time stamp counter in kHz, which QEMU's TCG passes on to
 * its guests. Linux would find it out by itself, but badly when the machine is busy and QEMU is kept
 * from running in the middle of it; then the guest's clock is wrong by any factor.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

struct moment {
	uint64_t ns, tsc;
};

/* The clock read between two readings of the counter; of many tries, the two closest. */
static struct moment now(void)
{
	struct moment best = {0};
	uint64_t gap = UINT64_MAX;

	for (int i = 0; i < 200; i++) {
		struct timespec ts;
		uint64_t before = __rdtsc(), after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = __rdtsc();
		if (after - before >= gap)
			continue;
		gap = after - before;
		best.ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
		best.tsc = before + gap / 2;
	}
	return best;
}

int main(void)
{
	struct moment start = now(), end;

	usleep(50000);
	end = now();
	if (end.ns <= start.ns || end.tsc <= start.tsc)
		return 1;
	printf("%.0f\n", (double)(end.tsc - start.tsc) * 1e6 / (double)(end.ns - start.ns));
	return 0;
}
