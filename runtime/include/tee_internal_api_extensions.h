/* SPDX-License-Identifier: BSD-2-Clause */
/* What TAs use beyond the GlobalPlatform API. */
#ifndef TEE_INTERNAL_API_EXTENSIONS_H
#define TEE_INTERNAL_API_EXTENSIONS_H

#include <stdio.h>
#include <tee_api_types.h>
#include <trace.h>
#include <util.h>

/* Hint of TEE_Malloc: leave the memory as it is (older name of TEE_MALLOC_NO_FILL). */
#define TEE_USER_MEM_HINT_NO_FILL_ZERO 0x80000000

/* Parses xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx. TEE_ERROR_BAD_PARAMETERS: not such a text. */
TEE_Result tee_uuid_from_str(TEE_UUID *uuid, const char *s);

#endif
