// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "sign.h"

#define FILE_MAX (64l << 20)

static void explain(const char *path, const char *why)
{
	fprintf(stderr, "merlon-sign: %s: %s\n", path, why);
}

uint8_t *file_read(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;

	if (!f || fstat(fileno(f), &st)) {
		explain(path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > FILE_MAX) {
		explain(path, "must be a regular file of 1 byte to 64 MiB");
	} else {
		data = malloc(st.st_size);
		if (!data || fread(data, st.st_size, 1, f) != 1) {
			explain(path, "cannot be read");
			free(data);
			data = NULL;
		}
		*size = st.st_size;
	}
	if (f)
		fclose(f);
	return data;
}

bool file_write(const char *path, const void *data, size_t size)
{
	char tmp[PATH_MAX];
	FILE *f;
	bool ok;

	if (snprintf(tmp, sizeof(tmp), "%s.%d", path, (int)getpid()) >= (int)sizeof(tmp)) {
		explain(path, strerror(ENAMETOOLONG));
		return false;
	}
	f = fopen(tmp, "wb");
	ok = f && fwrite(data, size, 1, f) == 1;
	if (f && fclose(f))
		ok = false;
	if (!ok || rename(tmp, path)) {
		explain(path, strerror(errno));
		unlink(tmp);
		return false;
	}
	return true;
}

long base64_decode(const char *text, size_t len, uint8_t *to, size_t room)
{
	EVP_ENCODE_CTX *c = EVP_ENCODE_CTX_new();
	int n = 0, last = 0;
	uint8_t *buf = malloc(len + 3); /* never more than it was as text */
	long result = -1;

	EVP_DecodeInit(c);
	if (buf && len < INT_MAX &&
	    EVP_DecodeUpdate(c, buf, &n, (const uint8_t *)text, (int)len) >= 0 &&
	    EVP_DecodeFinal(c, buf + n, &last) > 0 && (size_t)(n + last) <= room) {
		result = n + last;
		memcpy(to, buf, result);
	}
	free(buf);
	EVP_ENCODE_CTX_free(c);
	return result;
}
