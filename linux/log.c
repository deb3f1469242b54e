// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the log rings of the monitor and the TEE, which they write into memory that Linux may
 * only read (abi/log.h). Nobody interrupts Linux for a log line: readers are woken when a call
 * comes back and finds the rings changed, and by a slow timer that runs only while one waits.
 */
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include "merlon.h"

#define POLL_INTERVAL (HZ / 4)

static u64 ring_head(const struct merlon_ring *r)
{
	return smp_load_acquire(&r->ring->head);
}

static void ring_copy(const struct merlon_ring *r, void *to, u64 at, size_t len)
{
	size_t start = at & (r->size - 1);
	size_t first = min_t(size_t, len, r->size - start);

	memcpy(to, r->ring->data + start, first);
	memcpy(to + first, r->ring->data, len - first);
}

/* The size of a record with its padding. */
static size_t record_size(const struct merlon_log_record *rec)
{
	return ALIGN(sizeof(*rec) + rec->len, 8);
}

/* Copies the oldest record from *@at on; moves *@at past what is lost. 0 for none. */
static size_t ring_peek(const struct merlon_ring *r, u64 *at, struct merlon_log_line *line)
{
	for (;;) {
		u64 head, tail;
		size_t size;

		if (!r->ring)
			return 0;
		head = ring_head(r);
		tail = READ_ONCE(r->ring->tail);
		if (*at < tail)
			*at = tail;
		if (*at >= head)
			return 0;
		ring_copy(r, &line->record, *at, sizeof(line->record));
		size = record_size(&line->record);
		if (line->record.len > MERLON_LOG_TEXT_MAX || size > head - *at) {
			/* Overwritten while we read it, or nonsense: then skip all there is. */
			smp_rmb();
			if (READ_ONCE(r->ring->tail) <= *at)
				*at = head;
			continue;
		}
		ring_copy(r, line->text, *at + sizeof(line->record), size - sizeof(line->record));
		smp_rmb();
		if (READ_ONCE(r->ring->tail) <= *at)
			return size;
	}
}

bool merlon_log_pending(struct merlon_log *log, const struct merlon_log_pos *pos)
{
	unsigned int i;

	for (i = 0; i < MERLON_LOG_COUNT; i++)
		if (log->rings[i].ring && ring_head(&log->rings[i]) > pos->at[i])
			return true;
	return false;
}

size_t merlon_log_next(struct merlon_log *log, struct merlon_log_pos *pos,
		       struct merlon_log_line *line)
{
	struct merlon_log_line other;
	size_t a = ring_peek(&log->rings[MERLON_LOG_MONITOR], &pos->at[MERLON_LOG_MONITOR], line);
	size_t b = ring_peek(&log->rings[MERLON_LOG_TEE], &pos->at[MERLON_LOG_TEE], &other);

	if (a && (!b || line->record.tsc <= other.record.tsc)) {
		pos->at[MERLON_LOG_MONITOR] += a;
		return a;
	}
	if (b) {
		memcpy(line, &other, b);
		pos->at[MERLON_LOG_TEE] += b;
	}
	return b;
}

void merlon_log_announce(struct merlon_log *log)
{
	bool fresh = false;
	unsigned int i;

	for (i = 0; i < MERLON_LOG_COUNT; i++) {
		struct merlon_ring *r = &log->rings[i];
		u64 head = r->ring ? ring_head(r) : 0;

		if (READ_ONCE(r->announced) == head)
			continue;
		WRITE_ONCE(r->announced, head);
		fresh = true;
	}
	if (fresh)
		wake_up_interruptible(&log->wq);
}

static void log_timer(struct timer_list *timer)
{
	struct merlon_log *log = from_timer(log, timer, timer);

	merlon_log_announce(log);
	if (waitqueue_active(&log->wq))
		mod_timer(&log->timer, jiffies + POLL_INTERVAL);
}

void merlon_log_wait_begin(struct merlon_log *log)
{
	if (!timer_pending(&log->timer))
		mod_timer(&log->timer, jiffies + POLL_INTERVAL);
}

static int ring_map(struct merlon *m, unsigned int which)
{
	struct merlon_ring *r = &m->log.rings[which];
	const struct merlon_log_ring *ring;
	phys_addr_t pa;
	size_t bytes;
	int rc;

	rc = m->transport->log(which, &pa, &bytes);
	if (rc)
		return rc;
	if (bytes < sizeof(*ring))
		return -EINVAL;
	ring = memremap(pa, bytes, MEMREMAP_WB);
	if (!ring)
		return -ENOMEM;
	r->size = READ_ONCE(ring->size);
	if (ring->magic != MERLON_LOG_MAGIC || !is_power_of_2(r->size) ||
	    r->size > bytes - sizeof(*ring)) {
		memunmap((void *)ring);
		return -EINVAL;
	}
	r->ring = ring;
	return 0;
}

int merlon_log_init(struct merlon *m)
{
	unsigned int i;
	int rc;

	init_waitqueue_head(&m->log.wq);
	timer_setup(&m->log.timer, log_timer, 0);
	for (i = 0; i < MERLON_LOG_COUNT; i++) {
		rc = ring_map(m, i);
		if (rc) /* its lines are lost, the TEE works */
			pr_warn("merlon: log ring %u cannot be read: %d\n", i, rc);
	}
	return 0;
}

void merlon_log_exit(struct merlon *m)
{
	unsigned int i;

	timer_shutdown_sync(&m->log.timer);
	for (i = 0; i < MERLON_LOG_COUNT; i++)
		if (m->log.rings[i].ring)
			memunmap((void *)m->log.rings[i].ring);
}
