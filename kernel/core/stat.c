// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/include/stat.h>
#include <kernel/include/arch.h>
#include <kernel/include/mm.h>
#include <kernel/include/process.h>
#include <kernel/include/result.h>
#include <kernel/include/session.h>
#include <kernel/include/shm.h>
#include <kernel/include/thread.h>
#include <include/abi/log.h>
#include <lib/include/printf.h>

#define LOGS_PER_SECOND 20

static struct {
	uint64_t n[TEE_STAT_COUNT];
} __attribute__((aligned(64))) counters[TEE_MAX_CPUS];

void stat_add(struct cpu *c, enum tee_stat s)
{
	uint64_t *n = &counters[c->id].n[s];

	/* Only this CPU writes it; others read. */
	__atomic_store_n(n, *n + 1, __ATOMIC_RELAXED);
}

static uint64_t sum(enum tee_stat s)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < TEE_MAX_CPUS; i++)
		n += __atomic_load_n(&counters[i].n[s], __ATOMIC_RELAXED);
	return n;
}

static uint64_t threads(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < TENANT_COUNT; i++)
		n += thread_count(&tenants[i]);
	return n;
}

bool stat_read(uint64_t s, uint64_t *value)
{
	switch (s) {
	case TEE_STAT_PAGES_TOTAL:
		*value = page_total();
		return true;
	case TEE_STAT_PAGES_FREE:
		*value = page_free_count() + ree_pin_pages();
		return true;
	case TEE_STAT_SHARE_INDEX:
		*value = ree_pin_pages();
		return true;
	case TEE_STAT_THREADS:
		*value = threads();
		return true;
	case TEE_STAT_SESSIONS:
		*value = session_count();
		return true;
	case TEE_STAT_PROCESSES:
		*value = process_count();
		return true;
	case TEE_STAT_SHM:
		*value = shm_count();
		return true;
	case TEE_STAT_MEMOBJS:
		*value = memobj_count();
		return true;
	default:
		if (s >= TEE_STAT_COUNT)
			return false;
		*value = sum(s);
		return true;
	}
}

bool log_allowed(void)
{
	static uint64_t second;
	static uint32_t lines;
	uint64_t now = arch_tsc() / (arch_tsc_khz() * 1000);
	uint64_t was = __atomic_load_n(&second, __ATOMIC_RELAXED);

	/* A race here costs or gives a line or two. */
	if (now != was) {
		__atomic_store_n(&second, now, __ATOMIC_RELAXED);
		__atomic_store_n(&lines, 0, __ATOMIC_RELAXED);
	}
	return __atomic_add_fetch(&lines, 1, __ATOMIC_RELAXED) <= LOGS_PER_SECOND;
}

void refuse(const char *fmt, ...)
{
	char text[MERLON_LOG_TEXT_MAX + 1];
	va_list ap;
	int n;

	stat_add(arch_cpu(), TEE_STAT_REFUSED);
	if (!log_allowed())
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > MERLON_LOG_TEXT_MAX)
		n = MERLON_LOG_TEXT_MAX;
	klog_text(LOG_WARN, LOG_SRC_KERNEL, 0, text, n);
}

uint32_t result_from_errno(int64_t err)
{
	switch (err) {
	case 0:
		return TEE_SUCCESS;
	case -MERLON_ENOMEM:
	case -MERLON_ENOSPC:
	case -MERLON_E2BIG:
		return TEE_ERROR_OUT_OF_MEMORY;
	case -MERLON_EINVAL:
	case -MERLON_EFAULT:
	case -MERLON_EBADF:
		return TEE_ERROR_BAD_PARAMETERS;
	case -MERLON_EPERM:
	case -MERLON_EACCES:
		return TEE_ERROR_ACCESS_DENIED;
	case -MERLON_ENOENT:
		return TEE_ERROR_ITEM_NOT_FOUND;
	case -MERLON_EBUSY:
		return TEE_ERROR_BUSY;
	case -MERLON_ECANCELED:
		return TEE_ERROR_CANCEL;
	default:
		return TEE_ERROR_GENERIC;
	}
}
