/* SPDX-License-Identifier: BSD-2-Clause */
/* Both compression functions, chained over many blocks, give what FIPS 180-4 says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "runtime/crypto/sha256.h"

static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* SHA-256 of a million times "a": 15,625 blocks of data, then one of padding. */
static void million(void (*block)(uint32_t *, const uint8_t *))
{
	static const uint32_t want[8] = {0xcdc76e5c, 0x9914fb92, 0x81a1c7e2, 0x84d73e67,
					 0xf1809a48, 0xa497200e, 0x046d39cc, 0xc7112cd0};
	uint32_t state[8];
	uint8_t data[64];

	memcpy(state, initial, sizeof(state));
	memset(data, 'a', sizeof(data));
	for (unsigned int i = 0; i < 15625; i++)
		block(state, data);
	memset(data, 0, sizeof(data));
	data[0] = 0x80;
	data[61] = 0x7a; /* 8,000,000 bits */
	data[62] = 0x12;
	block(state, data);
	assert_memory_equal(state, want, sizeof(want));
}

static void test_c(void **state)
{
	million(sha256_block_c);
}

static void test_ni(void **state)
{
	if (!sha256_have_ni())
		skip();
	million(sha256_block_ni);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_c),
		cmocka_unit_test(test_ni),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
