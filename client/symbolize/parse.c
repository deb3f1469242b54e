// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "symbolize.h"

#define MARK "crash: "

static bool uuid_copy(char *to, const char *from)
{
	unsigned int n;

	for (n = 0; n < UUID_TEXT; n++) {
		bool dash = n == 8 || n == 13 || n == 18 || n == 23;

		if (dash ? from[n] != '-' : !isxdigit((unsigned char)from[n]))
			return false;
		to[n] = tolower((unsigned char)from[n]);
	}
	to[n] = '\0';
	return true;
}

void crash_parse(const char *line, struct crash_line *c)
{
	const char *at = strstr(line, MARK);
	int uuid_at = 0;

	memset(c, 0, sizeof(*c));
	if (!at)
		return;
	at += strlen(MARK);
	if (sscanf(at, "#%u 0x%*x %15[a-z]+0x%" SCNx64, &c->frame, c->module, &c->offset) == 3) {
		c->kind = CRASH_FRAME;
		return;
	}
	if (sscanf(at, "pid %*u uuid %n", &uuid_at) != EOF && uuid_at &&
	    uuid_copy(c->uuid, at + uuid_at))
		c->kind = CRASH_HEAD;
}
