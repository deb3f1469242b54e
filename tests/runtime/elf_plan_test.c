/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF checker: a good image passes; each kind of damage gets its own answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "runtime/elf/elf_plan.h"

static uint8_t *good;
static size_t good_size;

static int load_good(void **state)
{
	FILE *f = fopen(LOADER_ELF, "rb");
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) <= 0)
		return -1;
	rewind(f);
	good_size = size;
	good = malloc(good_size);
	if (!good || fread(good, 1, good_size, f) != good_size)
		return -1;
	return fclose(f);
}

static int free_good(void **state)
{
	free(good);
	return 0;
}

/* A copy to damage; exactly as large as the image, so that ASan sees a read behind it. */
static uint8_t *copy(size_t size)
{
	uint8_t *c = malloc(size);

	assert_non_null(c);
	memcpy(c, good, size);
	return c;
}

static Elf64_Phdr *phdr(uint8_t *image, uint32_t type, unsigned int nth)
{
	const Elf64_Ehdr *eh = (const void *)image;
	Elf64_Phdr *ph = (void *)(image + eh->e_phoff);

	for (unsigned int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == type && !nth--)
			return &ph[i];
	}
	fail_msg("no such program header");
	return NULL;
}

static Elf64_Dyn *dyn(uint8_t *image, int64_t tag)
{
	Elf64_Dyn *d = (void *)(image + phdr(image, PT_DYNAMIC, 0)->p_offset);

	while (d->d_tag != tag)
		d++;
	return d;
}

static void refused(uint8_t *image, size_t size, const char *why)
{
	struct elf_plan plan;
	const char *bad = elf_plan(image, size, &plan);

	assert_non_null(bad);
	assert_string_equal(bad, why);
	free(image);
}

static uint64_t here(const char *name)
{
	return 0x1234567890ull;
}

static uint64_t nowhere(const char *name)
{
	return 0;
}

static void test_good(void **state)
{
	struct elf_plan plan;
	uint64_t value;
	uint8_t *mem;

	assert_null(elf_plan(good, good_size, &plan));
	assert_true(plan.nsegs >= 3);
	assert_true(plan.span % ELF_PAGE == 0);
	assert_true(elf_plan_export(good, &plan, "TA_CreateEntryPoint", &value));
	assert_true(value < plan.span);
	assert_false(elf_plan_export(good, &plan, "memcpy", &value));
	mem = calloc(1, plan.span);
	assert_null(elf_relocate(good, &plan, mem, 0x10000000, here));
	assert_non_null(elf_relocate(good, &plan, mem, 0x10000000, nowhere));
	free(mem);
}

static void test_truncated(void **state)
{
	struct elf_plan plan;

	for (size_t size = 0; size < good_size; size += size < 4096 ? 13 : 211) {
		uint8_t *c = copy(size);
		const Elf64_Ehdr *eh = (const void *)good;

		if (size < eh->e_shoff - 8)
			elf_plan(c, size, &plan); /* must not read behind it */
		free(c);
	}
	refused(copy(32), 32, "too short for an ELF header");
	refused(copy(sizeof(Elf64_Ehdr)), sizeof(Elf64_Ehdr), "program headers outside the image");
	refused(copy(0x1000), 0x1000, "segment outside the image");
}

static void test_header(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		const char *why;
	} bad[] = {
		{0, 'E', "no ELF magic"},
		{EI_CLASS, ELFCLASS32, "not a 64-bit little-endian ELF file"},
		{EI_DATA, ELFDATA2MSB, "not a 64-bit little-endian ELF file"},
		{EI_OSABI, 97, "unknown OS ABI"},
		{offsetof(Elf64_Ehdr, e_machine), EM_386, "not for x86-64"},
		{offsetof(Elf64_Ehdr, e_type), ET_EXEC, "not a shared object (ET_DYN)"},
		{offsetof(Elf64_Ehdr, e_phnum), 200, "bad number or size of program headers"},
		{offsetof(Elf64_Ehdr, e_phnum), 0, "bad number or size of program headers"},
		{offsetof(Elf64_Ehdr, e_phentsize), 32, "bad number or size of program headers"},
		{offsetof(Elf64_Ehdr, e_phoff) + 7, 0xff, "program headers outside the image"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t *c = copy(good_size);

		c[bad[i].offset] = bad[i].value;
		refused(c, good_size, bad[i].why);
	}
}

static void test_segments(void **state)
{
	uint8_t *c;

	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_flags = PF_R | PF_W | PF_X;
	refused(c, good_size, "segment is writable and executable");
	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_offset = UINT64_MAX - 4095;
	refused(c, good_size, "segment outside the image");
	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_offset += 8;
	refused(c, good_size, "segment offset and address disagree within a page");
	c = copy(good_size);
	phdr(c, PT_LOAD, 3)->p_vaddr = UINT64_MAX - 4095;
	refused(c, good_size, "segment at a wild address");
	c = copy(good_size);
	phdr(c, PT_LOAD, 3)->p_memsz = UINT64_MAX;
	refused(c, good_size, "segment at a wild address");
	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_vaddr = 0;
	refused(c, good_size, "segments overlap or are out of order");
	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_memsz++;
	refused(c, good_size, "read-only segment with zero fill");
	c = copy(good_size);
	phdr(c, PT_LOAD, 1)->p_memsz--;
	refused(c, good_size, "segment larger in the file than in memory");
	c = copy(good_size);
	phdr(c, PT_GNU_STACK, 0)->p_flags |= PF_X;
	refused(c, good_size, "asks for an executable stack");
	c = copy(good_size);
	phdr(c, PT_GNU_STACK, 0)->p_type = PT_TLS;
	refused(c, good_size, "thread-local storage is not supported");
	c = copy(good_size);
	phdr(c, PT_GNU_RELRO, 0)->p_vaddr = 0;
	refused(c, good_size, "RELRO range is not in a writable segment");
	c = copy(good_size);
	phdr(c, PT_DYNAMIC, 0)->p_type = PT_NULL;
	refused(c, good_size, "no dynamic segment");
}

static void test_dynamic(void **state)
{
	static const struct {
		int64_t tag;
		uint64_t value;
		const char *why;
	} bad[] = {
		{DT_STRSZ, UINT64_MAX, "string table outside the image"},
		{DT_STRTAB, 0x7fffffff000, "string table outside the image"},
		{DT_SYMTAB, 0x7fffffff000, "symbol table outside the image"},
		{DT_GNU_HASH, 0x7fffffff000, "bad symbol hash table"},
		{DT_JMPREL, 0x7fffffff000, "relocations outside the image"},
		{DT_PLTRELSZ, UINT64_MAX / 24 * 24, "relocations outside the image"},
		{DT_PLTRELSZ, 23, "relocations outside the image"},
		{DT_PLTREL, DT_REL, "has relocations other than RELA"},
		{DT_NEEDED, UINT64_MAX, "name of a needed library outside the string table"},
		{DT_NEEDED, 1, "needs a library other than the runtime"},
	};
	uint8_t *c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = copy(good_size);
		dyn(c, bad[i].tag)->d_un.d_val = bad[i].value;
		refused(c, good_size, bad[i].why);
	}
	c = copy(good_size);
	dyn(c, DT_FLAGS)->d_tag = DT_TEXTREL;
	refused(c, good_size, "has text relocations");
	c = copy(good_size);
	phdr(c, PT_DYNAMIC, 0)->p_filesz = 32;
	refused(c, good_size, "dynamic section has no end");
}

static Elf64_Rela *first_reloc(uint8_t *c)
{
	struct elf_plan plan;

	assert_null(elf_plan(c, good_size, &plan));
	return (Elf64_Rela *)(c + plan.jmprel.offset);
}

static void test_relocations(void **state)
{
	uint8_t *c;

	c = copy(good_size);
	first_reloc(c)->r_offset = 0x1000;
	refused(c, good_size, "relocation outside the writable segments");
	c = copy(good_size);
	first_reloc(c)->r_offset = UINT64_MAX - 3;
	refused(c, good_size, "relocation outside the writable segments");
	c = copy(good_size);
	first_reloc(c)->r_info = ELF64_R_INFO(1, R_X86_64_COPY);
	refused(c, good_size, "relocation type is not supported");
	c = copy(good_size);
	first_reloc(c)->r_info = ELF64_R_INFO(0xffffffffull, R_X86_64_JUMP_SLOT);
	refused(c, good_size, "relocation names a symbol outside the table");
}

static void test_symbols(void **state)
{
	struct elf_plan plan;
	Elf64_Sym *sym;
	uint8_t *c;

	assert_null(elf_plan(good, good_size, &plan));
	c = copy(good_size);
	sym = (Elf64_Sym *)(c + plan.sym.offset);
	sym[1].st_name = UINT32_MAX;
	refused(c, good_size, "symbol name outside the string table");
	c = copy(good_size);
	sym = (Elf64_Sym *)(c + plan.sym.offset);
	sym[plan.sym.count - 1].st_value = UINT64_MAX - 7;
	refused(c, good_size, "symbol outside the program");
	c = copy(good_size);
	sym = (Elf64_Sym *)(c + plan.sym.offset);
	sym[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_TLS);
	refused(c, good_size, "symbol type is not supported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_header),	cmocka_unit_test(test_segments),
		cmocka_unit_test(test_dynamic), cmocka_unit_test(test_relocations),
		cmocka_unit_test(test_symbols),
	};

	return cmocka_run_group_tests(tests, load_good, free_good);
}
