/* SPDX-License-Identifier: BSD-2-Clause */
/* The dynamic section and the tables that it names. */
#include <string.h>
#include "runtime/elf/elf_dyn.h"

/* Where each tag's value goes in struct elf_dyn. */
static const struct {
	uint32_t tag;
	uint32_t field;
} dyn_fields[] = {
	{DT_SYMTAB, offsetof(struct elf_dyn, symtab)},
	{DT_SYMENT, offsetof(struct elf_dyn, syment)},
	{DT_STRTAB, offsetof(struct elf_dyn, strtab)},
	{DT_STRSZ, offsetof(struct elf_dyn, strsz)},
	{DT_RELA, offsetof(struct elf_dyn, rela)},
	{DT_RELASZ, offsetof(struct elf_dyn, relasz)},
	{DT_RELAENT, offsetof(struct elf_dyn, relaent)},
	{DT_JMPREL, offsetof(struct elf_dyn, jmprel)},
	{DT_PLTRELSZ, offsetof(struct elf_dyn, pltrelsz)},
	{DT_PLTREL, offsetof(struct elf_dyn, pltrel)},
	{DT_HASH, offsetof(struct elf_dyn, hash)},
	{DT_GNU_HASH, offsetof(struct elf_dyn, gnu_hash)},
	{DT_INIT_ARRAY, offsetof(struct elf_dyn, init_array)},
	{DT_INIT_ARRAYSZ, offsetof(struct elf_dyn, init_arraysz)},
	{DT_FINI_ARRAY, offsetof(struct elf_dyn, fini_array)},
	{DT_FINI_ARRAYSZ, offsetof(struct elf_dyn, fini_arraysz)},
	{DT_NEEDED, offsetof(struct elf_dyn, needed)},
};

#define DT_RELR_TAG 36 /* not in every elf.h */

static const char *dyn_entry(struct elf_dyn *d, const Elf64_Dyn *e)
{
	switch (e->d_tag) {
	case DT_NEEDED:
		if (d->has_needed)
			return "needs more than one library";
		d->has_needed = true;
		break;
	case DT_TEXTREL:
		return "has text relocations";
	case DT_REL:
	case DT_RELR_TAG:
		return "has relocations other than RELA";
	case DT_INIT:
	case DT_FINI:
		return "has DT_INIT or DT_FINI instead of constructors";
	default:
		break;
	}
	for (size_t i = 0; i < sizeof(dyn_fields) / sizeof(dyn_fields[0]); i++) {
		if (e->d_tag == dyn_fields[i].tag)
			memcpy((uint8_t *)d + dyn_fields[i].field, &e->d_un.d_val, 8);
	}
	return NULL;
}

const char *elf_dyn_read(const uint8_t *bytes, const struct elf_plan *plan, const Elf64_Phdr *ph,
			 struct elf_dyn *d)
{
	uint64_t offset, n = ph->p_filesz / sizeof(Elf64_Dyn);
	const Elf64_Dyn *e;
	const char *bad;

	if (!elf_offset(plan, ph->p_vaddr, ph->p_filesz, &offset) || offset % 8)
		return "dynamic section outside the image";
	e = (const void *)(bytes + offset);
	for (uint64_t i = 0; i < n; i++) {
		if (e[i].d_tag == DT_NULL)
			return NULL;
		bad = dyn_entry(d, &e[i]);
		if (bad)
			return bad;
	}
	return "dynamic section has no end";
}

/* Symbols in the table, as the classic hash table says. */
static bool count_by_hash(const uint8_t *bytes, const struct elf_plan *plan, uint64_t vaddr,
			  uint64_t *count)
{
	uint64_t offset;

	if (!elf_offset(plan, vaddr, 8, &offset) || offset % 4)
		return false;
	*count = ((const uint32_t *)(bytes + offset))[1];
	return true;
}

/* The same from the GNU one: the last symbol of the chain that starts last. */
static bool count_by_gnu_hash(const uint8_t *bytes, const struct elf_plan *plan, uint64_t vaddr,
			      uint64_t *count)
{
	uint64_t offset, len, first, last = 0;
	const uint32_t *h, *buckets, *chain;

	if (!elf_offset(plan, vaddr, 16, &offset) || offset % 4)
		return false;
	h = (const void *)(bytes + offset);
	first = h[1];
	len = 16 + 8ull * h[2] + 4ull * h[0]; /* header, Bloom filter, buckets */
	if (!elf_offset(plan, vaddr, len, &offset))
		return false;
	buckets = h + 4 + 2ull * h[2];
	for (uint32_t i = 0; i < h[0]; i++)
		last = buckets[i] > last ? buckets[i] : last;
	*count = first;
	if (last < first)
		return true;
	chain = buckets + h[0];
	for (uint64_t i = last; elf_offset(plan, vaddr, len + 4 * (i - first + 1), &offset); i++) {
		*count = i + 1;
		if (chain[i - first] & 1)
			return true;
	}
	return false;
}

static const char *check_tables(const uint8_t *bytes, struct elf_plan *plan,
				const struct elf_dyn *d)
{
	uint64_t n;

	if (!d->symtab || !d->strtab || !d->strsz || d->syment != sizeof(Elf64_Sym))
		return "no symbol or string table";
	if (!elf_offset(plan, d->strtab, d->strsz, &plan->str.offset))
		return "string table outside the image";
	plan->str.count = d->strsz;
	if (bytes[plan->str.offset + d->strsz - 1])
		return "string table has no end";
	if (!(d->gnu_hash ? count_by_gnu_hash(bytes, plan, d->gnu_hash, &n)
			  : d->hash && count_by_hash(bytes, plan, d->hash, &n)))
		return "bad symbol hash table";
	if (n > ELF_MAX_SIZE / sizeof(Elf64_Sym) ||
	    !elf_offset(plan, d->symtab, n * sizeof(Elf64_Sym), &plan->sym.offset) ||
	    plan->sym.offset % 8)
		return "symbol table outside the image";
	plan->sym.count = n;
	if (!d->has_needed)
		return NULL;
	if (d->needed >= d->strsz)
		return "name of a needed library outside the string table";
	if (strcmp((const char *)bytes + plan->str.offset + d->needed, ELF_RUNTIME_SONAME))
		return "needs a library other than the runtime";
	return NULL;
}

static const char *check_symbols(const uint8_t *bytes, const struct elf_plan *plan)
{
	const Elf64_Sym *sym = (const void *)(bytes + plan->sym.offset);

	for (uint64_t i = 1; i < plan->sym.count; i++) {
		unsigned int type = ELF64_ST_TYPE(sym[i].st_info);

		if (sym[i].st_name >= plan->str.count)
			return "symbol name outside the string table";
		if (type == STT_TLS || type == STT_GNU_IFUNC)
			return "symbol type is not supported";
		if (sym[i].st_shndx != SHN_UNDEF &&
		    (sym[i].st_shndx == SHN_ABS || sym[i].st_value > plan->span ||
		     sym[i].st_size > plan->span - sym[i].st_value))
			return "symbol outside the program";
	}
	return NULL;
}

static const char *check_rela(const uint8_t *bytes, const struct elf_plan *plan,
			      const struct elf_table *t)
{
	const Elf64_Rela *r = (const void *)(bytes + t->offset);

	for (uint64_t i = 0; i < t->count; i++) {
		switch (ELF64_R_TYPE(r[i].r_info)) {
		case R_X86_64_NONE:
			continue;
		case R_X86_64_RELATIVE:
			break;
		case R_X86_64_64:
		case R_X86_64_GLOB_DAT:
		case R_X86_64_JUMP_SLOT:
			if (ELF64_R_SYM(r[i].r_info) >= plan->sym.count)
				return "relocation names a symbol outside the table";
			break;
		default:
			return "relocation type is not supported";
		}
		if (!elf_writable(plan, r[i].r_offset, 8))
			return "relocation outside the writable segments";
	}
	return NULL;
}

static const char *take_relas(const uint8_t *bytes, const struct elf_plan *plan, uint64_t vaddr,
			      uint64_t size, struct elf_table *t)
{
	if (!size)
		return NULL;
	if (size % sizeof(Elf64_Rela) || !elf_offset(plan, vaddr, size, &t->offset) ||
	    t->offset % 8)
		return "relocations outside the image";
	t->count = size / sizeof(Elf64_Rela);
	return check_rela(bytes, plan, t);
}

static bool bad_array(const struct elf_plan *plan, const struct elf_range *r)
{
	return r->size && ((r->vaddr | r->size) % 8 || !elf_writable(plan, r->vaddr, r->size));
}

const char *elf_dyn_check(const uint8_t *bytes, struct elf_plan *plan, const struct elf_dyn *d)
{
	const char *bad = check_tables(bytes, plan, d);

	if (!bad)
		bad = check_symbols(bytes, plan);
	if (!bad && ((d->relasz && d->relaent != sizeof(Elf64_Rela)) ||
		     (d->pltrelsz && d->pltrel != DT_RELA)))
		bad = "has relocations other than RELA";
	if (!bad)
		bad = take_relas(bytes, plan, d->rela, d->relasz, &plan->rela);
	if (!bad)
		bad = take_relas(bytes, plan, d->jmprel, d->pltrelsz, &plan->jmprel);
	plan->init = (struct elf_range){d->init_array, d->init_arraysz};
	plan->fini = (struct elf_range){d->fini_array, d->fini_arraysz};
	if (!bad && (bad_array(plan, &plan->init) || bad_array(plan, &plan->fini)))
		bad = "bad constructor or destructor array";
	return bad;
}
