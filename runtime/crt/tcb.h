/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtime keeps for each stack slot, found through FS base. It is in .bss, not on the
 * stack: an overrun of the stack cannot reach the guard it would have to match.
 */
#ifndef RUNTIME_TCB_H
#define RUNTIME_TCB_H

#define TCB_SHIFT	  6
#define TCB_SELF	  0
#define TCB_CALL	  8
#define TCB_SLOT	  16
#define TCB_GUARD	  40 /* where the compiler looks: %fs:0x28 */
#define PROC_START_RANDOM 56

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>
#include "abi/syscall.h"

struct tcb {
	struct tcb *self;
	struct merlon_call *call; /* of the upcall that runs on this slot */
	uint32_t slot;
	int errno_value;
	uint64_t reserved[2];
	uint64_t guard;
	uint64_t reserved2[2];
};

_Static_assert(sizeof(struct tcb) == 1 << TCB_SHIFT, "entry.S");
_Static_assert(offsetof(struct tcb, call) == TCB_CALL, "entry.S");
_Static_assert(offsetof(struct tcb, slot) == TCB_SLOT, "entry.S");
_Static_assert(offsetof(struct tcb, guard) == TCB_GUARD, "entry.S");
_Static_assert(offsetof(struct merlon_proc_start, random) == PROC_START_RANDOM, "entry.S");

extern struct tcb rt_tcbs[MERLON_MAX_SLOTS];

static inline struct tcb *rt_tcb(void)
{
	struct tcb *t;

	__asm__("mov %%fs:0, %0" : "=r"(t));
	return t;
}

#endif
#endif
