/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer of a log ring (abi/log.h). The caller holds the ring's lock in both functions and
 * is the ring's only writer; the memory must not be writable by a reader.
 */
#ifndef LIB_LOGRING_H
#define LIB_LOGRING_H

#include <abi/log.h>
#include <stddef.h>
#include <stdint.h>

struct logring_entry {
	uint8_t level; /* enum merlon_log_level */
	uint8_t source; /* enum merlon_log_source */
	uint16_t cpu;
	uint16_t pid; /* 0 for monitor and kernel */
	uint64_t tsc;
};

/* Makes a ring of `bytes` at `ring`, header included; data takes the largest power of two. */
void logring_init(struct merlon_log_ring *ring, size_t bytes);

/* Appends one record. The text is cut at MERLON_LOG_TEXT_MAX; control characters become '.'. */
void logring_write(struct merlon_log_ring *ring, const struct logring_entry *entry,
		   const char *text, size_t len);

#endif
