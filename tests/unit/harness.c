// SPDX-License-Identifier: BSD-2-Clause
#include "harness.h"

uint64_t base[TEE_STAT_MEMOBJS + 1];

int setup(void **state)
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

int teardown(void **state)
{
	for (unsigned i = 0; i <= TEE_STAT_MEMOBJS; i++)
		if (ree_stat(i) != base[i]) {
			print_error("gauge %u: %llu before, %llu now\n", i,
				    (unsigned long long)base[i], (unsigned long long)ree_stat(i));
			return -1;
		}
	return 0;
}

uint32_t open_ok(const uint8_t *uuid)
{
	uint32_t s = 0;

	assert_int_equal(ree_open(uuid, &s), TEE_SUCCESS);
	assert_int_not_equal(s, 0);
	return s;
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

uint32_t reg(uint64_t ptr, uint64_t size, uint64_t cookie)
{
	return shm_command(OPTEE_MSG_CMD_REGISTER_SHM,
			   OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG, ptr, size,
			   cookie);
}

uint32_t unreg(uint64_t cookie)
{
	return shm_command(OPTEE_MSG_CMD_UNREGISTER_SHM, OPTEE_MSG_ATTR_TYPE_RMEM_INPUT, 0, 0,
			   cookie);
}

void stop_in(struct ree_call *rc, uint32_t s, uint32_t times)
{
	ree_prepare_invoke(rc, s, CMD_PREEMPT, 1);
	rc->arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	rc->arg->params[0].u.value.a = times;
	rc->stop_on_preempt = true;
	assert_int_equal(ree_run(rc), REE_PREEMPTED);
}

void harness_boot(void)
{
	static const struct fake_service services[] = {
		{uuid_service, PRIV_RPC | PRIV_LOADER | PRIV_CONCURRENT},
	};

	fake_programs = kernel_programs;
	fake_boot(services, 1);
}
