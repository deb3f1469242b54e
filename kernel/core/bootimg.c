// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/include/bootimg.h>
#include <kernel/include/arch.h>
#include <include/abi/syscall.h>
#include <lib/include/string.h>

static struct boot_service services[BOOT_SERVICES_MAX];
static unsigned nservices;
static struct boot_runtime runtime;

static bool inside(uint64_t off, uint64_t n, uint64_t size)
{
	uint64_t end;

	return !add_overflow(off, n, &end) && end <= size;
}

static bool paged(uint64_t v)
{
	return !(v & ~PAGE_MASK);
}

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE_SIZE - 1) & PAGE_MASK;
}

static bool seg_ok(const struct runtime_image *ri, unsigned i, uint64_t size)
{
	uint64_t mem = ri->segs[i].mem_size;
	uint32_t prot = ri->segs[i].prot;

	return paged(ri->segs[i].offset) && paged(ri->segs[i].vaddr) && mem &&
	       mem <= ri->mem_size && inside(ri->segs[i].vaddr, page_up(mem), ri->mem_size) &&
	       inside(ri->segs[i].offset, ri->segs[i].file_size, size) &&
	       ri->segs[i].file_size <= mem && !(prot & ~7u) &&
	       (prot & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC);
}

static void add_runtime(paddr_t base, uint64_t size)
{
	const struct runtime_image *ri = page_ptr(base);

	if (runtime.nsegs || size < sizeof(*ri) || ri->magic != RUNTIME_MAGIC || !ri->nsegs ||
	    ri->nsegs > RUNTIME_MAX_SEGS || !paged(ri->mem_size) || ri->entry >= ri->mem_size)
		panic("boot image: bad runtime");
	runtime.entry = ri->entry;
	runtime.mem_size = ri->mem_size;
	runtime.nsegs = ri->nsegs;
	for (unsigned i = 0; i < ri->nsegs; i++) {
		struct boot_seg *seg = &runtime.segs[i];

		if (!seg_ok(ri, i, size))
			panic("boot image: bad runtime segment %u", i);
		seg->vaddr = ri->segs[i].vaddr;
		seg->mem_size = page_up(ri->segs[i].mem_size);
		seg->file_size = ri->segs[i].file_size;
		seg->prot = ri->segs[i].prot;
		seg->bytes = (const uint8_t *)ri + ri->segs[i].offset;
		/* Shared when all of its pages are in the file and nobody writes them. */
		if (!(seg->prot & PROT_WRITE) && page_up(seg->file_size) == seg->mem_size &&
		    memobj_create_boot(paddr(base.v + ri->segs[i].offset), seg->mem_size,
				       &seg->obj))
			panic("boot image: no memory");
	}
}

static void add_service(const struct boot_entry *e, paddr_t base)
{
	struct boot_service *s = &services[nservices];

	if (nservices++ == BOOT_SERVICES_MAX || !e->size)
		panic("boot image: bad service");
	s->entry = e;
	if (memobj_create_boot(base, page_up(e->size), &s->elf))
		panic("boot image: no memory");
}

void bootimg_init(const struct tee_boot_info *bi)
{
	const struct tee_image_header *h = page_ptr(paddr(bi->tee_base));
	paddr_t base = paddr(bi->tee_base + h->boot_offset);
	const struct boot_image *img = page_ptr(base);

	if (h->magic != TEE_IMAGE_MAGIC || !inside(h->boot_offset, h->boot_size, bi->image_size) ||
	    h->boot_size < sizeof(*img) || img->magic != BOOT_IMAGE_MAGIC ||
	    !inside(sizeof(*img), (uint64_t)img->count * sizeof(struct boot_entry), h->boot_size))
		panic("boot image: bad header");
	for (uint32_t i = 0; i < img->count; i++) {
		const struct boot_entry *e = &img->entries[i];

		if (!paged(e->offset) || !inside(e->offset, e->size, h->boot_size))
			panic("boot image: entry %u is outside", i);
		if (e->type == BOOT_RUNTIME)
			add_runtime(paddr(base.v + e->offset), e->size);
		else if (e->type == BOOT_SERVICE)
			add_service(e, paddr(base.v + e->offset));
		else
			panic("boot image: entry %u is of no known type", i);
	}
	if (!runtime.nsegs)
		panic("boot image: no runtime");
}

const struct boot_service *bootimg_service(const uint8_t uuid[16])
{
	for (unsigned i = 0; i < nservices; i++)
		if (!memcmp(services[i].entry->uuid, uuid, 16))
			return &services[i];
	return NULL;
}

const struct boot_runtime *bootimg_runtime(void)
{
	return &runtime;
}
