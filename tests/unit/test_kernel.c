// SPDX-License-Identifier: BSD-2-Clause
/*
 * The portable kernel: calls, instances, waiting, death, reset. Each test leaves the TEE as it
 * found it; teardown compares every gauge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "programs.h"
#include "ree.h"
#include <include/abi/boot.h>
#include <include/abi/stats.h>
#include <kernel/include/result.h>
#include <kernel/include/tenant.h>

static uint64_t base[TEE_STAT_MEMOBJS + 1];

static int setup(void **state)
{
	uint32_t s;

	ree_rpc_hook = NULL;
	fake_time += 2000000; /* log lines are rationed by the second */
	ree_attach();
	/* Services stay; start them before counting. */
	if (ree_open(uuid_service, &s) || ree_close(s))
		return -1;
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		base[i] = ree_stat(i);
	fake_log_clear();
	program_destroyed = 0;
	program_closed = 0;
	return 0;
}

static int teardown(void **state)
{
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		if (ree_stat(i) != base[i]) {
			print_error("gauge %u: %llu before, %llu now\n", i,
				    (unsigned long long)base[i], (unsigned long long)ree_stat(i));
			return -1;
		}
	return 0;
}

static uint32_t open_ok(const uint8_t *uuid)
{
	uint32_t s = 0;

	assert_int_equal(ree_open(uuid, &s), TEE_SUCCESS);
	assert_int_not_equal(s, 0);
	return s;
}

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

/* --- Memory parameters ------------------------------------------------------------------------------ */

static void mem_params(struct ree_call *rc, uint64_t attr, uint64_t ptr, uint64_t size)
{
	rc->arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	rc->arg->params[0].u.value.a = 1;
	rc->arg->params[1].attr = attr;
	rc->arg->params[1].u.tmem.buf_ptr = ptr;
	rc->arg->params[1].u.tmem.size = size;
}

static uint32_t fill(uint32_t s, uint64_t attr, uint64_t ptr, uint64_t size)
{
	struct ree_call rc;

	ree_prepare_invoke(&rc, s, CMD_FILL, 2);
	mem_params(&rc, attr, ptr, size);
	assert_int_equal(ree_run(&rc), REE_DONE);
	return rc.arg->ret;
}

static void test_tmem(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	uint8_t *buf = ree_page();
	struct optee_msg_page_list *list = ree_page();
	uint8_t *p0 = ree_page(), *gap = ree_page(), *p1 = ree_page();

	assert_int_equal(fill(s, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, (uint64_t)buf + 5, 10), 0);
	assert_int_equal(buf[4], 0);
	assert_int_equal(buf[5], 1);
	assert_int_equal(buf[14], 1);
	assert_int_equal(buf[15], 0);

	list->pages[0] = (uint64_t)p0;
	list->pages[1] = (uint64_t)p1;
	assert_int_equal(fill(s, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT | OPTEE_MSG_ATTR_NONCONTIG,
			      (uint64_t)list | 4000, 200),
			 0);
	assert_int_equal(p0[3999], 0);
	assert_int_equal(p0[4095], 1);
	assert_int_equal(gap[0], 0);
	assert_int_equal(p1[103], 1);
	assert_int_equal(p1[104], 0);

	/* NULL and empty. */
	assert_int_equal(fill(s, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, 0, 0), 0);
	assert_int_equal(fill(s, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, (uint64_t)buf, 0), 0);
	ree_close(s);
}

static void test_input_is_read_only(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	uint8_t *buf = ree_page();

	assert_int_equal(fill(s, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, (uint64_t)buf, 10),
			 TEE_ERROR_TARGET_DEAD);
	assert_int_equal(buf[0], 0);
	ree_close(s);
}

static void test_hostile_memory(void **state)
{
	uint64_t inout = OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, tee = tenants[0].threads[0] != NULL;
	uint32_t s = open_ok(uuid_multi);
	struct optee_msg_page_list *list = ree_page();
	uint64_t page = (uint64_t)ree_page(), refused = ree_stat(TEE_STAT_REFUSED);

	tee = (uint64_t)tenants[0].threads[0] & PAGE_MASK;
	assert_int_equal(fill(s, inout, tee, 10), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fill(s, inout, ~0ull - 5, 10), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fill(s, inout, page, ~0ull), TEE_ERROR_OUT_OF_MEMORY);
	assert_int_equal(fill(s, inout, (uint64_t)fake_ree + REE_SIZE - 4096, 4097),
			 TEE_ERROR_BAD_PARAMETERS);
	inout |= OPTEE_MSG_ATTR_NONCONTIG;
	list->pages[0] = page;
	list->pages[1] = tee;
	assert_int_equal(fill(s, inout, (uint64_t)list, 4097), TEE_ERROR_BAD_PARAMETERS);
	list->pages[1] = page + 8;
	assert_int_equal(fill(s, inout, (uint64_t)list, 4097), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fill(s, inout, tee, 4097), TEE_ERROR_BAD_PARAMETERS);
	/* A chain that leads out of REE memory, and one that leads to itself. */
	for (unsigned i = 0; i < OPTEE_MSG_LIST_ENTRIES; i++)
		list->pages[i] = page;
	list->next = tee;
	assert_int_equal(fill(s, inout, (uint64_t)list, 600 * 4096), TEE_ERROR_BAD_PARAMETERS);
	list->next = (uint64_t)list + 8;
	assert_int_equal(fill(s, inout, (uint64_t)list, 600 * 4096), TEE_ERROR_BAD_PARAMETERS);
	list->next = (uint64_t)list;
	assert_int_equal(fill(s, inout, (uint64_t)list, 1200 * 4096), TEE_SUCCESS);
	assert_int_equal(fill(s, inout, (uint64_t)list, 5000 * 4096), TEE_ERROR_OUT_OF_MEMORY);
	assert_true(ree_stat(TEE_STAT_REFUSED) >= refused + 10);
	assert_non_null(fake_log_find("shm:"));
	ree_close(s);
}

static uint32_t shm_command(uint32_t cmd, uint64_t attr, uint64_t ptr, uint64_t size,
			    uint64_t cookie)
{
	struct ree_call rc;

	ree_prepare(&rc, cmd, 1);
	rc.arg->params[0].attr = attr;
	rc.arg->params[0].u.tmem.buf_ptr = ptr;
	rc.arg->params[0].u.tmem.size = size;
	rc.arg->params[0].u.tmem.shm_ref = cookie;
	assert_int_equal(ree_run(&rc), REE_DONE);
	return rc.arg->ret;
}

static uint32_t reg(uint64_t ptr, uint64_t size, uint64_t cookie)
{
	return shm_command(OPTEE_MSG_CMD_REGISTER_SHM,
			   OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG, ptr, size,
			   cookie);
}

static uint32_t unreg(uint64_t cookie)
{
	return shm_command(OPTEE_MSG_CMD_UNREGISTER_SHM, OPTEE_MSG_ATTR_TYPE_RMEM_INPUT, 0, 0,
			   cookie);
}

static void test_registered_memory(void **state)
{
	struct optee_msg_page_list *list = ree_page();
	uint8_t *p0 = ree_page(), *p1 = ree_page();
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;

	list->pages[0] = (uint64_t)p0;
	list->pages[1] = (uint64_t)p1;
	assert_int_equal(reg((uint64_t)list | 100, 5000, 0xabc), TEE_SUCCESS);
	assert_int_equal(reg((uint64_t)list | 100, 5000, 0xabc), TEE_ERROR_BAD_PARAMETERS);

	ree_prepare_invoke(&rc, s, CMD_FILL, 2);
	mem_params(&rc, OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, 4900, 100);
	rc.arg->params[1].u.rmem.shm_ref = 0xabc;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	assert_int_equal(p1[4900 + 100 - 4096], 1);
	assert_int_equal(p1[4999 + 100 - 4096], 1);
	assert_int_equal(p1[5000 + 100 - 4096], 0);

	rc.arg->params[1].u.rmem.size = 101;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_BAD_PARAMETERS);
	rc.arg->params[1].u.rmem.offs = ~0ull;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_BAD_PARAMETERS);

	/* In use: a preempted call has it mapped. */
	ree_prepare_invoke(&rc, s, CMD_PREEMPT, 2);
	mem_params(&rc, OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, 0, 10);
	rc.arg->params[1].u.rmem.shm_ref = 0xabc;
	rc.stop_on_preempt = true;
	assert_int_equal(ree_run(&rc), REE_PREEMPTED);
	assert_int_equal(unreg(0xabc), TEE_ERROR_BUSY);
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal(unreg(0xabc), TEE_SUCCESS);
	assert_int_equal(unreg(0xabc), TEE_ERROR_BAD_PARAMETERS);
	ree_close(s);
}

static void test_long_list(void **state)
{
	struct optee_msg_page_list *l0 = ree_page(), *l1 = ree_page(), *l2 = ree_page();

	for (unsigned i = 0; i < OPTEE_MSG_LIST_ENTRIES; i++)
		l0->pages[i] = l1->pages[i] = l2->pages[i] = (uint64_t)fake_ree + i * PAGE_SIZE;
	l0->next = (uint64_t)l1;
	l1->next = (uint64_t)l2;
	assert_int_equal(reg((uint64_t)l0, 1400 * 4096, 7), TEE_SUCCESS);
	assert_int_equal(unreg(7), TEE_SUCCESS);
	l2->pages[377] = 0xfee00000;
	assert_int_equal(reg((uint64_t)l0, 1400 * 4096, 7), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reg((uint64_t)l0, 1399 * 4096, 7), TEE_SUCCESS);
	ree_attach(); /* takes it away */
}

static void test_sizes_written_back(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;

	ree_prepare_invoke(&rc, s, CMD_SIZE, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	rc.arg->params[0].u.tmem.buf_ptr = (uint64_t)ree_page();
	rc.arg->params[0].u.tmem.size = 50;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, 0xffff0010);
	assert_int_equal(rc.arg->params[0].u.tmem.size, 150);
	/* An input parameter is not written, whatever the TA does with its copy. */
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	rc.arg->params[0].u.tmem.size = 50;
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->params[0].u.tmem.size, 50);
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

/* --- Waiting ---------------------------------------------------------------------------------------------------- */

static void test_tokens(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;
	uint64_t token;

	ree_prepare_invoke(&rc, s, CMD_PREEMPT, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	rc.arg->params[0].u.value.a = 2;
	rc.stop_on_preempt = true;
	assert_int_equal(ree_run(&rc), REE_PREEMPTED);
	token = rc.regs.rsi;
	assert_int_equal(ree_resume(&rc, 0), REE_PREEMPTED);
	assert_int_not_equal(rc.regs.rsi, token);
	assert_int_equal(ree_op(TEE_OP_RESUME, token, 0, 0).rdi, TEE_ENOTHREAD);
	fake_cpu_set(3); /* any CPU may go on */
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	fake_cpu_set(0);
	assert_int_equal(rc.arg->ret, TEE_SUCCESS);
	ree_close(s);
}

/* rc is preempted inside the TA of session s. */
static void stop_in(struct ree_call *rc, uint32_t s, uint32_t times)
{
	ree_prepare_invoke(rc, s, CMD_PREEMPT, 1);
	rc->arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	rc->arg->params[0].u.value.a = times;
	rc->stop_on_preempt = true;
	assert_int_equal(ree_run(rc), REE_PREEMPTED);
}

static void test_busy(void **state)
{
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	uint32_t sends = ree_sends;
	struct ree_call in, wait[3], close;

	stop_in(&in, s0, 1);
	for (unsigned i = 0; i < 3; i++) {
		ree_prepare_invoke(&wait[i], i ? s1 : s0, CMD_NULL, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	ree_prepare(&close, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	close.arg->session = s1;
	assert_int_equal(ree_run(&close), REE_BLOCKED);
	/* Coming back early changes nothing. */
	assert_int_equal(ree_resume(&wait[0], 0), REE_BLOCKED);
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(ree_sends, sends + 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
		/* In line behind nobody but those before it: the close came last. */
		assert_int_equal(wait[i].arg->ret, i ? TEE_ERROR_BAD_STATE : TEE_SUCCESS);
	}
	assert_int_equal(ree_resume(&close, 0), REE_DONE);
	assert_int_equal(close.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(program_destroyed, 1);
}

static void test_busy_killed_waiter(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call in, first, second, cancelled;

	stop_in(&in, s, 1);
	ree_prepare_invoke(&first, s, CMD_NULL, 0);
	ree_prepare_invoke(&cancelled, s, CMD_NULL, 0);
	ree_prepare_invoke(&second, s, CMD_NULL, 0);
	assert_int_equal(ree_run(&first), REE_BLOCKED);
	assert_int_equal(ree_run(&cancelled), REE_BLOCKED);
	assert_int_equal(ree_run(&second), REE_BLOCKED);
	assert_int_equal(ree_resume(&cancelled, TEE_RESUME_CANCEL), REE_DONE);
	assert_int_equal(cancelled.arg->ret, TEE_ERROR_CANCEL);
	/* The slot is given to `first`, which is killed before it takes it: on to `second`. */
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(ree_resume(&first, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(first.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(ree_resume(&second, 0), REE_DONE);
	assert_int_equal(second.arg->ret, TEE_SUCCESS);
	ree_close(s);
}

static void test_two_openers(void **state)
{
	uint64_t processes = ree_stat(TEE_STAT_PROCESSES);
	struct ree_call a, b;

	ree_prepare_open(&a, uuid_slow);
	a.stop_on_rpc = true;
	assert_int_equal(ree_run(&a), REE_BLOCKED);
	ree_prepare_open(&b, uuid_slow);
	assert_int_equal(ree_run(&b), REE_BLOCKED);
	a.stop_on_rpc = false;
	assert_int_equal(ree_resume(&a, 0), REE_DONE);
	/* stop_on_rpc left GET_TIME unanswered: START failed, and the other one starts anew. */
	assert_int_equal(a.arg->ret, TEE_ERROR_GENERIC);
	assert_int_equal(ree_resume(&b, 0), REE_DONE);
	assert_int_equal(b.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), processes + 1);
	ree_prepare_open(&a, uuid_slow);
	assert_int_equal(ree_run(&a), REE_DONE);
	assert_int_equal(a.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_stat(TEE_STAT_PROCESSES), processes + 1);
	ree_close(a.arg->session);
	ree_close(b.arg->session);
}

static void test_futex(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call wait[3];
	uint64_t a = 1, b = 0;

	for (unsigned i = 0; i < 3; i++) {
		ree_prepare_invoke(&wait[i], s, CMD_LOCK, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	/* Other calls use the session: a concurrent service must not see its end at once. */
	assert_int_equal(ree_close(s), TEE_ERROR_BUSY);
	assert_int_equal(ree_resume(&wait[2], 0), REE_BLOCKED);
	assert_int_equal(ree_invoke(s, CMD_UNLOCK, &a, &b), TEE_SUCCESS);
	assert_int_equal(b, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
		assert_int_equal(wait[i].arg->ret, TEE_SUCCESS);
	}
	a = 0;
	ree_invoke(s, CMD_UNLOCK, &a, &b);
	assert_int_equal(b, 0);
	ree_close(s);
}

static void test_service_slots(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call wait[12];
	uint64_t a = 1, b = 0;

	/* More callers than stack slots. */
	for (unsigned i = 0; i < 12; i++) {
		ree_prepare_invoke(&wait[i], s, CMD_LOCK, 0);
		assert_int_equal(ree_run(&wait[i]), REE_BLOCKED);
	}
	/* All slots wait, so the one who would wake them cannot come in: kill one of them. */
	assert_int_equal(ree_resume(&wait[0], 0), REE_BLOCKED);
	for (unsigned i = 8; i < 12; i++)
		assert_int_equal(ree_resume(&wait[i], TEE_RESUME_KILL), REE_DONE);
	for (unsigned i = 0; i < 8; i++) {
		uint32_t word = 1;

		/* The word is set as by a thread inside. */
		if (!i)
			fake_service_word(uuid_service, word);
		assert_int_equal(ree_resume(&wait[i], 0), REE_DONE);
	}
	a = 0;
	ree_invoke(s, CMD_UNLOCK, &a, &b);
	ree_close(s);
}

static void test_cancel(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc, cancel;

	ree_prepare_invoke(&rc, s, CMD_SLEEP_UNMASKED, 1);
	rc.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	rc.arg->params[0].u.value.a = 0xffffffff;
	rc.arg->cancel_id = 17;
	rc.stop_on_rpc = true;
	assert_int_equal(ree_run(&rc), REE_BLOCKED);
	ree_prepare(&cancel, OPTEE_MSG_CMD_CANCEL, 0);
	cancel.arg->session = s;
	cancel.arg->cancel_id = 18;
	assert_int_equal(ree_run(&cancel), REE_DONE);
	assert_int_equal(cancel.arg->ret, TEE_ERROR_BAD_PARAMETERS);
	cancel.arg->cancel_id = 17;
	assert_int_equal(ree_run(&cancel), REE_DONE);
	assert_int_equal(cancel.arg->ret, TEE_SUCCESS);
	assert_int_equal(ree_resume(&rc, 0), REE_DONE);
	assert_int_equal((int32_t)rc.arg->params[0].u.value.a, -MERLON_ECANCELED);
	assert_int_equal(rc.arg->params[0].u.value.b, 1);
	ree_close(s);
}

/* --- RPC services -------------------------------------------------------------------------------------------------- */

static bool load_hook(struct optee_msg_arg *rpc)
{
	if (rpc->cmd != OPTEE_RPC_CMD_LOAD_TA)
		return false;
	assert_int_equal(rpc->num_params, 2);
	assert_int_equal(rpc->params[0].attr, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT);
	assert_int_equal(rpc->params[0].u.value.a, 0x1122);
	assert_int_equal(rpc->params[1].attr, OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT);
	assert_int_equal(rpc->params[1].u.rmem.size, 6000);
	rpc->ret = 0;
	return true;
}

static void test_rpc(void **state)
{
	uint32_t s = open_ok(uuid_service);

	ree_rpc_hook = load_hook;
	assert_int_equal(ree_invoke(s, CMD_RPC, NULL, NULL), TEE_SUCCESS);
	assert_int_equal(ree_shm_live, 0);
	ree_close(s);
}

static uint64_t hostile_ptr, hostile_size, hostile_attr;

static bool hostile_hook(struct optee_msg_arg *rpc)
{
	if (rpc->cmd != OPTEE_RPC_CMD_SHM_ALLOC)
		return rpc->cmd == OPTEE_RPC_CMD_SHM_FREE;
	rpc->params[0].attr = hostile_attr;
	rpc->params[0].u.tmem.buf_ptr = hostile_ptr;
	rpc->params[0].u.tmem.size = hostile_size;
	rpc->num_params = 0xffffffff;
	return true;
}

static void test_hostile_rpc(void **state)
{
	uint32_t s = open_ok(uuid_service);

	ree_rpc_hook = hostile_hook;
	hostile_attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	hostile_size = 6000;
	hostile_ptr = (uint64_t)tenants[0].threads[0] & PAGE_MASK;
	assert_int_equal(ree_invoke(s, CMD_RPC, NULL, NULL), 1);
	hostile_ptr = (uint64_t)ree_page();
	hostile_size = 10;
	assert_int_equal(ree_invoke(s, CMD_RPC, NULL, NULL), 1);
	hostile_size = 1ull << 60;
	assert_int_equal(ree_invoke(s, CMD_RPC, NULL, NULL), 1);
	hostile_attr = 0;
	assert_int_equal(ree_invoke(s, CMD_RPC, NULL, NULL), 1);
	ree_close(s);
}

/* --- Death ------------------------------------------------------------------------------------------------------------ */

static void test_panic(void **state)
{
	uint64_t panics = ree_stat(TEE_STAT_PANICS), a = 0;
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	struct ree_call rc;

	ree_prepare_invoke(&rc, s0, CMD_PANIC, 0);
	assert_int_equal(ree_run(&rc), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(rc.arg->ret_origin, TEE_ORIGIN_TEE);
	assert_int_equal(ree_stat(TEE_STAT_PANICS), panics + 1);
	assert_non_null(fake_log_find("uuid 7a020000-0000-0000-0000-000000000002 panic addr=0x0 "
				      "code=0x77"));
	assert_non_null(fake_log_find("crash: rip=0x1 rsp=0x2"));
	assert_non_null(fake_log_find("crash: map 0x"));
	assert_non_null(fake_log_find("rw- stack"));
	assert_non_null(fake_log_find("crash: #0 0x"));
	/* The other session is dead too; a new one gets a new instance. */
	assert_int_equal(ree_invoke(s1, CMD_ADD, &a, NULL), TEE_ERROR_TARGET_DEAD);
	ree_close(open_ok(uuid_single));
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(ree_close(s1), TEE_SUCCESS);
}

static void test_fault(void **state)
{
	uint32_t s = open_ok(uuid_multi);

	assert_int_equal(ree_invoke(s, CMD_FAULT, NULL, NULL), TEE_ERROR_TARGET_DEAD);
	assert_non_null(fake_log_find("page fault addr=0x123 code=0x4"));
	ree_close(s);
}

static void test_panic_while_others_wait(void **state)
{
	uint32_t s = open_ok(uuid_single);
	struct ree_call in, wait;

	stop_in(&in, s, 1);
	ree_prepare_invoke(&wait, s, CMD_NULL, 0);
	assert_int_equal(ree_run(&wait), REE_BLOCKED);
	assert_int_equal(ree_resume(&in, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(in.arg->ret, TEE_ERROR_TARGET_DEAD);
	assert_int_equal(ree_resume(&wait, 0), REE_DONE);
	assert_int_equal(wait.arg->ret, TEE_ERROR_TARGET_DEAD);
	ree_close(s);
}

static void test_kill_nested(void **state)
{
	uint32_t s = open_ok(uuid_multi);
	struct ree_call rc;

	ree_prepare_invoke(&rc, s, CMD_NEST_LOOP, 0);
	rc.stop_on_preempt = true;
	assert_int_equal(ree_run(&rc), REE_PREEMPTED);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(ree_resume(&rc, 0), REE_PREEMPTED);
	fake_log_clear();
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(ree_invoke(s, CMD_NULL, NULL, NULL), TEE_ERROR_TARGET_DEAD);
	/* Linux chose the moment, and reads the log: no register may be in it. */
	assert_non_null(fake_log_find("killed"));
	assert_null(fake_log_find("rip="));
	assert_null(fake_log_find("crash: #0"));
	ree_close(s);
}

/* A killed client of a concurrent service: the service lives and is left in order. */
static void test_kill_in_service(void **state)
{
	uint32_t s = open_ok(uuid_service);
	uint64_t panics = ree_stat(TEE_STAT_PANICS);
	struct ree_call rc, sleeper;

	stop_in(&rc, s, 3);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_PREEMPTED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_PREEMPTED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	ree_prepare_invoke(&sleeper, s, CMD_SLEEP, 1);
	sleeper.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	sleeper.arg->params[0].u.value.a = 0xffffffff;
	sleeper.stop_on_rpc = true;
	assert_int_equal(ree_run(&sleeper), REE_BLOCKED);
	assert_int_equal(ree_resume(&sleeper, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal((int32_t)sleeper.arg->params[0].u.value.a, -MERLON_ECANCELED);
	assert_int_equal(ree_stat(TEE_STAT_PANICS), panics);
	assert_int_equal(ree_close(s), TEE_SUCCESS);
}

static void test_kill_in_start(void **state)
{
	struct ree_call rc;

	ree_prepare_open(&rc, uuid_slow);
	rc.stop_on_rpc = true;
	assert_int_equal(ree_run(&rc), REE_BLOCKED);
	assert_int_equal(ree_resume(&rc, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(rc.arg->ret, TEE_ERROR_TARGET_DEAD);
}

static void test_kill_while_closing(void **state)
{
	uint32_t s0 = open_ok(uuid_single), s1 = open_ok(uuid_single);
	struct ree_call in, close;

	stop_in(&in, s0, 1);
	ree_prepare(&close, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	close.arg->session = s1;
	assert_int_equal(ree_run(&close), REE_BLOCKED);
	assert_int_equal(ree_resume(&close, TEE_RESUME_KILL), REE_DONE);
	assert_int_equal(program_closed, 0);
	/* Whoever ends next tells the TA. */
	assert_int_equal(ree_resume(&in, 0), REE_DONE);
	assert_int_equal(program_closed, 1);
	assert_int_equal(ree_close(s0), TEE_SUCCESS);
	assert_int_equal(program_destroyed, 1);
}

/* --- Reset ---------------------------------------------------------------------------------------------------------------- */

static void test_reset(void **state)
{
	uint32_t single = open_ok(uuid_single), service = open_ok(uuid_service);
	struct ree_call in, wait, lock, sleeper, opener, rpc;
	struct optee_msg_page_list *list = ree_page();

	stop_in(&in, single, 5);
	ree_prepare_invoke(&wait, single, CMD_NULL, 0);
	assert_int_equal(ree_run(&wait), REE_BLOCKED);
	ree_prepare_invoke(&lock, service, CMD_LOCK, 0);
	assert_int_equal(ree_run(&lock), REE_BLOCKED);
	ree_prepare_invoke(&sleeper, service, CMD_SLEEP, 1);
	sleeper.arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	sleeper.stop_on_rpc = true;
	sleeper.arg->params[0].u.value.a = 1000;
	assert_int_equal(ree_run(&sleeper), REE_BLOCKED);
	ree_prepare_open(&opener, uuid_slow);
	opener.stop_on_rpc = true;
	assert_int_equal(ree_run(&opener), REE_BLOCKED);
	ree_prepare_invoke(&rpc, service, CMD_RPC_LEAK, 0);
	assert_int_equal(ree_run(&rpc), REE_DONE);
	assert_int_equal(rpc.arg->ret, TEE_SUCCESS);
	list->pages[0] = (uint64_t)ree_page();
	assert_int_equal(reg((uint64_t)list, 100, 5), TEE_SUCCESS);

	/* `lock` waits in the service for a word that nobody sets: not while it is so. */
	assert_int_equal(ree_op(TEE_OP_ATTACH, 1 << 16, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_stat(TEE_STAT_THREADS), 1);
	fake_service_word(uuid_service, 1);
	ree_attach();
	fake_service_word(uuid_service, 0);
	ree_shm_live = 0;
	assert_int_equal(ree_op(TEE_OP_RESUME, in.regs.rsi, 0, 0).rdi, TEE_ENOTHREAD);
	assert_int_equal(ree_invoke(service, CMD_NULL, NULL, NULL), TEE_ERROR_BAD_PARAMETERS);
	/* The service is alive; the buffer's handle in it goes with the next reset of the service. */
	ree_close(open_ok(uuid_service));
	base[TEE_STAT_PAGES_FREE] = ree_stat(TEE_STAT_PAGES_FREE);
	base[TEE_STAT_MEMOBJS] = ree_stat(TEE_STAT_MEMOBJS);
}

static void test_reset_preempted(void **state)
{
	uint32_t s = open_ok(uuid_service);
	struct ree_call rc;

	stop_in(&rc, s, 3);
	/* It runs on in the service, and is preempted there. */
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_EBUSY);
	assert_int_equal(ree_op(TEE_OP_RESUME, rc.regs.rsi, 0, 0).rdi, TEE_ENOTATT);
	assert_int_equal(ree_op(TEE_OP_DETACH, 0, 0, 0).rdi, TEE_RET_DONE);
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
	static const struct fake_service services[] = {
		{uuid_service, PRIV_RPC | PRIV_LOADER | PRIV_CONCURRENT},
	};
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open_invoke_close),
		T(test_open_failures),
		T(test_instances),
		T(test_keep_alive),
		T(test_identity),
		T(test_nested),
		T(test_self),
		T(test_syscalls),
		T(test_tmem),
		T(test_input_is_read_only),
		T(test_hostile_memory),
		T(test_registered_memory),
		T(test_long_list),
		T(test_sizes_written_back),
		T(test_bad_messages),
		T(test_not_attached),
		T(test_tokens),
		T(test_busy),
		T(test_busy_killed_waiter),
		T(test_two_openers),
		T(test_futex),
		T(test_service_slots),
		T(test_cancel),
		T(test_rpc),
		T(test_hostile_rpc),
		T(test_panic),
		T(test_fault),
		T(test_panic_while_others_wait),
		T(test_kill_nested),
		T(test_kill_in_service),
		T(test_kill_in_start),
		T(test_kill_while_closing),
		T(test_reset),
		T(test_reset_preempted),
		T(test_no_thread_left),
		T(test_process_quota),
		T(test_page_quota),
	};

	fake_programs = kernel_programs;
	fake_boot(services, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
