/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TAs and the service of the kernel tests.
 */
#ifndef TEST_PROGRAMS_H
#define TEST_PROGRAMS_H

#include "fake_arch.h"

extern const uint8_t uuid_multi[16]; /* a new instance for each session */
extern const uint8_t uuid_single[16]; /* SINGLE_INSTANCE, MULTI_SESSION */
extern const uint8_t uuid_one[16]; /* SINGLE_INSTANCE, one session */
extern const uint8_t uuid_keep[16]; /* SINGLE_INSTANCE, MULTI_SESSION, KEEP_ALIVE */
extern const uint8_t uuid_slow[16]; /* as single; START and CREATE make an RPC */
extern const uint8_t uuid_service[16]; /* a service: PRIV_RPC, PRIV_LOADER, PRIV_CONCURRENT */
extern const uint8_t uuid_none[16]; /* no such TA: START fails */
extern const uint8_t uuid_nocreate[16]; /* CREATE fails */
extern const uint8_t uuid_noopen[16]; /* OPEN fails */

enum {
	CMD_NULL,
	CMD_ADD, /* a += b */
	CMD_PANIC,
	CMD_FAULT,
	CMD_PREEMPT, /* is preempted `a` times; a service: 4 at most */
	CMD_SLEEP, /* `a` ms; a = negative error */
	CMD_SLEEP_UNMASKED,
	CMD_TIME, /* a = seconds, b = nanoseconds of the REE */
	CMD_FILL, /* params[0]: value a; params[1]: memref out or inout, each byte += a */
	CMD_SIZE, /* params[0] memref: size becomes size + 100 */
	CMD_NEST, /* opens uuid_single and invokes ADD there, closes; a, b as for ADD */
	CMD_NEST_MEM, /* sends a buffer to a nested FILL and checks what comes back */
	CMD_NEST_PANIC, /* nested TA panics; a = result there, b = origin */
	CMD_NEST_LEAVE, /* opens a nested session and leaves it open */
	CMD_NEST_LOOP, /* nested TA is preempted for ever */
	CMD_HANDLES, /* memory objects: create, map, seal refused, stale handles */
	CMD_MEMORY, /* map, unmap, protect, query */
	CMD_BAD_SYSCALLS, /* invalid everything; a = number of unexpected answers */
	CMD_RPC, /* service: allocates a buffer, makes an RPC with it, frees it */
	CMD_RPC_LEAK, /* service: allocates a buffer and keeps it */
	CMD_LOCK, /* service: waits for a word to become 1 */
	CMD_UNLOCK, /* service: sets it to 1 and wakes */
	CMD_GRANT, /* TA: asks the service for an object, maps it, checks it */
	CMD_GRANT_SERVER, /* service: makes and seals and grants one; a = handle */
	CMD_IDENTITY, /* a = login, b = first four octets of the client's UUID */
	CMD_DREAM, /* sleeps `a` ms, is preempted, asks for the REE's time: b = its seconds; sleeps again */
	CMD_SELF, /* opens a session with itself: has to be refused; a = result */
};

extern const struct program kernel_programs[];
extern void (*program_awake)(void); /* called by CMD_DREAM when it has slept */
/* Writes the word that CMD_LOCK waits for, without a call. */
void fake_service_word(const uint8_t *uuid, uint32_t word);
extern uint32_t program_destroyed; /* DESTROY upcalls so far */
extern uint32_t program_closed;

#endif
