// SPDX-License-Identifier: BSD-2-Clause
/* The decoder of APIC stores: any bytes, cut anywhere. First byte: code size. */
#include <stdlib.h>
#include <string.h>
#include <monitor/policy.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned int bits[] = {16, 32, 64};
	struct insn insn;
	uint8_t *copy;

	if (!size)
		return 0;
	copy = malloc(size - 1 ? size - 1 : 1); /* exact, so that ASan sees a read too far */
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	if (insn_decode_store(copy, size - 1, bits[data[0] % 3], &insn) &&
	    (insn.len > size - 1 || insn.reg > 15))
		abort();
	free(copy);
	return 0;
}
