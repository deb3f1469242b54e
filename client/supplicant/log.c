// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <pthread.h>
#include <syslog.h>
#include <time.h>

#include "supplicant.h"

#define BURST	   20 /* lines at once */
#define PER_SECOND 5

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool use_syslog, verbose;
static unsigned int credit = BURST, dropped;
static time_t last;

void log_init(bool to_syslog, bool be_verbose)
{
	use_syslog = to_syslog;
	verbose = be_verbose;
	if (to_syslog)
		openlog("tee-supplicant", LOG_PID, LOG_DAEMON);
}

/* Under lock. */
static bool may_log(void)
{
	struct timespec ts;
	unsigned int more;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	more = ts.tv_sec - last > BURST ? BURST : (ts.tv_sec - last) * PER_SECOND;
	last = ts.tv_sec;
	credit = credit + more > BURST ? BURST : credit + more;
	if (!credit) {
		dropped++;
		return false;
	}
	credit--;
	return true;
}

static void emit(int prio, const char *text)
{
	if (use_syslog)
		syslog(prio, "%s", text);
	else
		fprintf(stderr, "tee-supplicant: %s\n", text);
}

static void log_line(int prio, const char *fmt, va_list ap)
{
	char text[512], note[64];

	pthread_mutex_lock(&lock);
	if (may_log()) {
		if (dropped) {
			snprintf(note, sizeof(note), "%u lines not shown", dropped);
			dropped = 0;
			emit(LOG_WARNING, note);
		}
		vsnprintf(text, sizeof(text), fmt, ap);
		emit(prio, text);
	}
	pthread_mutex_unlock(&lock);
}

void log_err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_ERR, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_INFO, fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	log_line(LOG_DEBUG, fmt, ap);
	va_end(ap);
}
