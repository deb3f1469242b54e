/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What page.c offers to the rest of kernel/mm and to the architecture's page tables.
 *
 * Idle pages: held by a cache of their last user, wiped, and counted as free (and charged to
 * nobody) because they go to the next use of that cache or to page_free_idle(). Counts of free
 * pages then tell about leaks, not about caches.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <kernel/include/mm.h>

/* 16 bits for whoever holds the page; undefined when it was just allocated. */
uint16_t *page_tag(paddr_t p);

void page_make_idle(struct quota *q, uint64_t n);
/* -ENOMEM when the quota is short. */
int page_unmake_idle(struct quota *q, uint64_t n);
/* Wipes and frees a page that was made idle. */
void page_free_idle(paddr_t p);

#endif
