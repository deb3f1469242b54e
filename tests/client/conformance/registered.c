// SPDX-License-Identifier: BSD-2-Clause
/* Registered and allocated shared memory. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance.h"

#define SIZE   20000
#define IN     TEEC_MEM_INPUT
#define OUT    TEEC_MEM_OUTPUT
#define IN_OUT (IN | OUT)

static uint8_t memory[SIZE + 4096] __attribute__((aligned(4096)));

/* First byte that is not as the TA should have left it: [from, to) changed, the rest not; size: none. */
static size_t first_wrong(const uint8_t *b, size_t from, size_t to, size_t size, uint8_t value)
{
	size_t n;

	for (n = 0; n < size; n++) {
		if (b[n] != (n >= from && n < to ? (value ^ 0x5a) : value))
			break;
	}
	return n;
}

static void partial(TEEC_Session *s, TEEC_SharedMemory *shm, size_t offset, size_t size,
		    const char *name)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_PARTIAL_INOUT, NONE, NONE, NONE)};
	TEEC_Result res;
	size_t wrong;

	memset(shm->buffer, 0x31, shm->size);
	op.params[0].memref.parent = shm;
	op.params[0].memref.offset = offset;
	op.params[0].memref.size = size;
	res = TEEC_InvokeCommand(s, TEST_XOR, &op, NULL);
	wrong = first_wrong(shm->buffer, offset, offset + size, shm->size, 0x31);
	check(!res && wrong == shm->size, name, "0x%08x, byte %zu wrong", res, wrong);
}

static void whole(TEEC_Session *s, TEEC_SharedMemory *shm, const char *name)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_WHOLE, NONE, NONE, NONE)};
	TEEC_Result res;
	size_t wrong;

	memset(shm->buffer, 0x42, shm->size);
	op.params[0].memref.parent = shm;
	res = TEEC_InvokeCommand(s, TEST_XOR, &op, NULL);
	wrong = first_wrong(shm->buffer, 0, shm->size, shm->size, 0x42);
	check(!res && op.params[0].memref.size == shm->size && wrong == shm->size, name,
	      "0x%08x, size %zu, byte %zu wrong", res, op.params[0].memref.size, wrong);
}

static TEEC_Result use(TEEC_Session *s, TEEC_SharedMemory *shm, uint32_t type, size_t offset,
		       size_t size, uint32_t *origin)
{
	TEEC_Operation op = {.paramTypes = type};

	*origin = 0;
	op.params[0].memref.parent = shm;
	op.params[0].memref.offset = offset;
	op.params[0].memref.size = size;
	return TEEC_InvokeCommand(s, TEST_NOP, &op, origin);
}

static void bounds(TEEC_Session *s, TEEC_SharedMemory *shm)
{
	static const struct {
		const char *name;
		size_t offset, size;
		TEEC_Result want;
	} cases[] = {
		{"partial: all of it", 0, SIZE, TEEC_SUCCESS},
		{"partial: nothing, at the end", SIZE, 0, TEEC_SUCCESS},
		{"partial: one byte too many", 1, SIZE, TEEC_ERROR_BAD_PARAMETERS},
		{"partial: behind the end", SIZE + 1, 0, TEEC_ERROR_BAD_PARAMETERS},
		{"partial: offset that wraps", SIZE_MAX, 2, TEEC_ERROR_BAD_PARAMETERS},
		{"partial: size that wraps", 2, SIZE_MAX, TEEC_ERROR_BAD_PARAMETERS},
	};
	uint32_t origin;
	unsigned int n;

	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
		check_result(cases[n].name,
			     use(s, shm, TEEC_MEMREF_PARTIAL_INOUT, cases[n].offset, cases[n].size,
				 &origin),
			     cases[n].want);
}

static void directions(TEEC_Context *c, TEEC_Session *s)
{
	TEEC_SharedMemory in = {.size = 4096, .flags = IN}, out = {.size = 4096, .flags = OUT};
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_WHOLE, MEMREF_WHOLE, NONE, NONE)};
	uint32_t origin;
	TEEC_Result res;

	if (TEEC_AllocateSharedMemory(c, &in) || TEEC_AllocateSharedMemory(c, &out))
		die("no shared memory");
	memset(in.buffer, 0x19, 4096);
	memset(out.buffer, 0, 4096);
	op.params[0].memref.parent = &in;
	op.params[1].memref.parent = &out;
	res = TEEC_InvokeCommand(s, TEST_COPY, &op, NULL);
	check(!res && !memcmp(in.buffer, out.buffer, 4096) && op.params[1].memref.size == 4096,
	      "whole: from input to output memory", "0x%08x", res);
	res = use(s, &in, TEEC_MEMREF_PARTIAL_OUTPUT, 0, 1, &origin);
	check_origin("partial: output to input memory", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
	res = use(s, &out, TEEC_MEMREF_PARTIAL_INPUT, 0, 1, &origin);
	check_origin("partial: input from output memory", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
	TEEC_ReleaseSharedMemory(&in);
	TEEC_ReleaseSharedMemory(&out);
	res = use(s, &in, TEEC_MEMREF_WHOLE, 0, 0, &origin);
	check_origin("whole: after it is released", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
}

/* Memory that cannot be pinned for writing. */
static void read_only(TEEC_Context *c, TEEC_Session *s)
{
	TEEC_SharedMemory shm = {.size = 4096, .flags = IN};
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_WHOLE, MEMREF_TEMP_OUTPUT, NONE, NONE)};
	uint8_t *b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TEEC_Result res;

	if (b == MAP_FAILED)
		die("no memory");
	memset(b, 0x66, 4096);
	mprotect(b, 4096, PROT_READ);
	shm.buffer = b;
	res = TEEC_RegisterSharedMemory(c, &shm);
	check_result("register: read-only memory", res, TEEC_SUCCESS);
	if (!res) {
		op.params[0].memref.parent = &shm;
		op.params[1].tmpref.buffer = memory;
		op.params[1].tmpref.size = 4096;
		memset(memory, 0, 4096);
		res = TEEC_InvokeCommand(s, TEST_COPY, &op, NULL);
		check(!res && !memcmp(b, memory, 4096), "register: the TA reads read-only memory",
		      "0x%08x, byte 0x%02x", res, memory[0]);
		TEEC_ReleaseSharedMemory(&shm);
	}
	munmap(b, 4096);
}

static void refusals(TEEC_Context *c)
{
	TEEC_SharedMemory shm = {.buffer = memory, .size = 10, .flags = 0};

	check_result("register: no direction", TEEC_RegisterSharedMemory(c, &shm),
		     TEEC_ERROR_BAD_PARAMETERS);
	shm.flags = 4;
	check_result("register: unknown direction", TEEC_RegisterSharedMemory(c, &shm),
		     TEEC_ERROR_BAD_PARAMETERS);
	shm.flags = IN;
	shm.buffer = NULL;
	check_result("register: no buffer", TEEC_RegisterSharedMemory(c, &shm),
		     TEEC_ERROR_BAD_PARAMETERS);
	check_result("register: NULL", TEEC_RegisterSharedMemory(c, NULL),
		     TEEC_ERROR_BAD_PARAMETERS);
	shm.flags = 0;
	check_result("allocate: no direction", TEEC_AllocateSharedMemory(c, &shm),
		     TEEC_ERROR_BAD_PARAMETERS);
	shm.flags = IN;
	shm.size = (size_t)1 << 50;
	check(TEEC_AllocateSharedMemory(c, &shm) != TEEC_SUCCESS, "allocate: far too much",
	      "success");
	TEEC_ReleaseSharedMemory(NULL);
	check(true, "release: NULL", "-");
}

static void empty(TEEC_Context *c, TEEC_Session *s)
{
	TEEC_SharedMemory shm = {.flags = IN_OUT};
	uint32_t origin;
	TEEC_Result res = TEEC_AllocateSharedMemory(c, &shm);

	check(!res && shm.buffer, "allocate: nothing", "0x%08x", res);
	if (res)
		return;
	check_result("whole: of nothing", use(s, &shm, TEEC_MEMREF_WHOLE, 0, 0, &origin),
		     TEEC_SUCCESS);
	TEEC_ReleaseSharedMemory(&shm);
}

void test_registered(TEEC_Context *c)
{
	TEEC_SharedMemory reg = {.buffer = memory + 5, .size = SIZE, .flags = IN_OUT};
	TEEC_SharedMemory alloc = {.size = SIZE, .flags = IN_OUT};
	TEEC_Session s;

	open_ta(c, &s, &test_ta);
	if (!check_result("register: unaligned buffer", TEEC_RegisterSharedMemory(c, &reg), 0) ||
	    !check_result("allocate", TEEC_AllocateSharedMemory(c, &alloc), 0))
		die("cannot go on");
	whole(&s, &reg, "whole: registered memory");
	whole(&s, &alloc, "whole: allocated memory");
	partial(&s, &reg, 0, 1, "partial: first byte of registered memory");
	partial(&s, &reg, 4000, 5000, "partial: across pages of registered memory");
	partial(&s, &reg, SIZE - 1, 1, "partial: last byte of registered memory");
	partial(&s, &alloc, 4000, 5000, "partial: across pages of allocated memory");
	partial(&s, &alloc, 0, SIZE, "partial: all of allocated memory");
	bounds(&s, &reg);
	TEEC_ReleaseSharedMemory(&reg);
	TEEC_ReleaseSharedMemory(&alloc);
	check(!alloc.buffer, "release: the buffer is gone", "still there");
	directions(c, &s);
	read_only(c, &s);
	refusals(c);
	empty(c, &s);
	TEEC_CloseSession(&s);
}
