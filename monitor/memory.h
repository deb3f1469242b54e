/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who owns which page frame, and who else may reach it. Kept as ranges: sorted, disjoint; an
 * address in no range is a device's or nobody's, and the REE may reach it.
 *
 * All changes go through memory_change, which takes the lock; memory_check asserts what must
 * always hold. The verbs are those of Arm FF-A.
 */
#ifndef MONITOR_MEMORY_H
#define MONITOR_MEMORY_H

#include <monitor/virt.h>

enum mem_owner {
	OWNER_DEVICE,
	OWNER_MONITOR,
	OWNER_TEE,
	OWNER_REE, /* guest 1; further guests follow it */
};

enum mem_verb {
	MEM_DONATE, /* the owner changes; the new owner gets all rights, all sharing ends */
	MEM_SHARE, /* the owner keeps its rights; `to` gets `access`, never ACCESS_X */
	MEM_RECLAIM, /* the owner takes back what it shared with `to` */
};

struct mem_change {
	enum mem_verb verb;
	uint64_t base, size; /* page aligned; all of it owned by `from` */
	enum mem_owner from, to;
	uint32_t access; /* MEM_SHARE */
};

/* Starts the table: RAM belongs to the REE, all else to devices. Boot only. */
void memory_init(void);

/* 0; -E_INVAL: misaligned, wraps, or not all owned by `from`; -E_NOMEM: the table is full.
 * Nothing has changed after an error. */
int memory_change(const struct mem_change *change);

/* What a partition may do at an address, and who owns it. */
uint32_t memory_access(enum partition_id part, uint64_t addr);
enum mem_owner memory_owner(uint64_t addr);
/* The range with the same answers around addr: [*base, *end). */
void memory_extent(uint64_t addr, uint64_t *base, uint64_t *end);

/* Checks all invariants; panics when one is broken (our bug). */
void memory_check(void);

/* Devices' pages, but the REE's writes come to us: they can send INIT to any CPU. */
#define IOAPIC_PAGE 0xfec00000ull
#define APIC_PAGE   0xfee00000ull
/* Up to here, behind the APIC's page, a store is a message-signalled interrupt of any kind. */
#define MSI_END 0xfef00000ull

/* --- second_level.c --- */
/* Builds a partition's tables from the ownership table; returns the root. Boot only. */
hpa_t second_level_build(enum partition_id part);

#endif
