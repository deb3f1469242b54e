/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handles of a process: memory objects and REE buffers. A handle is index + generation, so
 * that a stale one is refused.
 */
#ifndef KERNEL_HANDLE_H
#define KERNEL_HANDLE_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>

#define HANDLES_MAX 64

struct process;
struct tenant;

enum handle_kind {
	HANDLE_FREE,
	HANDLE_MEMOBJ,
	HANDLE_REEBUF
};

/* A buffer that the REE gave on request of a PRIV_RPC process. On its tenant's list while live. */
struct reebuf {
	struct reebuf *next;
	struct tenant *tenant; /* whose memory it is */
	struct process *proc; /* not referenced: dies after its handles */
	struct memobj *obj; /* NULL once revoked */
	uint64_t cookie, size;
	uint32_t type;
	uaddr_t va;
};

struct handle {
	uint32_t kind;
	uint32_t gen;
	union {
		struct memobj *obj;
		struct reebuf *buf;
		void *ptr;
	};
};

struct handle_table {
	struct handle *h; /* HANDLES_MAX */
};

int handles_create(struct handle_table *ht);
/* Lock for all below: the process's. The caller holds it. */
/* Takes over the reference in ptr. Handle number, or -ENOSPC. */
int64_t handle_add(struct handle_table *ht, enum handle_kind kind, void *ptr);
/* The object, or NULL when the number is not a handle of that kind. */
void *handle_find(struct handle_table *ht, uint64_t n, enum handle_kind kind);
/* Takes it out of the table; the reference goes to the caller. Kind tells what it was. */
void *handle_remove(struct handle_table *ht, uint64_t n, enum handle_kind *kind);

/* Gives up all handles of a dead process. No lock. */
void handles_destroy(struct process *p);

/* --- reebuf.c ----------------------------------------------------------------------------------- */
void reebuf_link(struct reebuf *b);
/* Unmaps; the buffer is then lost: it goes back to the REE on the next thread that can tell it. */
void reebuf_lose(struct reebuf *b);
/* The tenant is reset: its memory disappears from the processes that map it. */
void reebuf_revoke_all(struct tenant *tn);
struct reebuf *reebuf_take_lost(struct tenant *tn);
void reebuf_free(struct reebuf *b);

#endif
