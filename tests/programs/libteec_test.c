// SPDX-License-Identifier: BSD-2-Clause
/* libteec against a fake device: what it sends, what it makes of answers, what it keeps. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <tee_client_api.h>

#define TYPES(a, b, c, d) TEEC_PARAM_TYPES(TEEC_##a, TEEC_##b, TEEC_##c, TEEC_##d)

static TEEC_Context ctx;
static TEEC_Session session;
static const TEEC_UUID uuid = {0x01020304, 0x0506, 0x0708, {9, 10, 11, 12, 13, 14, 15, 16}};

static int setup(void **state)
{
	fake_reset();
	assert_int_equal(TEEC_InitializeContext(NULL, &ctx), TEEC_SUCCESS);
	assert_int_equal(
		TEEC_OpenSession(&ctx, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
		TEEC_SUCCESS);
	return 0;
}

static int teardown(void **state)
{
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&ctx);
	assert_int_equal(fake_live(), 0);
	return 0;
}

static void opens(void **state)
{
	static const uint8_t octets[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	uint32_t gid = 0x11223344, origin = 0;
	TEEC_Session s;

	assert_memory_equal(fake.opened.uuid, octets, 16);
	assert_int_equal(TEEC_OpenSession(&ctx, &s, &uuid, TEEC_LOGIN_GROUP, &gid, NULL, NULL), 0);
	assert_int_equal(fake.opened.clnt_login, TEE_IOCTL_LOGIN_GROUP);
	assert_memory_equal(fake.opened.clnt_uuid, &gid, 4);
	assert_int_equal(TEEC_OpenSession(&ctx, &s, &uuid, 0x80000000, NULL, NULL, &origin),
			 TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	fake.fail = ENOMEM;
	assert_int_equal(TEEC_OpenSession(&ctx, &s, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin),
			 TEEC_ERROR_OUT_OF_MEMORY);
	assert_int_equal(origin, TEEC_ORIGIN_COMMS);
}

static void swap_values(struct tee_ioctl_param *p, unsigned int n)
{
	uint64_t a = p[0].a;

	p[0].a = p[0].b;
	p[0].b = a;
}

static void values(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INOUT, NONE, NONE, NONE)};
	uint32_t origin = 0;

	fake.run = swap_values;
	op.params[0].value.a = 1;
	op.params[0].value.b = 0xffffffff;
	assert_int_equal(TEEC_InvokeCommand(&session, 5, &op, &origin), 0);
	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	assert_int_equal(op.params[0].value.a, 0xffffffff);
	assert_int_equal(op.params[0].value.b, 1);
	assert_int_equal(fake.arg.func, 5);
	assert_int_equal(fake.arg.session, 77);
	assert_int_equal(fake.arg.num_params, 1);
	assert_int_equal(TEEC_InvokeCommand(&session, 6, NULL, NULL), 0);
	assert_int_equal(fake.arg.num_params, 0);
}

static void fill_output(struct tee_ioctl_param *p, unsigned int n)
{
	memset((char *)fake_memory((int)p[0].c) + p[0].a, 0x5a, p[0].b);
	p[0].b = 10;
}

static void temporary_costs_one_call(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INOUT, NONE, NONE, NONE)};
	uint8_t b[4096] = {0};
	unsigned int before;

	fake.run = fill_output;
	op.params[0].tmpref.buffer = b;
	op.params[0].tmpref.size = sizeof(b);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(op.params[0].tmpref.size, 10);
	assert_int_equal(b[9], 0x5a);
	assert_int_equal(b[10], 0);
	before = fake.ioctls;
	op.params[0].tmpref.size = sizeof(b);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(fake.ioctls, before + 1);
}

static void too_large(struct tee_ioctl_param *p, unsigned int n)
{
	p[0].b = 1ull << 40;
}

static void size_needed(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_OUTPUT, NONE, NONE, NONE)};
	uint8_t b[16] = {1};

	fake.run = too_large;
	fake.ret = TEEC_ERROR_SHORT_BUFFER;
	op.params[0].tmpref.buffer = b;
	op.params[0].tmpref.size = sizeof(b);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), TEEC_ERROR_SHORT_BUFFER);
	assert_true(op.params[0].tmpref.size == 1ull << 40);
	assert_int_equal(b[0], 1);
}

static uint8_t seen[8192];

static void look(struct tee_ioctl_param *p, unsigned int n)
{
	memcpy(seen, fake_memory((int)p[0].c), 4096);
}

/* A new session must not find what the old one had in the same buffer; the old one may. */
static void wiped_for_another_session(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INPUT, NONE, NONE, NONE)};
	TEEC_Session other;
	uint8_t b[4096];

	memset(b, 0x77, sizeof(b));
	op.params[0].tmpref.buffer = b;
	op.params[0].tmpref.size = sizeof(b);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
			 0);
	fake.run = look;
	op.params[0].tmpref.size = 100;
	assert_int_equal(TEEC_InvokeCommand(&other, 0, &op, NULL), 0);
	assert_int_equal(seen[99], 0x77);
	assert_int_equal(seen[100], 0);
	assert_int_equal(seen[4095], 0);
	TEEC_CloseSession(&other);
}

static void large_is_registered(void **state)
{
	static uint8_t b[1 << 20];
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_INPUT, NONE, NONE, NONE)};

	op.params[0].tmpref.buffer = b;
	op.params[0].tmpref.size = sizeof(b);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(fake.registers, 1);
	assert_int_equal(fake.allocs, 0);
	fake.no_register = true;
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(fake.allocs, 1);
	assert_int_equal(fake_live(), 0);
}

static void null_reference(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_TEMP_OUTPUT, NONE, NONE, NONE)};

	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_true(fake.params[0].c == TEE_MEMREF_NULL && !fake.params[0].b);
	op.params[0].tmpref.size = 1;
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(fake.invokes, 1);
}

/* The first reference is in a buffer when the second proves wrong: it must be given back. */
static void failure_gives_back(void **state)
{
	TEEC_Operation op = {.paramTypes =
				     TYPES(MEMREF_TEMP_INPUT, MEMREF_TEMP_OUTPUT, NONE, NONE)};
	unsigned int n;
	uint8_t b[100];

	memset(b, 0, sizeof(b));
	op.params[0].tmpref.buffer = b;
	op.params[0].tmpref.size = sizeof(b);
	op.params[1].tmpref.size = 1;
	for (n = 0; n < 100; n++)
		assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL),
				 TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(fake.allocs, 1);
	op.params[1].tmpref.size = 0;
	for (n = 0; n < 100; n++) {
		fake.fail = EIO;
		assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL),
				 TEEC_ERROR_COMMUNICATION);
	}
	assert_int_equal(fake.allocs, 1);
}

static void shadow(void **state)
{
	TEEC_Operation op = {.paramTypes = TYPES(MEMREF_PARTIAL_OUTPUT, NONE, NONE, NONE)};
	uint8_t b[300] = {0};
	TEEC_SharedMemory shm = {.buffer = b, .size = sizeof(b), .flags = TEEC_MEM_OUTPUT};

	fake.no_register = true;
	fake.run = fill_output;
	assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &shm), 0);
	op.params[0].memref.parent = &shm;
	op.params[0].memref.offset = 50;
	op.params[0].memref.size = 20;
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	assert_int_equal(b[49], 0);
	assert_int_equal(b[50], 0x5a);
	assert_int_equal(b[59], 0x5a);
	assert_int_equal(b[60], 0); /* ten bytes came back */
	assert_int_equal(op.params[0].memref.size, 10);
	TEEC_ReleaseSharedMemory(&shm);
	TEEC_ReleaseSharedMemory(&shm);
}

static void cancels(void **state)
{
	TEEC_Operation op = {.paramTypes = 0};

	TEEC_RequestCancellation(&op);
	assert_int_equal(fake.cancels, 0);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), TEEC_ERROR_CANCEL);
	assert_int_equal(fake.invokes, 0);
	assert_int_equal(TEEC_InvokeCommand(&session, 0, &op, NULL), 0);
	TEEC_RequestCancellation(&op);
	assert_int_equal(fake.cancels, 1);
	assert_int_equal(fake.cancel.session, 77);
	assert_int_equal(fake.cancel.cancel_id, fake.arg.cancel_id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(opens),
		T(values),
		T(temporary_costs_one_call),
		T(size_needed),
		T(wiped_for_another_session),
		T(large_is_registered),
		T(null_reference),
		T(failure_gives_back),
		T(shadow),
		T(cancels),
	};

	return cmocka_run_group_tests_name("libteec", tests, NULL, NULL);
}
