/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's tests share. Each test leaves the TEE as it found it: teardown compares every
 * gauge.
 */
#ifndef TEST_HARNESS_H
#define TEST_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "programs.h"
#include "ree.h"
#include <include/abi/boot.h>
#include <include/abi/stats.h>
#include <kernel/include/result.h>
#include <kernel/include/tenant.h>

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

extern uint64_t base[TEE_STAT_MEMOBJS + 1]; /* the gauges at the start of the test */

void harness_boot(void);
int setup(void **state);
int teardown(void **state);
/* Opens a session, which has to succeed. */
uint32_t open_ok(const uint8_t *uuid);
/* REGISTER_SHM and UNREGISTER_SHM. */
uint32_t reg(uint64_t ptr, uint64_t size, uint64_t cookie);
uint32_t unreg(uint64_t cookie);
/* rc is preempted inside the TA of session s, and would be `times` times. */
void stop_in(struct ree_call *rc, uint32_t s, uint32_t times);

#endif
