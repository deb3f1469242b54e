// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "merlonctl.h"

#define KIND_MONITOR 0
#define KIND_TEE     1

const char *const monitor_names[] = MERLON_STAT_NAMES;
const char *const tee_names[] = TEE_STAT_NAMES;

_Static_assert(sizeof(monitor_names) / sizeof(monitor_names[0]) == MERLON_STAT_COUNT,
	       "a name each");
_Static_assert(sizeof(tee_names) / sizeof(tee_names[0]) == TEE_STAT_COUNT, "a name each");

static int read_one(int fd, uint32_t kind, uint32_t cpu, uint32_t index, uint64_t *value)
{
	struct merlon_ioc_stat s = {.which = kind, .cpu = cpu, .index = index};

	if (ioctl(fd, MERLON_IOC_STAT, &s))
		return errno;
	*value = s.value;
	return 0;
}

static int read_tee(int fd, struct counters *c)
{
	unsigned int i;
	int err;

	for (i = 0; i < TEE_STAT_COUNT; i++) {
		err = read_one(fd, KIND_TEE, 0, i, &c->tee[i]);
		if (err)
			return err;
	}
	return 0;
}

int counters_read(int fd, struct counters *c)
{
	struct merlon_ioc_status s;
	unsigned int cpu, i;
	int err;

	memset(c, 0, sizeof(*c));
	memset(&s, 0, sizeof(s));
	if (ioctl(fd, MERLON_IOC_STATUS, &s))
		return errno;
	c->ncpus = s.ncpus < COUNTERS_MAX_CPUS ? s.ncpus : COUNTERS_MAX_CPUS;
	c->tee_alive = s.tee_alive;
	/* The TEE first: reading its gauges makes hypercalls, which the monitor counts. */
	if (c->tee_alive) {
		err = read_tee(fd, c);
		if (err && err != EPIPE)
			return err;
		if (err)
			memset(c->tee, 0, sizeof(c->tee));
		c->tee_alive = !err;
	}
	for (cpu = 0; cpu < c->ncpus; cpu++) {
		for (i = 0; i < MERLON_STAT_COUNT; i++) {
			err = read_one(fd, KIND_MONITOR, cpu, i, &c->cpu[cpu][i]);
			if (err)
				return err;
			c->total[i] += c->cpu[cpu][i];
		}
	}
	return 0;
}

static unsigned int raw_line(FILE *to, const char *group, const char *name, uint64_t value,
			     const char *want)
{
	char full[64];

	snprintf(full, sizeof(full), "%s.%s", group, name);
	if (want && strcmp(want, full) && strcmp(want, name))
		return 0;
	fprintf(to, "%s %llu\n", full, (unsigned long long)value);
	return 1;
}

unsigned int counters_print_raw(FILE *to, const struct counters *c, const char *name)
{
	unsigned int cpu, i, lines = 0;
	char group[16];

	for (i = 0; i < TEE_STAT_COUNT && c->tee_alive; i++)
		lines += raw_line(to, "tee", tee_names[i], c->tee[i], name);
	for (i = 0; i < MERLON_STAT_COUNT; i++)
		lines += raw_line(to, "total", monitor_names[i], c->total[i], name);
	for (cpu = 0; cpu < c->ncpus; cpu++) {
		snprintf(group, sizeof(group), "cpu%u", cpu);
		for (i = 0; i < MERLON_STAT_COUNT; i++)
			lines += raw_line(to, group, monitor_names[i], c->cpu[cpu][i], name);
	}
	return lines;
}

static void print_rate(FILE *to, uint64_t now, uint64_t before, double seconds)
{
	fprintf(to, " %12.0f", (double)(int64_t)(now - before) / seconds);
}

void counters_print_table(FILE *to, const struct counters *c, const struct counters *prev,
			  double seconds)
{
	unsigned int cpu, i;

	fprintf(to, "%-12s %14s%s\n", "TEE", "now", prev ? "     change/s" : "");
	if (!c->tee_alive)
		fprintf(to, "(the TEE has panicked: see \"merlonctl log\")\n");
	for (i = 0; i < TEE_STAT_COUNT && c->tee_alive; i++) {
		fprintf(to, "%-12s %14llu", tee_names[i], (unsigned long long)c->tee[i]);
		if (prev)
			print_rate(to, c->tee[i], prev->tee[i], seconds);
		fputc('\n', to);
	}
	fprintf(to, "\n%-12s %14s%s", "monitor", "total", prev ? "     change/s" : "");
	for (cpu = 0; cpu < c->ncpus; cpu++)
		fprintf(to, "     %5s%-2u", "cpu", cpu);
	fputc('\n', to);
	for (i = 0; i < MERLON_STAT_COUNT; i++) {
		fprintf(to, "%-12s %14llu", monitor_names[i], (unsigned long long)c->total[i]);
		if (prev)
			print_rate(to, c->total[i], prev->total[i], seconds);
		for (cpu = 0; cpu < c->ncpus; cpu++)
			fprintf(to, " %11llu", (unsigned long long)c->cpu[cpu][i]);
		fputc('\n', to);
	}
}
