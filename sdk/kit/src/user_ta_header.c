// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a TA says about itself, from its user_ta_header_defines.h: compiled into every TA by the
 * development kit. The runtime finds these objects by name.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tee_internal_api.h>
#include <user_ta_header.h>
#include <user_ta_header_defines.h>

#ifndef TA_VERSION
#define TA_VERSION "Undefined version"
#endif
#ifndef TA_DESCRIPTION
#define TA_DESCRIPTION "Undefined description"
#endif

_Static_assert(TA_STACK_SIZE > 0 && TA_STACK_SIZE <= 1 << 20,
	       "TA_STACK_SIZE: 1 byte to 1 MiB (user_ta_header_defines.h)");
_Static_assert(TA_DATA_SIZE > 0, "TA_DATA_SIZE: bytes of heap (user_ta_header_defines.h)");

const struct ta_head ta_head = {
	.uuid = TA_UUID,
	.stack_size = TA_STACK_SIZE,
	.flags = TA_FLAGS,
	.depr_entry = UINT64_MAX,
};

#define FLAG(name, flag)                                    \
	{                                                   \
		name, USER_TA_PROP_TYPE_BOOL, &(const bool) \
		{                                           \
			((TA_FLAGS) & (flag)) != 0          \
		}                                           \
	}
#define NUMBER(name, value)                                    \
	{                                                      \
		name, USER_TA_PROP_TYPE_U32, &(const uint32_t) \
		{                                              \
			(value)                                \
		}                                              \
	}

const struct user_ta_property ta_props[] = {
	FLAG(TA_PROP_STR_SINGLE_INSTANCE, TA_FLAG_SINGLE_INSTANCE),
	FLAG(TA_PROP_STR_MULTI_SESSION, TA_FLAG_MULTI_SESSION),
	FLAG(TA_PROP_STR_KEEP_ALIVE, TA_FLAG_INSTANCE_KEEP_ALIVE),
	FLAG(TA_PROP_STR_KEEP_CRASHED, TA_FLAG_INSTANCE_KEEP_CRASHED),
	FLAG(TA_PROP_STR_DOES_NOT_CLOSE_HANDLE_ON_CORRUPT_OBJECT,
	     TA_FLAG_DONT_CLOSE_HANDLE_ON_CORRUPT_OBJECT),
	NUMBER(TA_PROP_STR_DATA_SIZE, TA_DATA_SIZE),
	NUMBER(TA_PROP_STR_STACK_SIZE, TA_STACK_SIZE),
	NUMBER(TA_PROP_STR_ENDIAN, 0), /* little */
	{TA_PROP_STR_VERSION, USER_TA_PROP_TYPE_STRING, TA_VERSION},
	{TA_PROP_STR_DESCRIPTION, USER_TA_PROP_TYPE_STRING, TA_DESCRIPTION},
#ifdef TA_CURRENT_TA_EXT_PROPERTIES
	TA_CURRENT_TA_EXT_PROPERTIES
#endif
};

const size_t ta_num_props = sizeof(ta_props) / sizeof(ta_props[0]);
