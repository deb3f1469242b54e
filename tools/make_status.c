/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GNU make ends with status 2 whatever status a recipe failed with. make run CMD=... promises the
 * status of the command in the guest, so the Makefile loads this into make: at make's end it
 * reads the number in $(O)/run.status, if there is one, and ends with that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char *gmk_expand(const char *text);
int make_status_gmk_setup(void);

int plugin_is_GPL_compatible;

static char *status_file;

static void leave(void)
{
	FILE *file = fopen(status_file, "r");
	int status;

	if (!file || fscanf(file, "%d", &status) != 1)
		return;
	fflush(NULL);
	_exit(status);
}

int make_status_gmk_setup(void)
{
	status_file = gmk_expand("$(O)/run.status");
	return status_file && atexit(leave) == 0;
}
