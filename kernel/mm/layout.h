/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel sees physical memory. The architecture defines both before page_init(); on
 * the host, where a physical address is a pointer, they are 0.
 */
#ifndef MM_LAYOUT_H
#define MM_LAYOUT_H

#include <stdint.h>

extern uint64_t mm_direct_offset; /* TEE RAM: address = frame + this */
extern uint64_t mm_ree_offset; /* REE RAM: address = frame + this */

#endif
