// SPDX-License-Identifier: BSD-2-Clause
#include <logring.h>
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/monitor.h>
#include <monitor/spinlock.h>
#include <printf.h>

static struct merlon_log_ring *ring;
static struct spinlock lock;

void log_start(hpa_t base, size_t bytes)
{
	ring = phys_to_virt(base);
	logring_init(ring, bytes);
}

static void log_text(enum merlon_log_level level, const char *fmt, va_list ap)
{
	struct logring_entry entry = {
		.level = level,
		.source = LOG_SRC_MONITOR,
		.cpu = (uint16_t)this_cpu_id(),
		.tsc = arch_tsc(),
	};
	char text[MERLON_LOG_TEXT_MAX];
	size_t len = (size_t)vsnprintf(text, sizeof(text), fmt, ap);

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	spin_lock(&lock);
	if (ring)
		logring_write(ring, &entry, text, len);
	if (options.serial)
		serial_write(text, len);
	if (level == LOG_ERR)
		screen_write(text, len);
	spin_unlock(&lock);
}

void log_msg(enum merlon_log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > options.log_level)
		return;
	va_start(ap, fmt);
	log_text(level, fmt, ap);
	va_end(ap);
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
	va_list ap;

	options.serial = true; /* nobody may be left to read the ring */
	va_start(ap, fmt);
	log_text(LOG_ERR, fmt, ap);
	va_end(ap);
	arch_halt();
}
