/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the parts of the ELF checker. */
#ifndef RUNTIME_ELF_DYN_H
#define RUNTIME_ELF_DYN_H

#include "runtime/elf/elf_plan.h"

/* What the dynamic section says, by virtual address; 0 = absent. */
struct elf_dyn {
	uint64_t symtab, strtab, strsz, syment;
	uint64_t rela, relasz, relaent;
	uint64_t jmprel, pltrelsz, pltrel;
	uint64_t hash, gnu_hash;
	uint64_t init_array, init_arraysz, fini_array, fini_arraysz;
	uint64_t needed; /* offset in strtab */
	bool has_needed;
};

/* Offset in the image of [vaddr, +len), which must come from the file. */
bool elf_offset(const struct elf_plan *plan, uint64_t vaddr, uint64_t len, uint64_t *offset);

/* [vaddr, +len) is writable memory of one segment. */
bool elf_writable(const struct elf_plan *plan, uint64_t vaddr, uint64_t len);

/* Each returns NULL, or what is wrong. */
const char *elf_dyn_read(const uint8_t *bytes, const struct elf_plan *plan, const Elf64_Phdr *ph,
			 struct elf_dyn *d);
const char *elf_dyn_check(const uint8_t *bytes, struct elf_plan *plan, const struct elf_dyn *d);

#endif
