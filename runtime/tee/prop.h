/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties, whatever set they are in. */
#ifndef RUNTIME_PROP_H
#define RUNTIME_PROP_H

#include "runtime/crt/runtime.h"

struct prop {
	const char *name;
	enum user_ta_prop_type type;
	union {
		uint64_t number; /* BOOL, U32, U64 */
		TEE_Identity identity; /* IDENTITY; its uuid: UUID */
		const char *text; /* STRING; BINARY_BLOCK in base64 */
	};
};

bool prop_is_set(TEE_PropSetHandle handle);

/* The index-th property of a set; false: there are not so many. */
bool prop_at(TEE_PropSetHandle set, size_t index, struct prop *p);

#endif
