/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters and gauges (abi/stats.h), and the one way to refuse hostile input. Counters are per
 * CPU and summed when read, so that counting costs no shared cache line.
 */
#ifndef KERNEL_STAT_H
#define KERNEL_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <include/abi/stats.h>

struct cpu;

void stat_add(struct cpu *c, enum tee_stat s);
/* Any gauge or counter. False when s is out of range. */
bool stat_read(uint64_t s, uint64_t *value);

/* Counts a refusal and logs it, at most LOG_PER_SECOND lines a second for the whole TEE. */
void refuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* True when a line that hostile software can cause may be logged now. */
bool log_allowed(void);

#endif
