/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The log ring: one writer (the monitor, or the TEE kernel), any number of readers that only
 * read. It lives in its own pages, mapped read-only for the REE, so that a log survives the
 * death of the TEE and costs no exit. It must never hold a secret or a kernel address.
 *
 * Writer, under its own lock: for each record, clear `tail` forward past what will be
 * overwritten (release), write the bytes, then advance `head` (release).
 * Reader: read head (acquire), copy, then read tail again: what lies before tail was
 * overwritten while it read and is discarded. head and tail are byte counts that never wrap in
 * practice (64 bits); byte n lives at data[n % size]. Records are 8-byte aligned and may wrap
 * around the end of data.
 */
#ifndef ABI_LOG_H
#define ABI_LOG_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define MERLON_LOG_MAGIC 0x474f4c4d /* "MLOG" */

struct merlon_log_ring {
	uint32_t magic;
	uint32_t size; /* of data, a power of two */
	uint64_t head; /* bytes ever written */
	uint64_t tail; /* oldest byte still whole */
	uint64_t reserved[5];
	uint8_t data[];
};

enum merlon_log_level {
	LOG_ERR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};
enum merlon_log_source {
	LOG_SRC_MONITOR,
	LOG_SRC_KERNEL,
	LOG_SRC_SERVICE,
	LOG_SRC_TA
};

#define MERLON_LOG_TEXT_MAX 240

struct merlon_log_record {
	uint16_t
		len; /* bytes of text that follow, at most MERLON_LOG_TEXT_MAX, no newline, no NUL */
	uint8_t level;
	uint8_t source;
	uint16_t cpu;
	uint16_t pid; /* TEE process id, 0 for monitor and kernel */
	uint64_t tsc;
	/* char text[len], then zero bytes up to a multiple of 8 */
};

_Static_assert(sizeof(struct merlon_log_ring) == 64, "ABI");
_Static_assert(sizeof(struct merlon_log_record) == 16, "ABI");

#endif
