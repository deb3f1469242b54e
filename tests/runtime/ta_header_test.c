/* SPDX-License-Identifier: BSD-2-Clause */
/* The parser of signed TA headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "services/loader/header.h"

#define SIG	 256
#define ELF_SIZE 1000
#define PREFIX	 (sizeof(struct shdr) + TA_HASH_SIZE + SIG + sizeof(struct shdr_bootstrap_ta))

static struct shdr header(void)
{
	return (struct shdr){
		.magic = SHDR_MAGIC,
		.img_type = SHDR_BOOTSTRAP_TA,
		.img_size = ELF_SIZE,
		.algo = SHDR_ALGO_RSASSA_PSS_SHA256,
		.hash_size = TA_HASH_SIZE,
		.sig_size = SIG,
	};
}

static const char *parse(struct shdr h, size_t prefix_size, size_t size, struct ta_image *im)
{
	uint8_t prefix[TA_PREFIX_MAX] = {0};

	memcpy(prefix, &h, sizeof(h));
	prefix[PREFIX - sizeof(struct shdr_bootstrap_ta)] = 0xab;
	return ta_image_parse(prefix, prefix_size, size, im);
}

static void test_good(void **state)
{
	struct ta_image im;

	assert_null(parse(header(), TA_PREFIX_MAX, PREFIX + ELF_SIZE, &im));
	assert_int_equal(im.hash, 20);
	assert_int_equal(im.sig, 52);
	assert_int_equal(im.boot, 52 + SIG);
	assert_int_equal(im.elf, PREFIX);
	assert_int_equal(im.elf_size, ELF_SIZE);
	assert_int_equal(im.uuid[0], 0xab);
}

static void refused(struct shdr h, size_t prefix_size, size_t size, const char *why)
{
	struct ta_image im;
	const char *bad = parse(h, prefix_size, size, &im);

	assert_non_null(bad);
	assert_string_equal(bad, why);
}

static void test_fields(void **state)
{
	const size_t all = TA_PREFIX_MAX, size = PREFIX + ELF_SIZE;
	struct shdr h;

	h = header();
	h.magic ^= 1;
	refused(h, all, size, "no signed header (bad magic)");
	h = header();
	h.img_type = SHDR_TA;
	refused(h, all, size, "image type is not a bootstrap TA");
	h = header();
	h.algo = 0x70004830;
	refused(h, all, size, "signature algorithm is not RSA-PSS with SHA-256");
	h = header();
	h.hash_size = 20;
	refused(h, all, size, "hash size is not that of SHA-256");
	h = header();
	h.sig_size = 0xffff;
	refused(h, all, size, "signature size out of range");
	h = header();
	h.sig_size = 128;
	refused(h, all, size, "signature size out of range");
	h = header();
	h.img_size = 0xffffffff;
	refused(h, all, size, "ELF size out of range");
	h = header();
	h.img_size = 0;
	refused(h, all, size, "ELF size out of range");
}

static void test_sizes(void **state)
{
	const size_t size = PREFIX + ELF_SIZE;

	refused(header(), 19, 19, "too short for a signed header");
	for (size_t n = sizeof(struct shdr); n < PREFIX; n++)
		refused(header(), n, n, "truncated");
	refused(header(), TA_PREFIX_MAX, size - 1, "truncated");
	refused(header(), TA_PREFIX_MAX, size + 1, "bytes after the end of the ELF");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
