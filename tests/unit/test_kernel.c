// SPDX-License-Identifier: BSD-2-Clause
/*
 * Calls, instances, messages that are wrong, limits.
 */
#include "harness.h"

/* --- Calls -------------------------------------------------------------------------------------- */

static void test_open_invoke_close(void **state)
{
	uint64_t a = 40, b = 2;
	uint32_t s = open_ok(uuid_multi);

	assert_int_equal(ree_invoke(s, CMD_ADD, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, 42);
	assert_int_equal(ree_close(s), TEE_SUCCESS);
	assert_int_equal(program_destroyed, 1);
	assert_int_equal(ree_invoke(s, CMD_ADD, &a, &b), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(ree_close(s), TEE_ERROR_BAD_PARAMETERS);
}

static void test_open_failures(void **state)
{
	uint32_t s;

	assert_int_equal(ree_open(uuid_none, &s), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(ree_open(uuid_nocreate, &s), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(program_destroyed, 0);
	assert_int_equal(ree_open(uuid_noopen, &s), TEE_ERROR_CANCEL);
	assert_int_equal(program_destroyed, 1);
}

static void test_instances(void **state)
{
	uint64_t before = ree_stat(TEE_STAT_PROCESSES);
	uint32_t a, b, c, d, e;

	a = open_ok(uuid_multi);
	b = open_ok(uuid_multi);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before + 2);
	c = open_ok(uuid_single);
	d = open_ok(uuid_single);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before + 3);
	e = open_ok(uuid_one);
	assert_int_equal(ree_open(uuid_one, &(uint32_t){0}), TEE_ERROR_BUSY);
	ree_close(a);
	ree_close(b);
	ree_close(c);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before + 2);
	ree_close(d);
	ree_close(e);
	assert_int_equal(program_destroyed, 4);
}

static void test_keep_alive(void **state)
{
	uint64_t before = ree_stat(TEE_STAT_PROCESSES);

	ree_close(open_ok(uuid_keep));
	assert_int_equal(program_destroyed, 0);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before + 1);
	ree_close(open_ok(uuid_keep));
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before + 1);
	ree_attach();
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), before);
}

static void test_identity(void **state)
{
	struct ree_call rc;
	uint64_t a = 0, b = 0;

	ree_prepare_open(&rc, uuid_multi);
	rc.arg->params[1].u.value.c = OPTEE_MSG_LOGIN_USER;
	rc.arg->params[1].u.value.a = 0x11223344;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_invoke(rc.arg->session, CMD_IDENTITY, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, OPTEE_MSG_LOGIN_USER);
	assert_int_equal(b, 0x11223344);
	ree_close(rc.arg->session);

	/* What only the kernel may say. */
	ree_prepare_open(&rc, uuid_multi);
	rc.arg->params[1].u.value.c = LOGIN_TRUSTED_APP;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_BAD_PARAMETERS);
}

static void test_nested(void **state)
{
	uint64_t a = 5, b = 6;
	uint32_t s = open_ok(uuid_multi);

	assert_int_equal(ree_invoke(s, CMD_NEST, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, 11);
	assert_int_equal(ree_invoke(s, CMD_NEST_MEM, NULL, NULL), TEE_SUCCESS);
	assert_int_equal(ree_invoke(s, CMD_NEST_PANIC, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(b, TEE_ORIGIN_TEE);
	/* A session that the TA forgot ends with the TA, and its server hears of it. */
	program_closed = 0;
	assert_int_equal(ree_invoke(s, CMD_NEST_LEAVE, NULL, NULL), TEE_SUCCESS);
	ree_close(s);
	assert_int_equal(program_closed, 2);
}

static void test_self(void **state)
{
	uint64_t a = 0;
	uint32_t s = open_ok(uuid_keep);

	assert_int_equal(ree_invoke(s, CMD_SELF, &a, NULL), TEE_SUCCESS);
	assert_int_equal(a, TEE_ERROR_BUSY);
	ree_close(s);
	ree_attach();
}

static void test_syscalls(void **state)
{
	uint64_t a = 99, b = 0;
	uint32_t s = open_ok(uuid_multi);

	assert_int_equal(ree_invoke(s, CMD_HANDLES, NULL, NULL), TEE_SUCCESS);
	assert_int_equal(ree_invoke(s, CMD_MEMORY, NULL, NULL), TEE_SUCCESS);
	assert_int_equal(ree_invoke(s, CMD_BAD_SYSCALLS, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, 0);
	assert_int_equal(ree_invoke(s, CMD_TIME, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, 1234);
	assert_int_equal(b, 5678);
	assert_int_equal(ree_invoke(s, CMD_GRANT, &a, &b), TEE_SUCCESS);
	a = 50;
	assert_int_equal(ree_invoke(s, CMD_SLEEP, &a, &b), TEE_SUCCESS);
	assert_int_equal(a, 0);
	ree_close(s);
}

/* --- Messages that are wrong ------------------------------------------------------------------------------ */

static void test_bad_messages(void **state)
{
	uint64_t page = (uint64_t)ree_page();
	struct optee_msg_arg *arg = (void *)page;
	struct ree_call rc;

	assert_int_equal(ree_op(77, 0, 0, 0).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_ATTACH, 0x70000, 0, 0).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_STAT, 1000, 0, 0).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page + 4, 2048, 1024).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page + 2048, 4096, 1024).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page, ~0ull, 1024).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page, 2048, ~7ull).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page, 2048, 2000).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_CALL, page, 2048, 0).rdi, TEE_EINVAL);
	assert_int_equal(
		ree_op(TEE_OP_CALL, (uint64_t)tenants[0].threads[0] & PAGE_MASK, 2048, 1024).rdi,
		TEE_EADDR);
	assert_int_equal(ree_op(TEE_OP_CALL, ~0ull & PAGE_MASK, 2048, 1024).rdi, TEE_EADDR);
	arg->num_params = 7;
	assert_int_equal(ree_op(TEE_OP_CALL, page, 2048, 1024).rdi, TEE_EINVAL);
	arg->num_params = ~0u;
	assert_int_equal(ree_op(TEE_OP_CALL, page, 2048, 1024).rdi, TEE_EINVAL);
	assert_int_equal(ree_op(TEE_OP_RESUME, 0x500, 0, 0).rdi, TEE_ENOTHREAD);
	assert_int_equal(ree_op(TEE_OP_RESUME, ~0ull, 0, 0).rdi, TEE_ENOTHREAD);
	assert_int_equal(ree_op(TEE_OP_RESUME, 0, 8, 0).rdi, TEE_EINVAL);

	ree_prepare(&rc, 99, 0);
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_NOT_SUPPORTED);
	ree_prepare(&rc, OPTEE_MSG_CMD_OPEN_SESSION, 0);
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_BAD_PARAMETERS);
	ree_prepare_open(&rc, uuid_multi);
	rc.arg->num_params = 3;
	rc.arg->params[2].attr = 0x1234567;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_BAD_PARAMETERS);
}

static void test_not_attached(void **state)
{
	struct ree_call rc;

	ree_detach();
	ree_detach();
	ree_prepare_open(&rc, uuid_multi);
	assert_int_equal(ree_run(&rc), REE_ERROR);
	assert_int_equal(rc.regs.rdi, TEE_ENOTATT);
	assert_int_equal(ree_op(TEE_OP_RESUME, 0x500, 0, 0).rdi, TEE_ENOTATT);
	ree_attach();
}

/* --- Limits ------------------------------------------------------------------------------------------------------------------ */

static void test_no_thread_left(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call in, wait[TENANT_THREADS];

	stop_in(&in, s, 1);
	for (unsigned i = 0; i < TENANT_THREADS - 1; i++) {
		ree_prepare_invoke(&wait[i], s, CMD_NULL, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	ree_prepare_invoke(&wait[TENANT_THREADS - 1], s, CMD_NULL, 0);
	assert_int_equal(ree_run(&wait[TENANT_THREADS - 1]), REE_ERROR);
	assert_int_equal(wait[TENANT_THREADS - 1].regs.rdi, TEE_EBUSY);
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	for (unsigned i = 0; i < TENANT_THREADS - 1; i++)
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
	ree_close(s);
}

static void test_process_quota(void **state)
{
	uint32_t s[TENANT_MAX_PROCESSES], last;

	for (unsigned i = 0; i < TENANT_MAX_PROCESSES; i++)
		s[i] = open_ok(uuid_multi);
	assert_int_equal(ree_open(uuid_multi, &last), TEE_ERROR_OUT_OF_MEMORY);
	for (unsigned i = 0; i < TENANT_MAX_PROCESSES; i++)
		ree_close(s[i]);
}

/* Every failure of an allocation on the way has to be undone completely. */
static void test_page_quota(void **state)
{
	struct quota *q = &tenants[TENANT_REE].quota;
	uint32_t max = q->max_pages, s, ok = 0;

	for (unsigned n = 0; n < 60; n++) {
		uint64_t a = 1, b = 2;

		q->max_pages = q->pages + n;
		if (!ree_open(uuid_multi, &s)) {
			ok++;
			ree_invoke(s, CMD_NEST, &a, &b);
			ree_invoke(s, CMD_NEST_MEM, &a, &b);
			q->max_pages = max;
			ree_close(s);
		}
		q->max_pages = max;
		assert_int_equal(teardown(NULL), 0);
	}
	assert_true(ok > 10 && ok < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_open_invoke_close),
		T(test_open_failures),
		T(test_instances),
		T(test_keep_alive),
		T(test_identity),
		T(test_nested),
		T(test_self),
		T(test_syscalls),
		T(test_bad_messages),
		T(test_not_attached),
		T(test_no_thread_left),
		T(test_process_quota),
		T(test_page_quota),
	};

	harness_boot();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
