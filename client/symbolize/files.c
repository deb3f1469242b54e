// SPDX-License-Identifier: BSD-2-Clause
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "symbolize.h"

#define MOST 64

static const char *specs[MOST];
static unsigned int nspecs;
static const char *runtime;

bool files_add(const char *spec)
{
	if (nspecs == MOST)
		return false;
	specs[nspecs++] = spec;
	return true;
}

void files_set_runtime(const char *path)
{
	runtime = path;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* A file that is named after its UUID is for that TA only. */
static bool names_uuid(const char *path, const char *uuid, bool *other)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	*other = strlen(base) == UUID_TEXT + 4 && base[8] == '-' && base[13] == '-' &&
		 !strcmp(base + UUID_TEXT, ".elf");
	return *other && !strncasecmp(base, uuid, UUID_TEXT);
}

const char *files_find(const char *module, const char *uuid)
{
	static char path[PATH_MAX];
	const char *fallback = NULL;
	unsigned int n;
	bool other;

	if (!strcmp(module, "runtime"))
		return runtime;
	if (strcmp(module, "image") || !*uuid)
		return NULL;
	for (n = 0; n < nspecs; n++) {
		if (!strncasecmp(specs[n], uuid, UUID_TEXT) && specs[n][UUID_TEXT] == '=')
			return specs[n] + UUID_TEXT + 1;
		if (is_dir(specs[n])) {
			int len = snprintf(path, sizeof(path), "%s/%s.elf", specs[n], uuid);

			if (len < (int)sizeof(path) && is_file(path))
				return path;
		} else if (names_uuid(specs[n], uuid, &other)) {
			return specs[n];
		} else if (!other && !fallback && !strchr(specs[n], '=')) {
			fallback = specs[n];
		}
	}
	return fallback;
}
