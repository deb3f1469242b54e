// SPDX-License-Identifier: BSD-2-Clause
/* The log as merlonctl reads it: whatever the bytes, no record reaches beyond them. */
#include <client/merlonctl/merlonctl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *null;
	struct merlon_log_record r;
	const char *text;
	long n;

	if (!null)
		null = fopen("/dev/null", "w");
	while ((n = record_parse(data, size, &r, &text)) > 0) {
		if ((size_t)n > size)
			__builtin_trap();
		record_print(null, &r, text, r.tsc);
		data += n;
		size -= n;
	}
	return 0;
}
