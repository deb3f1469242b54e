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

/* What a partition may do at an address, and who owns it: sharing by the page (share.h) included. */
uint32_t memory_access(enum partition_id part, uint64_t addr);
enum mem_owner memory_owner(uint64_t addr);
/* Whether Linux owns all of it, but for pages that it donated. */
bool memory_is_ree_ram(uint64_t base, uint64_t end);
/* The range with the same answers around addr: [*base, *end). */
void memory_extent(uint64_t addr, uint64_t *base, uint64_t *end);

/* Checks all invariants; panics when one is broken (our bug). */
void memory_check(void);

/* Devices' pages, but the REE's writes come to us: these two can send INIT to any CPU ... */
#define IOAPIC_PAGE 0xfec00000ull
#define APIC_PAGE   0xfee00000ull
/* Up to here, behind the APIC's page, a store is a message-signalled interrupt of any kind. */
#define MSI_END 0xfef00000ull

/* ... and these. Boot only; panics when there are too many. */
void memory_guard(uint64_t page);
bool memory_is_guarded(uint64_t addr);

/* Device registers that become the monitor's: whole pages outside RAM, owned by nobody. Boot only. */
void memory_claim(uint64_t base, uint64_t size);

/* --- second_level.c --- */
/* What entries look like. Tables have levels 0 to 2 and the root above them. */
struct second_level_format {
	uint64_t leaf, ram; /* in each leaf; in leaves for RAM, not for devices */
	uint64_t read, write, exec, no_exec; /* in a leaf: what is allowed, and what is not */
	uint64_t table, level; /* in an entry for a table; times 1 + that table's level */
	uint64_t absent;
	unsigned int max_level; /* of a leaf: 0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB */
	/* How to read them: an entry is there if it has a bit of `present`; above level 0 it is a leaf
	 * if its bits `kind` are `large`, and those 4 KiB entries do not have. */
	uint64_t present, kind, large;
};
/* The same from another judge: its answer holds from addr to *end, which it may lower. RAM and
 * the first 4 GiB. Boot only. */
hpa_t second_level_build_with(const struct second_level_format *format,
			      uint32_t (*access)(uint64_t addr, uint64_t *end));
/* Builds a partition's tables from the ownership table; returns the root. Boot only. */
hpa_t second_level_build(enum partition_id part);

/*
 * Changing one page of tables that are in use. The caller's lock serializes all of it.
 * open: the page gets an entry of its own, with the rights that it has. At most max large pages are
 * broken up, counted in *splits; NULL: any number. 0; -E_NOMEM.
 * set: it gets the rights that the ownership table says, once opened; true: none were taken away.
 */
int second_level_open(const struct second_level_format *format, hpa_t root, uint64_t addr,
		      uint32_t *splits, uint32_t max);
bool second_level_set(const struct second_level_format *format, hpa_t root, uint64_t addr,
		      uint32_t access);
/* Whether anything is allowed there. */
bool second_level_allows(hpa_t root, uint64_t addr);

/* A partition lost rights in its tables: returns when no CPU has translations from before. */
void tlb_shootdown(enum partition_id part);

#endif
