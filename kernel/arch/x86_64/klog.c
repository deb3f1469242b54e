// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel's log ring, and the end of the kernel.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/transport/transport.h>
#include <logring.h>
#include <printf.h>
#include <string.h>

static spinlock_t lock; /* the ring; innermost of all */
static uint32_t panicking; /* atomic */

_Noreturn void __stack_chk_fail(void);

static struct merlon_log_ring *ring(void)
{
	return (struct merlon_log_ring *)boot_params.log;
}

void klog_init(void)
{
	logring_init(ring(), boot_params.bi.log_size);
}

static void put(unsigned level, unsigned source, unsigned pid, const char *text, size_t n)
{
	struct logring_entry e = {
		.level = (uint8_t)level,
		.source = (uint8_t)source,
		.cpu = (uint16_t)arch_cpu()->id,
		.pid = (uint16_t)pid,
		.tsc = rdtsc(),
	};

	logring_write(ring(), &e, text, n);
}

void klog_text(unsigned level, unsigned source, unsigned pid, const char *text, size_t n)
{
	if (level > boot_params.bi.log_level)
		return;
	spin_lock(&lock);
	put(level, source, pid, text, n);
	spin_unlock(&lock);
}

void klog(unsigned level, const char *fmt, ...)
{
	char text[MERLON_LOG_TEXT_MAX];
	va_list ap;

	if (level > boot_params.bi.log_level)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	klog_text(level, LOG_SRC_KERNEL, 0, text, strlen(text));
}

/* The first CPU to get here writes; it may have been inside the lock, so it takes none. */
_Noreturn void panic(const char *fmt, ...)
{
	uint64_t at = (uint64_t)__builtin_return_address(0) - boot_params.kernel_base;
	char text[MERLON_LOG_TEXT_MAX];
	va_list ap;
	int n;

	if (!__atomic_exchange_n(&panicking, 1, __ATOMIC_SEQ_CST)) {
		n = snprintf(text, sizeof(text), "panic at +%#llx: ", (unsigned long long)at);
		va_start(ap, fmt);
		vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
		va_end(ap);
		put(LOG_ERR, LOG_SRC_KERNEL, 0, text, strlen(text));
	}
	transport_dead();
}

_Noreturn void __stack_chk_fail(void)
{
	panic("stack overwritten");
}
