/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF checker: a pure function from an image to a plan for loading it. The image is hostile
 * and must not change while it is read (the loader works on sealed memory objects). What the
 * plan says has been checked: whoever follows it stays inside the image and inside `span`.
 *
 * Accepted: ET_DYN for x86-64, page-congruent segments, never writable and executable, RELA
 * relocations RELATIVE, 64, GLOB_DAT and JUMP_SLOT in writable segments, no TLS, no library
 * other than the runtime.
 */
#ifndef RUNTIME_ELF_PLAN_H
#define RUNTIME_ELF_PLAN_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_PAGE      4096ull
#define ELF_MAX_PHDRS 32
#define ELF_MAX_SEGS  16
#define ELF_MAX_SIZE  (16ull << 20) /* bytes of an image */
#define ELF_MAX_SPAN  (64ull << 20) /* bytes of address space */

#define ELF_RUNTIME_SONAME "merlon-runtime.so"

struct elf_seg {
	uint64_t offset; /* in the image; offset % page == vaddr % page */
	uint64_t vaddr, file_size, mem_size;
	bool write, exec;
};

/* A table in the image, by offset. */
struct elf_table {
	uint64_t offset;
	uint64_t count; /* of entries; of bytes for strings */
};

/* A range of the loaded program, by virtual address. */
struct elf_range {
	uint64_t vaddr, size;
};

struct elf_plan {
	struct elf_seg segs[ELF_MAX_SEGS];
	unsigned int nsegs;
	uint64_t span; /* address space from base, page aligned */
	struct elf_table sym, str, rela, jmprel;
	struct elf_range init, fini; /* arrays of function addresses, after relocation */
	struct elf_range relro; /* read-only after relocation; size 0: none */
};

/* Fills *plan. Returns NULL, or what is wrong with the image: text for the log. */
const char *elf_plan(const void *image, size_t size, struct elf_plan *plan);

/* The value of a symbol that the program exports, relative to its base; false: not there. */
bool elf_plan_export(const void *image, const struct elf_plan *plan, const char *name,
		     uint64_t *value);

/* Finds a symbol of the runtime: its address, 0 for none. */
typedef uint64_t elf_lookup_fn(const char *name);

/*
 * Applies all relocations. mem = where the span is now writable, base = the address it will run
 * at. Returns NULL, or the name of a symbol that is nowhere.
 */
const char *elf_relocate(const void *image, const struct elf_plan *plan, uint8_t *mem,
			 uint64_t base, elf_lookup_fn *lookup);

#endif
