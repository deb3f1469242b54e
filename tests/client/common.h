/* SPDX-License-Identifier: BSD-2-Clause */
/* What the test programs share. Each check is one line: "ok NAME" or "not ok NAME: why". */
#ifndef TESTS_CLIENT_COMMON_H
#define TESTS_CLIENT_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <include/abi/stats.h>
#include <tee_client_api.h>
#include <tests/ta/include/test_ta.h>

#define TYPES(a, b, c, d) TEEC_PARAM_TYPES(TEEC_##a, TEEC_##b, TEEC_##c, TEEC_##d)

extern const TEEC_UUID test_ta, single_ta, lone_ta, keep_ta;

/* --- Checks --------------------------------------------------------------------------------------- */

/* fmt: why not. Returns cond. Any thread. */
bool check(bool cond, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool check_result(const char *name, TEEC_Result got, TEEC_Result want);
bool check_origin(const char *name, TEEC_Result got, TEEC_Result want, uint32_t origin,
		  uint32_t want_origin);
/* Exit status: were all checks good? */
int checks_status(void);
/* Something that the test needs, and does not test, failed: says so and ends the program. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* --- Sessions: these end the program when they fail ------------------------------------------------ */

void connect_tee(TEEC_Context *c);
void open_ta(TEEC_Context *c, TEEC_Session *s, const TEEC_UUID *uuid);
/* One value parameter in. */
TEEC_Result invoke_value(TEEC_Session *s, uint32_t cmd, uint32_t a, uint32_t b);

/* --- Counters, through /dev/merlon ------------------------------------------------------------------ */

struct gauges {
	uint64_t tee[TEE_STAT_COUNT];
};

void gauges_read(struct gauges *g);
extern const char *const gauge_names[TEE_STAT_COUNT];
/* Of all CPUs. */
uint64_t monitor_counter(enum merlon_stat which);

/* --- Time ------------------------------------------------------------------------------------------- */

uint64_t now_ns(void);
void sleep_ms(unsigned int ms);
int compare_u64(const void *a, const void *b); /* for qsort */

#endif
