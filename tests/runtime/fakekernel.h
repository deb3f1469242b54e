/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TEE kernel's system calls, imitated inside a Linux process, so that the runtime and the
 * services run on the host exactly as they were built. Each imitated process has its own copy of
 * the runtime; a system call from it arrives as SIGSYS (Linux's syscall user dispatch).
 */
#ifndef FAKEKERNEL_H
#define FAKEKERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/syscall.h"

struct fake_proc;

/* False: this host's kernel cannot do it. */
bool fake_init(const char *runtime_img);

/*
 * A new process; UPCALL_START runs in it. elf = its program, or NULL: it asks the loader (see
 * fake_set_loader). *result = what UPCALL_START returned.
 */
struct fake_proc *fake_start(const uint8_t uuid[16], const void *elf, size_t size,
			     uint32_t *result);
void fake_end(struct fake_proc *p);

/* An upcall with call's session, ctx, cmd, types and params; outputs go back into *call. */
uint32_t fake_call(struct fake_proc *p, enum merlon_upcall upcall, struct merlon_call *call);

/* Bytes of stack that the deepest upcall so far used. */
size_t fake_stack_used(const struct fake_proc *p);

/* The process that sessions to other processes reach, and what the REE answers to LOAD_TA. */
void fake_set_loader(struct fake_proc *loader);
void fake_set_ree_ta(const void *image, size_t size);

/* The last log line of any process; and whether it panicked in the last upcall. */
extern char fake_log[256];
extern bool fake_panicked;

#endif
