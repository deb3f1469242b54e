// SPDX-License-Identifier: BSD-2-Clause
/*
 * REE memory: parameters, registered objects, buffers that the REE gives to a service.
 */
#include "harness.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tmem),
		T(test_input_is_read_only),
		T(test_hostile_memory),
		T(test_registered_memory),
		T(test_long_list),
		T(test_sizes_written_back),
		T(test_rpc),
		T(test_hostile_rpc),
	};

	harness_boot();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
