// SPDX-License-Identifier: BSD-2-Clause
/*
 * The test build (GUARD=off): attack tests must be seen to succeed here, or they prove nothing.
 * guard=on on the command line gives back the real behaviour.
 */
#include <monitor/monitor.h>
#include <string.h>

static bool enabled;

bool guard_enabled(void)
{
	return enabled;
}

bool guard_option(const char *word)
{
	if (strcmp(word, "guard=on") && strcmp(word, "guard=off"))
		return false;
	enabled = !strcmp(word, "guard=on");
	return true;
}
