/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows a plan: exported symbols and relocation. */
#include <string.h>
#include "runtime/elf/elf_plan.h"

bool elf_plan_export(const void *image, const struct elf_plan *plan, const char *name,
		     uint64_t *value)
{
	const uint8_t *bytes = image;
	const Elf64_Sym *sym = (const void *)(bytes + plan->sym.offset);
	const char *str = (const char *)bytes + plan->str.offset;

	for (uint64_t i = 1; i < plan->sym.count; i++) {
		if (sym[i].st_shndx != SHN_UNDEF && !strcmp(str + sym[i].st_name, name)) {
			*value = sym[i].st_value;
			return true;
		}
	}
	return false;
}

/* The address of a symbol for a relocation; false: nowhere. A missing weak one is 0. */
static bool resolve(const Elf64_Sym *sym, const char *str, uint64_t base, elf_lookup_fn *lookup,
		    uint64_t *value)
{
	if (sym->st_shndx != SHN_UNDEF) {
		*value = base + sym->st_value;
		return true;
	}
	*value = lookup(str + sym->st_name);
	return *value || ELF64_ST_BIND(sym->st_info) == STB_WEAK;
}

static const char *apply(const uint8_t *bytes, const struct elf_plan *plan,
			 const struct elf_table *t, uint8_t *mem, uint64_t base,
			 elf_lookup_fn *lookup)
{
	const Elf64_Rela *r = (const void *)(bytes + t->offset);
	const Elf64_Sym *syms = (const void *)(bytes + plan->sym.offset);
	const char *str = (const char *)bytes + plan->str.offset;

	for (uint64_t i = 0; i < t->count; i++) {
		uint64_t index = ELF64_R_SYM(r[i].r_info);
		uint64_t value = 0;

		switch (ELF64_R_TYPE(r[i].r_info)) {
		case R_X86_64_RELATIVE:
			value = base + (uint64_t)r[i].r_addend;
			break;
		case R_X86_64_64:
		case R_X86_64_GLOB_DAT:
		case R_X86_64_JUMP_SLOT:
			if (index && !resolve(&syms[index], str, base, lookup, &value))
				return str + syms[index].st_name;
			if (ELF64_R_TYPE(r[i].r_info) == R_X86_64_64)
				value += (uint64_t)r[i].r_addend;
			break;
		default:
			continue;
		}
		memcpy(mem + r[i].r_offset, &value, sizeof(value));
	}
	return NULL;
}

const char *elf_relocate(const void *image, const struct elf_plan *plan, uint8_t *mem,
			 uint64_t base, elf_lookup_fn *lookup)
{
	const char *missing = apply(image, plan, &plan->rela, mem, base, lookup);

	return missing ? missing : apply(image, plan, &plan->jmprel, mem, base, lookup);
}
