// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/include/sys.h>

static sys_fn *const table[] = {
	[SYS_RETURN] = sys_return,
	[SYS_PANIC] = sys_panic,
	[SYS_LOG] = sys_log,
	[SYS_READY] = sys_ready,
	[SYS_MAP] = sys_map,
	[SYS_UNMAP] = sys_unmap,
	[SYS_PROTECT] = sys_protect,
	[SYS_MEMOBJ_CREATE] = sys_memobj_create,
	[SYS_MEMOBJ_MAP] = sys_memobj_map,
	[SYS_MEMOBJ_SEAL] = sys_memobj_seal,
	[SYS_MEMOBJ_GRANT] = sys_memobj_grant,
	[SYS_CLOSE] = sys_close,
	[SYS_QUERY] = sys_query,
	[SYS_OPEN] = sys_open,
	[SYS_INVOKE] = sys_invoke,
	[SYS_CLOSE_SESSION] = sys_close_session,
	[SYS_SHM_ALLOC] = sys_shm_alloc,
	[SYS_RPC] = sys_rpc,
	[SYS_TIME] = sys_time,
	[SYS_SLEEP] = sys_sleep,
	[SYS_ENTROPY] = sys_entropy,
	[SYS_CANCEL] = sys_cancel,
	[SYS_FUTEX_WAIT] = sys_futex_wait,
	[SYS_FUTEX_WAKE] = sys_futex_wake,
};
_Static_assert(sizeof(table) / sizeof(table[0]) == SYS_COUNT, "one each");

void syscall_run(struct cpu *c, struct thread *t)
{
	struct arch_uctx *u = thread_uctx(t);
	uint64_t nr = arch_sys_nr(u), a[6];
	int64_t ret;

	if (nr >= SYS_COUNT) {
		arch_sys_ret(u, -MERLON_ENOSYS);
		return;
	}
	for (unsigned i = 0; i < 6; i++)
		a[i] = arch_sys_arg(u, i);
	ret = table[index_nospec(nr, SYS_COUNT)](c, t, a);
	if (ret != SYS_LATER)
		arch_sys_ret(u, ret);
}
