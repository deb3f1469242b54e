/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of checks; each leaves no session open. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "tests/client/common.h"

void test_contexts(void);
void test_sessions(TEEC_Context *c);
void test_instances(TEEC_Context *c);
void test_values(TEEC_Context *c);
void test_temporary(TEEC_Context *c);
void test_registered(TEEC_Context *c);
void test_cancel(TEEC_Context *c);
void test_panics(TEEC_Context *c);
void test_tee(TEEC_Context *c);
void test_threads(TEEC_Context *c);

#endif
