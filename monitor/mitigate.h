/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPU side channels at a world switch: what is flushed, and in which direction. Each has a word on the
 * command line, `off`, `auto` (if the CPU says that it is needed) or `always`.
 */
#ifndef MONITOR_MITIGATE_H
#define MONITOR_MITIGATE_H

#include <monitor/cpu.h>

enum mitigation {
	MITIGATE_IBPB, /* indirect branch predictors: both directions */
	MITIGATE_L1D, /* the first-level data cache: before Linux runs */
	MITIGATE_VERW, /* the CPU's internal buffers: before Linux runs */
	MITIGATE_RSB, /* return predictions: before the TEE runs */
	MITIGATE_COUNT
};

enum mitigate_policy {
	MITIGATE_AUTO,
	MITIGATE_OFF,
	MITIGATE_ALWAYS
};
#define MITIGATE_WORDS "auto", "off", "always" /* of enum mitigate_policy */

/* What CPUID and IA32_ARCH_CAPABILITIES say. */
struct mitigate_facts {
	bool intel, ibpb_clears_rsb;
	bool lacks[MITIGATE_COUNT];
	uint64_t capabilities; /* 0 without the MSR */
};

/* Which are done (bit per enum mitigation) under options.mitigate, says so in the log. */
uint32_t mitigate_choose(const struct mitigate_facts *facts);
/* Asks this CPU; the others are taken to be alike. Boot only. */
void mitigate_init(void);
/* Between two worlds: the last thing before `to` runs, but for loading its registers. */
void mitigate(struct cpu *c, enum partition_id to);

#endif
