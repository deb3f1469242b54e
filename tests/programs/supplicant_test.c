// SPDX-License-Identifier: BSD-2-Clause
/* tee-supplicant against a hostile TEE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <client/supplicant/supplicant.h>
#include <include/abi/optee_msg.h>
#include <tee_client_api.h>

static struct supplicant s = {.gen_caps = TEE_GEN_CAP_REG_MEM};
static char dir[] = "/tmp/merlon-test-XXXXXX";
static char path[128];

/* request.c and its like log what they refuse; here it is only in the way. */
void log_err(const char *fmt, ...)
{
}
void log_info(const char *fmt, ...)
{
}
void log_debug(const char *fmt, ...)
{
}

static const uint8_t uuid[16] = {0x8a, 0xaa, 0xf2, 0x00, 0x24, 0x50, 0x11, 0xe4,
				 0xab, 0xe2, 0x00, 0x02, 0xa5, 0xd5, 0xc5, 0x1b};

static int setup(void **state)
{
	FILE *f;

	fake_reset();
	s.fd = fake_open("/dev/teepriv0", 0);
	if (!mkdtemp(dir) || !ta_add_dir("/nowhere") || !ta_add_dir(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/8aaaf200-2450-11e4-abe2-0002a5d5c51b.ta", dir);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fputs("twelve bytes", f);
	return fclose(f);
}

static int teardown(void **state)
{
	return remove(path) || rmdir(dir);
}

static void value(struct tee_ioctl_param *p, uint64_t a, uint64_t b, uint64_t c)
{
	*p = (struct tee_ioctl_param){TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT, a, b, c};
}

static uint64_t lend(uint64_t size)
{
	struct tee_ioctl_param p;

	value(&p, OPTEE_RPC_SHM_TYPE_APPL, size, 0);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_SHM_ALLOC, &p, 1), 0);
	return p.c;
}

static uint32_t take_back(uint64_t id)
{
	struct tee_ioctl_param p;

	value(&p, OPTEE_RPC_SHM_TYPE_APPL, id, 0);
	return request(&s, OPTEE_RPC_CMD_SHM_FREE, &p, 1);
}

static uint32_t load(uint64_t id, uint64_t offset, uint64_t size, uint64_t *got)
{
	struct tee_ioctl_param p[2] = {{TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT, 0, 0, 0},
				       {TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT, offset, size, id}};
	uint32_t res;

	memcpy(&p[0].a, uuid, 8);
	memcpy(&p[0].b, uuid + 8, 8);
	res = request(&s, OPTEE_RPC_CMD_LOAD_TA, p, 2);
	*got = p[1].b;
	return res;
}

static void loads(void **state)
{
	uint64_t got, id = lend(4096);

	assert_int_equal(load(TEE_MEMREF_NULL, 0, 0, &got), 0);
	assert_int_equal(got, 12);
	assert_int_equal(load(id, 0, 11, &got), TEEC_ERROR_SHORT_BUFFER);
	assert_int_equal(got, 12);
	assert_int_equal(load(id, 100, 4096 - 100, &got), 0);
	assert_int_equal(got, 12);
	assert_memory_equal((char *)fake_memory((int)id) + 100, "twelve bytes", 12);
	assert_int_equal(take_back(id), 0);
}

static void refuses_memory_it_did_not_lend(void **state)
{
	uint64_t got, id = lend(4096);

	assert_int_equal(load(id, 0, 4097, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id, 4097, 1, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id, UINT64_MAX, 2, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id, 2, UINT64_MAX, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id + 1, 0, 1, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id | 1ull << 32, 0, 1, &got), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(take_back(id + 1), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(take_back(id), 0);
	assert_int_equal(take_back(id), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(load(id, 0, 1, &got), TEEC_ERROR_BAD_PARAMETERS);
}

static void limits_memory(void **state)
{
	struct tee_ioctl_param p;
	uint64_t ids[8];
	unsigned int n = 0, m;

	value(&p, OPTEE_RPC_SHM_TYPE_APPL, UINT64_MAX, 0);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_SHM_ALLOC, &p, 1), TEEC_ERROR_OUT_OF_MEMORY);
	value(&p, OPTEE_RPC_SHM_TYPE_APPL, 0, 0);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_SHM_ALLOC, &p, 1), TEEC_ERROR_OUT_OF_MEMORY);
	for (;;) {
		value(&p, OPTEE_RPC_SHM_TYPE_APPL, 64 << 20, 0);
		if (request(&s, OPTEE_RPC_CMD_SHM_ALLOC, &p, 1))
			break;
		assert_true(n < 8);
		ids[n++] = p.c;
	}
	assert_int_equal(n, 4);
	for (m = 0; m < n; m++)
		assert_int_equal(take_back(ids[m]), 0);
	assert_int_equal(fake_live(), 0);
}

static void refuses_malformed(void **state)
{
	struct tee_ioctl_param p[2] = {0};

	assert_int_equal(request(&s, OPTEE_RPC_CMD_LOAD_TA, p, 2), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_LOAD_TA, p, 1), TEEC_ERROR_BAD_PARAMETERS);
	value(&p[0], OPTEE_RPC_SHM_TYPE_KERNEL, 4096, 0);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_SHM_ALLOC, p, 1), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(request(&s, OPTEE_RPC_CMD_FS, p, 2), TEEC_ERROR_NOT_SUPPORTED);
	assert_int_equal(request(&s, UINT32_MAX, p, 2), TEEC_ERROR_NOT_SUPPORTED);
}

static void names(void **state)
{
	uint8_t dots[16];
	char p[64];

	memset(dots, '.', sizeof(dots)); /* digits only, whatever the octets are */
	assert_true(ta_path(p, sizeof(p), "/d", dots));
	assert_string_equal(p, "/d/2e2e2e2e-2e2e-2e2e-2e2e-2e2e2e2e2e2e.ta");
	assert_false(ta_path(p, 42, "/d", dots));
	assert_string_equal(ta_dir(0), "/nowhere");
	assert_true(ta_add_dir("optee_armtz"));
	assert_string_equal(ta_dir(2), "/lib/optee_armtz");
	assert_false(ta_add_dir(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads),	 cmocka_unit_test(refuses_memory_it_did_not_lend),
		cmocka_unit_test(limits_memory), cmocka_unit_test(refuses_malformed),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("supplicant", tests, setup, teardown);
}
