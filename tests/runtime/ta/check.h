/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHECK_H
#define CHECK_H

#include <stdlib.h>
#include <string.h>
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>
#include "tests/runtime/ta/probe.h"

#define EXPECT(x)                                                      \
	do {                                                           \
		if (!(x)) {                                            \
			EMSG_RAW("%s:%d: %s", __FILE__, __LINE__, #x); \
			return TEE_ERROR_GENERIC;                      \
		}                                                      \
	} while (0)

#define X(name) TEE_Result check_##name(void);
PROBE_CHECKS(X)
#undef X

#endif
