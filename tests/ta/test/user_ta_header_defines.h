/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include <test_defines.h>

#define TA_UUID	 TEST_TA_UUID
#define TA_FLAGS (0)

#endif
