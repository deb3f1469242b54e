/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls: one handler each, in one table (syscall.c). A handler returns the result, or
 * SYS_LATER when the result comes with an answer, or never.
 */
#ifndef KERNEL_SYS_H
#define KERNEL_SYS_H

#include <kernel/include/thread.h>
#include <kernel/include/process.h>

#define SYS_LATER INT64_MIN

typedef int64_t sys_fn(struct cpu *c, struct thread *t, const uint64_t *a);

sys_fn sys_return, sys_panic, sys_log, sys_ready, sys_query, sys_entropy, sys_time, sys_sleep,
	sys_cancel;
sys_fn sys_map, sys_unmap, sys_protect, sys_memobj_create, sys_memobj_map, sys_memobj_seal,
	sys_memobj_grant, sys_close;
sys_fn sys_open, sys_invoke, sys_close_session;
sys_fn sys_shm_alloc, sys_rpc;
sys_fn sys_futex_wait, sys_futex_wake;

/* Runs one system call and puts its result into the context. */
void syscall_run(struct cpu *c, struct thread *t);

/* TSC ticks. */
uint64_t ms_to_tsc(uint64_t ms);
extern uint64_t time_start_tsc;

#endif
