/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include <test_defines.h>

#define TA_UUID	 LONE_TA_UUID
#define TA_FLAGS (TA_FLAG_SINGLE_INSTANCE)

#endif
