// SPDX-License-Identifier: BSD-2-Clause
/* merlonctl: log records as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <client/merlonctl/merlonctl.h>

static size_t make(uint8_t *to, uint16_t len, uint8_t level, uint8_t source, const char *text)
{
	struct merlon_log_record r = {.len = len,
				      .level = level,
				      .source = source,
				      .cpu = 3,
				      .pid = 9,
				      .tsc = 2500000000ull};

	memset(to, 0, 512);
	memcpy(to, &r, sizeof(r));
	memcpy(to + sizeof(r), text, strlen(text));
	return (sizeof(r) + len + 7) & ~7ul;
}

static void parses(void **state)
{
	struct merlon_log_record r;
	const char *text;
	uint8_t b[512];
	size_t n = make(b, 5, LOG_WARN, LOG_SRC_TA, "hello");

	assert_int_equal(n, 24);
	assert_int_equal(record_parse(b, 24, &r, &text), 24);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(record_parse(b, 500, &r, &text), 24);
	assert_int_equal(record_parse(b, 23, &r, &text), 0);
	assert_int_equal(record_parse(b, 15, &r, &text), 0);
	assert_int_equal(record_parse(b, 0, &r, &text), 0);
}

static void refuses(void **state)
{
	struct merlon_log_record r;
	const char *text;
	uint8_t b[512];

	make(b, MERLON_LOG_TEXT_MAX + 1, LOG_ERR, LOG_SRC_TA, "");
	assert_int_equal(record_parse(b, 512, &r, &text), -1);
	make(b, 5, LOG_DEBUG + 1, LOG_SRC_TA, "");
	assert_int_equal(record_parse(b, 512, &r, &text), -1);
	make(b, 5, LOG_DEBUG, LOG_SRC_TA + 1, "");
	assert_int_equal(record_parse(b, 512, &r, &text), -1);
}

static void prints(void **state)
{
	struct merlon_log_record r;
	const char *text;
	uint8_t b[512];
	char *out;
	size_t size;
	FILE *f;

	make(b, 6, LOG_INFO, LOG_SRC_TA, "a\033[2J\xff");
	assert_true(record_parse(b, 512, &r, &text) > 0);
	f = open_memstream(&out, &size);
	record_print(f, &r, text, 1000000);
	record_print(f, &r, text, 0);
	fclose(f);
	assert_string_equal(out, "[    2.500000] cpu3 ta[9] info: a\\x1b[2J\\xff\n"
				 "[tsc 2500000000] cpu3 ta[9] info: a\\x1b[2J\\xff\n");
	free(out);
}

static void levels(void **state)
{
	assert_int_equal(level_parse("err"), LOG_ERR);
	assert_int_equal(level_parse("debug"), LOG_DEBUG);
	assert_int_equal(level_parse("2"), LOG_INFO);
	assert_int_equal(level_parse("4"), -1);
	assert_int_equal(level_parse(""), -1);
	assert_int_equal(level_parse("information"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(prints),
		cmocka_unit_test(levels),
	};

	return cmocka_run_group_tests_name("merlonctl", tests, NULL, NULL);
}
