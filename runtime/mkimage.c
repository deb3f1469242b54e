/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: mkimage IN.so OUT.img
 *
 * Turns the linked runtime into a struct runtime_image (abi/boot.h): page-aligned segments that
 * the kernel maps without reading ELF. Its input is our own build product.
 */
#include <elf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "abi/boot.h"
#include "abi/syscall.h"

#define PAGE 4096ull

static uint64_t page_down(uint64_t v)
{
	return v & ~(PAGE - 1);
}

static uint64_t page_up(uint64_t v)
{
	return page_down(v + PAGE - 1);
}

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *buf;
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) <= 0)
		err(1, "%s", path);
	rewind(f);
	buf = malloc(len);
	if (!buf || fread(buf, 1, len, f) != (size_t)len)
		err(1, "%s", path);
	fclose(f);
	*size = len;
	return buf;
}

static uint32_t prot_of(uint32_t flags)
{
	return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
	       (flags & PF_X ? PROT_EXEC : 0);
}

/* Describes one segment; its bytes begin at the page that holds p_vaddr. */
static void add_segment(struct runtime_image *image, const Elf64_Phdr *ph, size_t elf_size,
			uint64_t *offset)
{
	uint64_t vaddr = page_down(ph->p_vaddr), lead = ph->p_vaddr - vaddr;

	if (image->nsegs == RUNTIME_MAX_SEGS)
		errx(1, "more than %d segments", RUNTIME_MAX_SEGS);
	if (ph->p_offset > elf_size || ph->p_filesz > elf_size - ph->p_offset)
		errx(1, "segment outside the file");
	if (vaddr < image->mem_size)
		errx(1, "segments share a page");
	if ((ph->p_flags & PF_W) && (ph->p_flags & PF_X))
		errx(1, "segment is writable and executable");
	image->segs[image->nsegs].offset = *offset;
	image->segs[image->nsegs].vaddr = vaddr;
	image->segs[image->nsegs].file_size = lead + ph->p_filesz;
	image->segs[image->nsegs].mem_size = page_up(lead + ph->p_memsz);
	image->segs[image->nsegs].prot = prot_of(ph->p_flags);
	image->nsegs++;
	image->mem_size = vaddr + page_up(lead + ph->p_memsz);
	*offset += page_up(lead + ph->p_filesz);
}

static void pad_to(FILE *f, uint64_t offset)
{
	while ((uint64_t)ftell(f) < offset)
		fputc(0, f);
}

int main(int argc, char **argv)
{
	struct runtime_image image = {.magic = RUNTIME_MAGIC};
	uint64_t offset = page_up(sizeof(image));
	const Elf64_Ehdr *eh;
	const Elf64_Phdr *ph;
	uint8_t *elf;
	unsigned int n = 0;
	size_t size;
	FILE *f;

	if (argc != 3)
		errx(2, "usage: mkimage IN.so OUT.img");
	elf = read_file(argv[1], &size);
	eh = (const void *)elf;
	if (size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_type != ET_DYN ||
	    eh->e_phoff + eh->e_phnum * sizeof(*ph) > size)
		errx(1, "%s: not a shared object", argv[1]);
	ph = (const void *)(elf + eh->e_phoff);
	image.entry = eh->e_entry;
	for (unsigned int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			add_segment(&image, &ph[i], size, &offset);
	}
	f = fopen(argv[2], "wb");
	if (!f)
		err(1, "%s", argv[2]);
	fwrite(&image, sizeof(image), 1, f);
	for (unsigned int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		pad_to(f, image.segs[n].offset + ph[i].p_vaddr - image.segs[n].vaddr);
		fwrite(elf + ph[i].p_offset, 1, ph[i].p_filesz, f);
		n++;
	}
	pad_to(f, offset);
	if (ferror(f) || fclose(f))
		err(1, "%s", argv[2]);
	free(elf);
	return 0;
}
