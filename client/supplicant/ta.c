// SPDX-License-Identifier: BSD-2-Clause
/* Where TAs are, and reading one. Its signature is the TEE's business. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tee_client_api.h>

#include "supplicant.h"

#define DIR_MAX	 256
#define NAME_LEN (36 + 3) /* UUID and ".ta" */

static char dirs[TA_MAX_DIRS][DIR_MAX];
static unsigned int ndirs;

bool ta_add_dir(const char *dir)
{
	int len;

	if (ndirs == TA_MAX_DIRS || !*dir)
		return false;
	len = snprintf(dirs[ndirs], DIR_MAX, "%s%s", *dir == '/' ? "" : "/lib/", dir);
	if (len >= DIR_MAX)
		return false;
	ndirs++;
	return true;
}

bool ta_add_default_dirs(void)
{
	return ta_add_dir("/lib/merlon") && ta_add_dir("/lib/optee_armtz");
}

const char *ta_dir(unsigned int n)
{
	return n < ndirs ? dirs[n] : NULL;
}

bool ta_path(char *path, size_t size, const char *dir, const uint8_t u[16])
{
	int len = snprintf(path, size,
			   "%s/%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
			   "%02x%02x%02x%02x%02x%02x.ta",
			   dir, u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10],
			   u[11], u[12], u[13], u[14], u[15]);

	return len >= 0 && (size_t)len < size;
}

static int ta_open(const uint8_t uuid[16], char *path, size_t size)
{
	unsigned int n;
	int fd;

	for (n = 0; n < ndirs; n++) {
		if (!ta_path(path, size, dirs[n], uuid))
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT && errno != ENOTDIR)
			log_err("cannot open %s: %s", path, strerror(errno));
	}
	return -1;
}

static void say_not_found(const uint8_t uuid[16])
{
	char where[TA_MAX_DIRS * 32] = "", name[NAME_LEN + 2];
	size_t len = 0;
	unsigned int n;

	ta_path(name, sizeof(name), "", uuid);
	for (n = 0; n < ndirs && len < sizeof(where) - 1; n++)
		len += snprintf(where + len, sizeof(where) - len, " %s", dirs[n]);
	log_err("no TA %s in%s: copy it to one of these, or name its directory with --ta-dir",
		name + 1, where);
}

static uint32_t read_all(int fd, const char *path, char *addr, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, addr + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_err("cannot read %s: %s", path,
				n ? strerror(errno) : "it became shorter meanwhile; try again");
			return TEEC_ERROR_GENERIC;
		}
		done += n;
	}
	return TEEC_SUCCESS;
}

uint32_t ta_load(const uint8_t uuid[16], void *addr, size_t *size)
{
	char path[DIR_MAX + NAME_LEN + 2];
	uint32_t res = TEEC_SUCCESS;
	size_t room = *size;
	struct stat st;
	int fd = ta_open(uuid, path, sizeof(path));

	if (fd < 0) {
		say_not_found(uuid);
		return TEEC_ERROR_ITEM_NOT_FOUND;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > TA_MAX_SIZE) {
		log_err("%s is not a TA: it must be a regular file of 1 to %u bytes", path,
			TA_MAX_SIZE);
		close(fd);
		return TEEC_ERROR_BAD_FORMAT;
	}
	*size = st.st_size;
	if (addr && (size_t)st.st_size > room)
		res = TEEC_ERROR_SHORT_BUFFER;
	else if (addr)
		res = read_all(fd, path, addr, st.st_size);
	close(fd);
	log_debug("%s: %zu bytes, %s: 0x%x", path, *size, addr ? "read" : "size asked", res);
	return res;
}
