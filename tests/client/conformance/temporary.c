// SPDX-License-Identifier: BSD-2-Clause
/* Temporary memory references. */
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

static const size_t sizes[] = {0, 1, 100, 4095, 4096, 4097, 16384, 65536, 262144, 262145, 1048576};

#define LARGEST 1048576
#define GUARD	64

static uint8_t from[LARGEST], to[LARGEST + GUARD];

static void fill(uint8_t *b, size_t size, uint32_t seed)
{
	size_t n;

	for (n = 0; n < size; n++) {
		seed = seed * 1664525u + 1013904223u;
		b[n] = seed >> 24;
	}
}

static bool all(const uint8_t *b, size_t size, uint8_t value)
{
	while (size && b[size - 1] == value)
		size--;
	return !size;
}

static void copy_size(TEEC_Session *s, size_t size)
{
	TEEC_Operation op = {.paramTypes =
				     TYPES(MEMREF_TEMP_INPUT, MEMREF_TEMP_OUTPUT, NONE, NONE)};
	TEEC_Result res;
	char name[64];
	size_t n;

	snprintf(name, sizeof(name), "temporary: copy of %zu bytes", size);
	fill(from, size, size + 1);
	memset(to, 0xee, sizeof(to));
	op.params[0].tmpref.buffer = from;
	op.params[0].tmpref.size = size;
	op.params[1].tmpref.buffer = to;
	op.params[1].tmpref.size = size;
	res = TEEC_InvokeCommand(s, TEST_COPY, &op, NULL);
	for (n = 0; n < size && from[n] == to[n]; n++)
		;
	check(!res && op.params[1].tmpref.size == size && n == size && all(to + size, GUARD, 0xee),
	      name, "0x%08x, size %zu, byte %zu wrong", res, op.params[1].tmpref.size, n);
}

static void xor_size(TEEC_Session *s, size_t size)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};
	TEEC_Result res;
	char name[64];
	size_t n, wrong = 0;

	snprintf(name, sizeof(name), "temporary: %zu bytes in and out", size);
	fill(from, size, size);
	memset(to, 0xee, sizeof(to));
	memcpy(to, from, size);
	op.params[0].tmpref.buffer = to;
	op.params[0].tmpref.size = size;
	res = TEEC_InvokeCommand(s, TEST_XOR, &op, NULL);
	for (n = 0; n < size; n++)
		wrong += to[n] != (from[n] ^ 0x5a);
	check(!res && !wrong && all(to + size, GUARD, 0xee), name, "0x%08x, %zu wrong bytes", res,
	      wrong);
}

static void sizes_that_come_back(TEEC_Session *s)
{
	TEEC_Operation op = {.paramTypes =
				     TYPES(MEMREF_TEMP_INPUT, MEMREF_TEMP_OUTPUT, NONE, NONE)};
	uint32_t origin = 0;
	TEEC_Result res;

	memset(to, 0xee, sizeof(to));
	op.params[0].tmpref.buffer = from;
	op.params[0].tmpref.size = 1000;
	op.params[1].tmpref.buffer = to;
	op.params[1].tmpref.size = 999;
	res = TEEC_InvokeCommand(s, TEST_COPY, &op, &origin);
	check_origin("temporary: short buffer", res, TEEC_ERROR_SHORT_BUFFER, origin,
		     TEEC_ORIGIN_TRUSTED_APP);
	check(op.params[1].tmpref.size == 1000, "temporary: short buffer says the size needed",
	      "%zu", op.params[1].tmpref.size);
	check(all(to, 1000, 0xee), "temporary: short buffer stays as it was", "written");

	op.paramTypes = TYPES(MEMREF_TEMP_OUTPUT, VALUE_INPUT, NONE, NONE);
	op.params[0].tmpref.buffer = to;
	op.params[0].tmpref.size = 100;
	op.params[1].value.a = 10;
	op.params[1].value.b = 0;
	memset(to, 0xee, sizeof(to));
	res = TEEC_InvokeCommand(s, TEST_SIZE, &op, NULL);
	check(!res && op.params[0].tmpref.size == 10, "temporary: output becomes smaller",
	      "0x%08x, size %zu", res, op.params[0].tmpref.size);
	check(all(to + 10, 90, 0xee), "temporary: nothing beyond the output is written", "written");
	op.params[0].tmpref.size = 100;
	op.params[1].value.a = 200;
	op.params[1].value.b = 0xffff0010;
	res = TEEC_InvokeCommand(s, TEST_SIZE, &op, NULL);
	check(res == 0xffff0010 && op.params[0].tmpref.size == 200,
	      "temporary: size larger than the buffer", "0x%08x, size %zu", res,
	      op.params[0].tmpref.size);
}

static void null_references(TEEC_Session *s)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INPUT, MEMREF_TEMP_OUTPUT,
						 MEMREF_TEMP_INOUT, VALUE_OUTPUT)};
	uint32_t origin = 0, want = 0x2000 | 7 << 8 | 6 << 4 | 5;
	TEEC_Result res;

	res = TEEC_InvokeCommand(s, TEST_DESCRIBE, &op, NULL);
	check(!res && op.params[3].value.a == want && !op.params[3].value.b,
	      "temporary: NULL references reach the TA as NULL", "0x%08x, types 0x%x, buffers 0x%x",
	      res, op.params[3].value.a, op.params[3].value.b);
	op.params[1].tmpref.buffer = to;
	op.params[1].tmpref.size = 1;
	res = TEEC_InvokeCommand(s, TEST_DESCRIBE, &op, NULL);
	check(!res && op.params[3].value.b == 2, "temporary: NULL and other references together",
	      "0x%08x, buffers 0x%x", res, op.params[3].value.b);
	op.paramTypes = TYPES(MEMREF_TEMP_OUTPUT, VALUE_INPUT, NONE, NONE);
	memset(op.params, 0, sizeof(op.params));
	op.params[1].value.a = 50;
	op.params[1].value.b = 0xffff0010;
	res = TEEC_InvokeCommand(s, TEST_SIZE, &op, NULL);
	check(res == 0xffff0010 && op.params[0].tmpref.size == 50,
	      "temporary: NULL asks for the size needed", "0x%08x, %zu", res,
	      op.params[0].tmpref.size);
	op.params[0].tmpref.size = 1;
	res = TEEC_InvokeCommand(s, TEST_SIZE, &op, &origin);
	check_origin("temporary: NULL with a size", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
}

/* What one TA was given must not be in the buffer that another TA gets. */
static void leftovers(TEEC_Context *c)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};
	TEEC_Operation out = {.paramTypes = TYPES(MEMREF_TEMP_OUTPUT, VALUE_INPUT, NONE, NONE)};
	TEEC_Session a, b;
	TEEC_Result res;

	open_ta(c, &a, &test_ta);
	open_ta(c, &b, &single_ta);
	memset(to, 0x77, 4096);
	op.params[0].tmpref.buffer = to;
	op.params[0].tmpref.size = 4096;
	TEEC_InvokeCommand(&a, TEST_XOR, &op, NULL);
	memset(from, 0xee, 4096);
	out.params[0].tmpref.buffer = from;
	out.params[0].tmpref.size = 4096;
	out.params[1].value.a = 4096; /* the TA writes nothing: what was there comes back */
	res = TEEC_InvokeCommand(&b, TEST_SIZE, &out, NULL);
	check(!res && all(from, 4096, 0), "temporary: nothing left over from another session",
	      "0x%08x, byte 0x%02x", res, from[0]);
	TEEC_CloseSession(&a);
	TEEC_CloseSession(&b);
}

void test_temporary(TEEC_Context *c)
{
	TEEC_Session s;
	unsigned int n;

	open_ta(c, &s, &test_ta);
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++)
		copy_size(&s, sizes[n]);
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++)
		xor_size(&s, sizes[n]);
	sizes_that_come_back(&s);
	null_references(&s);
	TEEC_CloseSession(&s);
	leftovers(c);
}
