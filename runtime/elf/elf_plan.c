/* SPDX-License-Identifier: BSD-2-Clause */
/* The header and the segments. */
#include <string.h>
#include "runtime/elf/elf_dyn.h"

struct image {
	const uint8_t *bytes;
	uint64_t size;
	const Elf64_Phdr *phdrs;
	unsigned int nphdrs;
};

/* [offset, +len) lies in the image. */
static bool in_image(const struct image *im, uint64_t offset, uint64_t len)
{
	return offset <= im->size && len <= im->size - offset;
}

static uint64_t page_down(uint64_t v)
{
	return v & ~(ELF_PAGE - 1);
}

bool elf_offset(const struct elf_plan *plan, uint64_t vaddr, uint64_t len, uint64_t *offset)
{
	for (unsigned int i = 0; i < plan->nsegs; i++) {
		const struct elf_seg *s = &plan->segs[i];

		if (vaddr < s->vaddr || vaddr - s->vaddr > s->file_size ||
		    len > s->file_size - (vaddr - s->vaddr))
			continue;
		*offset = s->offset + (vaddr - s->vaddr);
		return true;
	}
	return false;
}

bool elf_writable(const struct elf_plan *plan, uint64_t vaddr, uint64_t len)
{
	for (unsigned int i = 0; i < plan->nsegs; i++) {
		const struct elf_seg *s = &plan->segs[i];

		if (s->write && vaddr >= s->vaddr && vaddr - s->vaddr <= s->mem_size &&
		    len <= s->mem_size - (vaddr - s->vaddr))
			return true;
	}
	return false;
}

/* The linker rounds this range up to a page, beyond the end of its segment. */
static bool relro_fits(const struct elf_plan *plan, const struct elf_range *r)
{
	for (unsigned int i = 0; i < plan->nsegs; i++) {
		const struct elf_seg *s = &plan->segs[i];
		uint64_t end = (s->vaddr + s->mem_size + ELF_PAGE - 1) & ~(ELF_PAGE - 1);

		if (s->write && r->vaddr >= s->vaddr && r->vaddr <= end &&
		    r->size <= end - r->vaddr)
			return true;
	}
	return false;
}

static const char *check_ident(const Elf64_Ehdr *eh)
{
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG))
		return "no ELF magic";
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_ident[EI_VERSION] != EV_CURRENT || eh->e_version != EV_CURRENT)
		return "not a 64-bit little-endian ELF file";
	if (eh->e_ident[EI_OSABI] != ELFOSABI_SYSV && eh->e_ident[EI_OSABI] != ELFOSABI_GNU)
		return "unknown OS ABI";
	if (eh->e_machine != EM_X86_64)
		return "not for x86-64";
	if (eh->e_type != ET_DYN)
		return "not a shared object (ET_DYN)";
	return NULL;
}

static const char *check_header(struct image *im)
{
	const Elf64_Ehdr *eh = (const void *)im->bytes;
	const char *bad;

	if (im->size < sizeof(*eh))
		return "too short for an ELF header";
	if (im->size > ELF_MAX_SIZE)
		return "image too large";
	bad = check_ident(eh);
	if (bad)
		return bad;
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || !eh->e_phnum || eh->e_phnum > ELF_MAX_PHDRS)
		return "bad number or size of program headers";
	if (eh->e_phoff % 8 || !in_image(im, eh->e_phoff, eh->e_phnum * sizeof(Elf64_Phdr)))
		return "program headers outside the image";
	im->phdrs = (const void *)(im->bytes + eh->e_phoff);
	im->nphdrs = eh->e_phnum;
	return NULL;
}

static const char *check_segment(const struct image *im, const Elf64_Phdr *ph,
				 const struct elf_plan *plan)
{
	if (plan->nsegs == ELF_MAX_SEGS)
		return "too many segments";
	if (ph->p_filesz > ph->p_memsz)
		return "segment larger in the file than in memory";
	if (!in_image(im, ph->p_offset, ph->p_filesz))
		return "segment outside the image";
	if (ph->p_vaddr > ELF_MAX_SPAN || ph->p_memsz > ELF_MAX_SPAN - ph->p_vaddr)
		return "segment at a wild address";
	if ((ph->p_offset ^ ph->p_vaddr) % ELF_PAGE)
		return "segment offset and address disagree within a page";
	if (page_down(ph->p_vaddr) < plan->span)
		return "segments overlap or are out of order";
	if (!(ph->p_flags & PF_R))
		return "segment is not readable";
	if ((ph->p_flags & PF_W) && (ph->p_flags & PF_X))
		return "segment is writable and executable";
	if (!(ph->p_flags & PF_W) && ph->p_filesz != ph->p_memsz)
		return "read-only segment with zero fill";
	return NULL;
}

static const char *add_segment(const struct image *im, const Elf64_Phdr *ph, struct elf_plan *plan)
{
	const char *bad;

	if (!ph->p_memsz)
		return NULL;
	bad = check_segment(im, ph, plan);
	if (bad)
		return bad;
	plan->segs[plan->nsegs++] = (struct elf_seg){
		.offset = ph->p_offset,
		.vaddr = ph->p_vaddr,
		.file_size = ph->p_filesz,
		.mem_size = ph->p_memsz,
		.write = ph->p_flags & PF_W,
		.exec = ph->p_flags & PF_X,
	};
	plan->span = page_down(ph->p_vaddr + ph->p_memsz + ELF_PAGE - 1);
	return NULL;
}

static const char *read_phdr(const struct image *im, const Elf64_Phdr *ph, struct elf_plan *plan,
			     const Elf64_Phdr **dynamic)
{
	switch (ph->p_type) {
	case PT_LOAD:
		return add_segment(im, ph, plan);
	case PT_DYNAMIC:
		if (*dynamic)
			return "two dynamic segments";
		*dynamic = ph;
		break;
	case PT_GNU_RELRO:
		plan->relro.vaddr = ph->p_vaddr;
		plan->relro.size = ph->p_memsz;
		break;
	case PT_TLS:
		return "thread-local storage is not supported";
	case PT_INTERP:
		return "asks for an interpreter";
	case PT_GNU_STACK:
		if (ph->p_flags & PF_X)
			return "asks for an executable stack";
		break;
	default:
		break;
	}
	return NULL;
}

static const char *read_phdrs(const struct image *im, struct elf_plan *plan,
			      const Elf64_Phdr **dynamic)
{
	for (unsigned int i = 0; i < im->nphdrs; i++) {
		const char *bad = read_phdr(im, &im->phdrs[i], plan, dynamic);

		if (bad)
			return bad;
	}
	if (!plan->nsegs)
		return "nothing to load";
	if (plan->relro.size && !relro_fits(plan, &plan->relro))
		return "RELRO range is not in a writable segment";
	return *dynamic ? NULL : "no dynamic segment";
}

const char *elf_plan(const void *image, size_t size, struct elf_plan *plan)
{
	struct image im = {.bytes = image, .size = size};
	const Elf64_Phdr *dynamic = NULL;
	struct elf_dyn d = {0};
	const char *bad;

	memset(plan, 0, sizeof(*plan));
	bad = check_header(&im);
	if (!bad)
		bad = read_phdrs(&im, plan, &dynamic);
	if (!bad)
		bad = elf_dyn_read(image, plan, dynamic, &d);
	if (!bad)
		bad = elf_dyn_check(image, plan, &d);
	return bad;
}
