// SPDX-License-Identifier: BSD-2-Clause
/* merlon-symbolize: which lines it knows, and which file it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <client/symbolize/symbolize.h>

#define UUID "8aaaf200-2450-11e4-abe2-0002a5d5c51b"

static void parses(void **state)
{
	struct crash_line c;

	crash_parse(
		"[ 1.0] cpu0 kernel err: crash: pid 7 uuid 8AAAF200-2450-11e4-abe2-0002a5d5c51b "
		"page fault addr=0x0 code=0x6\n",
		&c);
	assert_int_equal(c.kind, CRASH_HEAD);
	assert_string_equal(c.uuid, UUID);
	crash_parse("crash: #12 0x7f0000001189 image+0x1189", &c);
	assert_int_equal(c.kind, CRASH_FRAME);
	assert_int_equal(c.frame, 12);
	assert_string_equal(c.module, "image");
	assert_int_equal(c.offset, 0x1189);
}

static void leaves_alone(void **state)
{
	static const char *const lines[] = {
		"",
		"hello",
		"crash: ",
		"crash: rip=0000000000000000 rsp=0",
		"crash: map 0x1000-0x2000 rwx image",
		"crash: pid 7 uuid 8aaaf200-2450-11e4-abe2",
		"crash: pid 7",
		"crash: #1 0x10",
		"crash: #1 0x10 ?",
		"crash: #x 0x10 image+0x1",
		"crash: #1 0x10 averyveryverylongnameindeed+0x1",
	};
	struct crash_line c;
	unsigned int n;

	for (n = 0; n < sizeof(lines) / sizeof(lines[0]); n++) {
		crash_parse(lines[n], &c);
		assert_int_equal(c.kind, CRASH_NONE);
	}
}

static void finds(void **state)
{
	assert_null(files_find("image", UUID));
	assert_null(files_find("runtime", UUID));
	files_set_runtime("r.so");
	assert_string_equal(files_find("runtime", UUID), "r.so");
	assert_true(files_add("/some/11111111-2450-11e4-abe2-0002a5d5c51b.elf"));
	assert_null(files_find("image", UUID));
	assert_true(files_add("any.elf"));
	assert_string_equal(files_find("image", UUID), "any.elf");
	assert_true(files_add(UUID "=mine.elf"));
	assert_string_equal(files_find("image", UUID), "mine.elf");
	assert_null(files_find("stack", UUID));
	assert_null(files_find("image", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(leaves_alone),
		cmocka_unit_test(finds),
	};

	return cmocka_run_group_tests_name("symbolize", tests, NULL, NULL);
}
