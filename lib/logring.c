// SPDX-License-Identifier: BSD-2-Clause
#include <logring.h>
#include <string.h>

static size_t record_size(size_t len)
{
	return sizeof(struct merlon_log_record) + ((len + 7) & ~(size_t)7);
}

static void ring_put(struct merlon_log_ring *ring, uint64_t pos, const void *src, size_t n)
{
	size_t at = pos & (ring->size - 1), first = ring->size - at;

	if (first > n)
		first = n;
	memcpy(ring->data + at, src, first);
	memcpy(ring->data, (const uint8_t *)src + first, n - first);
}

/* Drops the oldest records until `need` bytes fit. A length is 8-byte aligned, so never wraps. */
static void make_room(struct merlon_log_ring *ring, size_t need)
{
	uint64_t tail = ring->tail;
	uint16_t len;

	while (ring->head + need - tail > ring->size) {
		memcpy(&len, ring->data + (tail & (ring->size - 1)), sizeof(len));
		tail += record_size(len);
	}
	__atomic_store_n(&ring->tail, tail, __ATOMIC_RELEASE);
	/* A reader that saw any of the new bytes must also see the new tail. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void logring_init(struct merlon_log_ring *ring, size_t bytes)
{
	size_t size = 64;

	while (size * 2 <= bytes - sizeof(*ring))
		size *= 2;
	memset(ring, 0, sizeof(*ring));
	ring->size = size;
	__atomic_store_n(&ring->magic, MERLON_LOG_MAGIC, __ATOMIC_RELEASE);
}

void logring_write(struct merlon_log_ring *ring, const struct logring_entry *entry,
		   const char *text, size_t len)
{
	struct {
		struct merlon_log_record rec;
		char text[MERLON_LOG_TEXT_MAX];
	} r;
	size_t n;

	if (len > MERLON_LOG_TEXT_MAX)
		len = MERLON_LOG_TEXT_MAX;
	n = record_size(len);
	r.rec = (struct merlon_log_record){
		.len = (uint16_t)len,
		.level = entry->level,
		.source = entry->source,
		.cpu = entry->cpu,
		.pid = entry->pid,
		.tsc = entry->tsc,
	};
	for (size_t i = 0; i < len; i++)
		r.text[i] = (uint8_t)text[i] < ' ' && text[i] != '\t' ? '.' : text[i];
	memset(r.text + len, 0, n - sizeof(r.rec) - len);
	make_room(ring, n);
	ring_put(ring, ring->head, &r, n);
	__atomic_store_n(&ring->head, ring->head + n, __ATOMIC_RELEASE);
}
