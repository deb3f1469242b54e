/* SPDX-License-Identifier: BSD-2-Clause */
/* What the headers of all test TAs have in common. */
#ifndef TEST_DEFINES_H
#define TEST_DEFINES_H

#include <test_ta.h>

#define TA_STACK_SIZE  (32 * 1024)
#define TA_DATA_SIZE   (256 * 1024)
#define TA_DESCRIPTION "For the tests of the TEE"
#define TA_VERSION     "1.0"

#endif
