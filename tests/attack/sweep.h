/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of attack_memory.ko share: one kind of access to many pages, from each CPU. */
#ifndef ATTACK_SWEEP_H
#define ATTACK_SWEEP_H

#include "attack.h"

enum outcome {
	FAULTED,
	NOTHING, /* all ones, or a write that did not take effect */
	LEAKED,
	OUTCOMES
};

typedef enum outcome (*try_fn)(u64 *at);

enum outcome try_read(u64 *at);
/* Writes a word and puts back what was there: harmless where nobody else looks meanwhile. */
enum outcome try_write(u64 *at);
/* Writes all of the page: nothing of what was there is left to work. */
enum outcome try_wipe(u64 *at);
/*
 * Jumps to the page. One that can be read is called at a RET, its own or one written there for the
 * moment, so that a leak is seen and survived.
 */
enum outcome try_execute(u64 *at);

struct sweep_map {
	void *(*map)(u64 pa, size_t bytes);
	void (*unmap)(void *va);
};

extern const struct sweep_map sweep_cached, sweep_device, sweep_code;

/* One case: one access in each page that @step leads to, from the first CPU, and samples from the others. */
void sweep(const char *name, const struct attack_range *r, u64 step, try_fn try,
	   const struct sweep_map *how);

/* try_execute() needs it. 0 or -E. */
int sweep_init(void);
void sweep_exit(void);

#endif
