/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls (abi/syscall.h). Each returns >= 0, or minus a MERLON_E*. */
#ifndef RUNTIME_SYSCALL_H
#define RUNTIME_SYSCALL_H

#include <stddef.h>
#include <stdint.h>
#include "abi/syscall.h"

static inline long rt_syscall3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long rt_syscall5(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long sys_log(int level, const char *text, size_t len)
{
	return rt_syscall3(SYS_LOG, level, (long)text, len);
}

static inline __attribute__((noreturn)) void sys_panic(uint32_t code)
{
	rt_syscall3(SYS_PANIC, code, 0, 0);
	__builtin_trap();
}

static inline long sys_ready(const struct merlon_ready *ready)
{
	return rt_syscall3(SYS_READY, (long)ready, 0, 0);
}

static inline long sys_map(size_t len, uint32_t prot, uintptr_t addr)
{
	return rt_syscall3(SYS_MAP, len, prot, addr);
}

static inline long sys_unmap(uintptr_t addr, size_t len)
{
	return rt_syscall3(SYS_UNMAP, addr, len, 0);
}

static inline long sys_protect(uintptr_t addr, size_t len, uint32_t prot)
{
	return rt_syscall3(SYS_PROTECT, addr, len, prot);
}

static inline long sys_memobj_create(size_t size)
{
	return rt_syscall3(SYS_MEMOBJ_CREATE, size, 0, 0);
}

static inline long sys_memobj_map(uint32_t handle, size_t offset, size_t len, uint32_t prot,
				  uintptr_t addr)
{
	return rt_syscall5(SYS_MEMOBJ_MAP, handle, offset, len, prot, addr);
}

static inline long sys_memobj_seal(uint32_t handle)
{
	return rt_syscall3(SYS_MEMOBJ_SEAL, handle, 0, 0);
}

static inline long sys_memobj_grant(uint32_t handle, uint32_t session)
{
	return rt_syscall3(SYS_MEMOBJ_GRANT, handle, session, 0);
}

static inline long sys_close(uint32_t handle)
{
	return rt_syscall3(SYS_CLOSE, handle, 0, 0);
}

static inline long sys_query(const void *addr, struct merlon_query *q)
{
	return rt_syscall3(SYS_QUERY, (long)addr, (long)q, 0);
}

static inline long sys_open(struct merlon_call *call)
{
	return rt_syscall3(SYS_OPEN, (long)call, 0, 0);
}

static inline long sys_invoke(struct merlon_call *call)
{
	return rt_syscall3(SYS_INVOKE, (long)call, 0, 0);
}

static inline long sys_close_session(uint32_t handle)
{
	return rt_syscall3(SYS_CLOSE_SESSION, handle, 0, 0);
}

static inline long sys_shm_alloc(size_t size, uint32_t type, uint64_t *addr)
{
	return rt_syscall3(SYS_SHM_ALLOC, size, type, (long)addr);
}

static inline long sys_rpc(struct merlon_rpc *rpc)
{
	return rt_syscall3(SYS_RPC, (long)rpc, 0, 0);
}

static inline long sys_time(uint32_t which, uint64_t out[2])
{
	return rt_syscall3(SYS_TIME, which, (long)out, 0);
}

static inline long sys_sleep(uint32_t ms)
{
	return rt_syscall3(SYS_SLEEP, ms, 0, 0);
}

static inline long sys_entropy(void *buf, size_t len)
{
	return rt_syscall3(SYS_ENTROPY, (long)buf, len, 0);
}

static inline long sys_cancel(uint32_t op)
{
	return rt_syscall3(SYS_CANCEL, op, 0, 0);
}

static inline long sys_futex_wait(uint32_t *word, uint32_t expect, uint32_t ms)
{
	return rt_syscall3(SYS_FUTEX_WAIT, (long)word, expect, ms);
}

static inline long sys_futex_wake(uint32_t *word, uint32_t count)
{
	return rt_syscall3(SYS_FUTEX_WAKE, (long)word, count, 0);
}

#endif
