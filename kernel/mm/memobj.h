/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects as address spaces see them.
 */
#ifndef MM_MEMOBJ_H
#define MM_MEMOBJ_H

#include <kernel/include/mm.h>

/* Physical address of the page at byte offset off, which is inside the object. */
uint64_t memobj_frame(const struct memobj *o, uint64_t off);
/* Where the kernel sees the byte at off. */
void *memobj_ptr(const struct memobj *o, uint64_t off);
/* A mapping with this prot begins: -EACCES when the object does not allow it. */
int memobj_map_begin(struct memobj *o, unsigned prot);
/* It has ended, on all CPUs. */
void memobj_map_end(struct memobj *o, unsigned prot);

#endif
