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

/* Device registers that become the monitor's: whole pages outside RAM, owned by nobody. Boot only. */
void memory_claim(uint64_t base, uint64_t size);

/* --- second_level.c --- */
/* What entries look like. Tables have levels 0 to 2 and the root above them. */
struct second_level_format {
	uint64_t (*leaf)(hpa_t addr, uint32_t access, unsigned int level, bool device);
	uint64_t (*table)(hpa_t to, unsigned int level); /* entry for a table of this level */
	uint64_t absent;
	unsigned int max_level; /* of a leaf: 0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB */
};
/* The same from another judge: its answer holds from addr to *end, which it may lower. RAM and
 * the first 4 GiB. Boot only. */
hpa_t second_level_build_with(const struct second_level_format *format,
			      uint32_t (*access)(uint64_t addr, uint64_t *end));
/* Builds a partition's tables from the ownership table; returns the root. Boot only. */
hpa_t second_level_build(enum partition_id part);

#endif
