/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions. One table with a lock per slot; an id is index and random generation, and is good
 * only for the client that it was given to.
 */
#ifndef KERNEL_SESSION_H
#define KERNEL_SESSION_H

#include <kernel/include/arch.h>
#include <include/abi/syscall.h>

#define SESSIONS_MAX 1024

struct process;
struct tenant;

enum session_state {
	SESSION_OPENING,
	SESSION_OPEN,
	SESSION_CLOSED, /* no new calls; those that wait for the server give up */
};

struct session {
	uint32_t id;
	uint32_t refs; /* atomic; the table holds one while the session is in it */
	uint32_t state; /* atomic */
	struct tenant *tenant; /* of the client */
	struct process *server; /* referenced */
	struct process *client; /* not referenced: compared only. NULL: the REE, or an orphan */
	struct merlon_identity ident;
	uint64_t ctx;
	struct session *next; /* list of orphans */
};

/* Not usable before session_opened(). Takes a reference of the caller's to server. NULL: quota. */
struct session *session_create(struct tenant *tn, struct process *server, struct process *client,
			       const struct merlon_identity *ident);
void session_opened(struct session *s);
/* A reference to the open session with this id that this client owns, or NULL. */
struct session *session_get(uint32_t id, struct tenant *tn, struct process *client);
void session_put(struct session *s);
/*
 * Takes it out of the table: the id is dead. The table's reference goes to the caller. False:
 * somebody else was first. busy_ok false: also when other calls use it.
 */
bool session_remove(struct session *s, bool busy_ok);
bool session_closed(const struct session *s);
uint32_t session_count(void);

/* Every session that process p opened becomes an orphan. */
void session_orphan_of(struct process *p);
/* Likewise every session of a tenant that is reset; those with dead servers just end. */
void session_orphan_tenant(struct tenant *tn);

#endif
