/* SPDX-License-Identifier: BSD-2-Clause */
/* An older name of the API header. */
#ifndef TEE_API_H
#define TEE_API_H

#include <tee_internal_api.h>

#endif
