/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime as an ELF object that loads itself: it is trusted, so little is checked. */
#include <elf.h>
#include <string.h>
#include "runtime/crt/runtime.h"

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));
extern const Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));

struct gnu_hash {
	uint32_t nbuckets, first, bloom_size, bloom_shift;
};

static uint64_t dynamic(int64_t tag)
{
	for (const Elf64_Dyn *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == tag)
			return d->d_un.d_val;
	}
	return 0;
}

static void protect_relro(uintptr_t base)
{
	const Elf64_Phdr *ph = (const void *)(base + __ehdr_start.e_phoff);

	for (unsigned int i = 0; i < __ehdr_start.e_phnum; i++) {
		if (ph[i].p_type != PT_GNU_RELRO)
			continue;
		uintptr_t start = ph[i].p_vaddr & -RT_PAGE;
		uintptr_t end = (ph[i].p_vaddr + ph[i].p_memsz) & -RT_PAGE;

		if (end > start)
			sys_protect(base + start, end - start, PROT_READ);
	}
}

void rt_relocate_self(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const Elf64_Rela *r = (const void *)(base + dynamic(DT_RELA));
	size_t n = dynamic(DT_RELASZ) / sizeof(*r);

	for (size_t i = 0; i < n; i++)
		*(uint64_t *)(base + r[i].r_offset) = base + (uint64_t)r[i].r_addend;
	protect_relro(base);
}

uint64_t rt_lookup(const char *name)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const Elf64_Sym *syms = (const void *)(base + dynamic(DT_SYMTAB));
	const char *str = (const char *)(base + dynamic(DT_STRTAB));
	const struct gnu_hash *h = (const void *)(base + dynamic(DT_GNU_HASH));
	const uint32_t *buckets = (const uint32_t *)(h + 1) + 2 * h->bloom_size;
	const uint32_t *chain = buckets + h->nbuckets;
	uint32_t hash = 5381;

	for (const char *c = name; *c; c++)
		hash = hash * 33 + (uint8_t)*c;
	for (uint32_t i = buckets[hash % h->nbuckets]; i; i++) {
		uint32_t entry = chain[i - h->first];

		if ((entry | 1) == (hash | 1) && !strcmp(str + syms[i].st_name, name))
			return base + syms[i].st_value;
		if (entry & 1)
			break;
	}
	return 0;
}
