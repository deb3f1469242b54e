// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "merlonctl.h"

int device_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	const char *hint = "";

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		hint = "\nIs the driver loaded (modprobe merlon), and does this machine run on Merlon?";
	else if (errno == EACCES || errno == EPERM)
		hint = "\nTry again as root.";
	fprintf(stderr, "merlonctl: cannot open %s: %s%s\n", path, strerror(errno), hint);
	return -1;
}

void device_explain(const char *what, int err)
{
	const char *hint = "";

	if (err == EPIPE)
		hint = "\nThe TEE has panicked; \"merlonctl log\" tells why. Restart the machine.";
	else if (err == ENODEV)
		hint = "\nThere is no Merlon monitor below this Linux.";
	else if (err == ENOTTY)
		hint = "\nThis is not /dev/merlon, or its driver is older than this program.";
	fprintf(stderr, "merlonctl: %s: %s%s\n", what, strerror(err), hint);
}
