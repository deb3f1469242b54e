/* SPDX-License-Identifier: BSD-2-Clause */
/* merlonctl: what an administrator sees of the TEE, through /dev/merlon. */
#ifndef MERLONCTL_H
#define MERLONCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <include/abi/log.h>
#include <include/abi/merlon_ioctl.h>
#include <include/abi/stats.h>

/* --- device.c --------------------------------------------------------------------------------- */

/* Opens the device; says what to do and returns -1 when it cannot. flags: for open(). */
int device_open(const char *path, int flags);
/* Says what a failed request means. */
void device_explain(const char *what, int err);

/* --- The commands: an exit status each. argv[0] is the command's name. -------------------------- */

int cmd_status(const char *device, int argc, char **argv);
int cmd_log(const char *device, int argc, char **argv);
int cmd_stats(const char *device, int argc, char **argv);

/* --- record.c: log records as text ------------------------------------------------------------ */

/* "err", "warn", "info", "debug" or its number: enum merlon_log_level, or -1. */
int level_parse(const char *text);
/*
 * Takes one record from the front of n bytes: bytes used; 0: more are needed; -1: not a record.
 * *text points into data.
 */
long record_parse(const uint8_t *data, size_t n, struct merlon_log_record *r, const char **text);
/* One line. Control characters of the text are shown as \xNN: a TA chooses it. */
void record_print(FILE *to, const struct merlon_log_record *r, const char *text, uint64_t tsc_khz);

/* --- counters.c ------------------------------------------------------------------------------- */

#define COUNTERS_MAX_CPUS 64

struct counters {
	unsigned int ncpus;
	uint64_t cpu[COUNTERS_MAX_CPUS][MERLON_STAT_COUNT];
	uint64_t total[MERLON_STAT_COUNT];
	uint64_t tee[TEE_STAT_COUNT];
	bool tee_alive; /* false: tee[] is all zero */
};

extern const char *const monitor_names[MERLON_STAT_COUNT];
extern const char *const tee_names[TEE_STAT_COUNT];

/* 0, or errno. */
int counters_read(int fd, struct counters *c);
/* Lines "name value" for all counters whose full name, or name without its group, is `name`
 * (NULL: all). How many. */
unsigned int counters_print_raw(FILE *to, const struct counters *c, const char *name);
/* A table; prev: an earlier reading `seconds` ago for a column of rates, or NULL. */
void counters_print_table(FILE *to, const struct counters *c, const struct counters *prev,
			  double seconds);

#endif
