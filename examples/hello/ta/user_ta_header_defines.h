/* SPDX-License-Identifier: BSD-2-Clause */
/* What the TEE needs to know about this TA; the kit compiles it into the TA's header. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include <hello_ta.h>

#define TA_UUID HELLO_TA_UUID

/* No flag: each session has an instance of the TA of its own. */
#define TA_FLAGS 0

#define TA_STACK_SIZE (16 * 1024)
#define TA_DATA_SIZE  (32 * 1024)

#define TA_VERSION     "1.0"
#define TA_DESCRIPTION "Merlon's smallest useful Trusted Application"

#define TA_CURRENT_TA_EXT_PROPERTIES \
	{"org.merlon.hello.greeting", USER_TA_PROP_TYPE_STRING, "Hello from the other world"},

#endif
