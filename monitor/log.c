// SPDX-License-Identifier: BSD-2-Clause
#include <logring.h>
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/monitor.h>
#include <monitor/spinlock.h>
#include <printf.h>
#include <string.h>

static struct merlon_log_ring *ring;
static struct spinlock lock;

void log_start(hpa_t base, size_t bytes)
{
	ring = phys_to_virt(base);
	logring_init(ring, bytes);
}

static void log_text(enum merlon_log_level level, const char *text, size_t len)
{
	struct logring_entry entry = {
		.level = level,
		.source = LOG_SRC_MONITOR,
		.cpu = (uint16_t)this_cpu_id(),
		.tsc = arch_tsc(),
	};

	spin_lock(&lock);
	if (ring)
		logring_write(ring, &entry, text, len);
	if (options.serial)
		serial_write(text, len);
	spin_unlock(&lock);
}

static size_t format(char *text, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, MERLON_LOG_TEXT_MAX, fmt, ap);

	return n < MERLON_LOG_TEXT_MAX ? (size_t)n : MERLON_LOG_TEXT_MAX - 1;
}

void log_msg(enum merlon_log_level level, const char *fmt, ...)
{
	char text[MERLON_LOG_TEXT_MAX];
	va_list ap;
	size_t n;

	if (level > options.log_level)
		return;
	va_start(ap, fmt);
	n = format(text, fmt, ap);
	va_end(ap);
	log_text(level, text, n);
}

bool ratelimit_ok(struct ratelimit *r, const char *what)
{
	uint64_t window = boot.tsc_khz ? arch_tsc() / (boot.tsc_khz * 1000) : 0;
	uint32_t dropped;

	if (window != r->window) {
		dropped = __atomic_exchange_n(&r->dropped, 0, __ATOMIC_RELAXED);
		r->window = window;
		r->count = 0;
		if (dropped)
			log_msg(LOG_WARN, "%s: %u more lines left out", what, dropped);
	}
	if (__atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED) < 10)
		return true;
	__atomic_fetch_add(&r->dropped, 1, __ATOMIC_RELAXED);
	return false;
}

void panic(const char *fmt, ...)
{
	char text[MERLON_LOG_TEXT_MAX];
	va_list ap;
	size_t n;

	options.serial = true; /* nobody may be left to read the ring */
	va_start(ap, fmt);
	n = format(text, fmt, ap);
	va_end(ap);
	log_text(LOG_ERR, text, n);
	arch_halt();
}
