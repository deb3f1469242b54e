// SPDX-License-Identifier: BSD-2-Clause
/*
 * The first contents of a process: the runtime's segments and the start page. The kernel maps
 * what the boot image describes; reading an ELF is the runtime's work, in ring 3.
 */
#include <kernel/include/bootimg.h>
#include <kernel/include/process.h>
#include <kernel/include/tenant.h>
#include <lib/include/string.h>

static int map_segment(struct process *p, const struct boot_seg *seg)
{
	uaddr_t va = uaddr(p->runtime_base.v + seg->vaddr);
	struct memobj *obj = seg->obj;
	unsigned flags = MAP_FIXED_REPLACE;
	int err;

	if (obj) {
		memobj_get(obj);
		flags |= MAP_KERNEL; /* shared code: the process cannot put its own there */
	} else {
		err = memobj_create(&p->tenant->quota, seg->mem_size, &obj);
		if (err)
			return err;
		err = memobj_write(obj, 0, seg->bytes, seg->file_size);
		if (err)
			goto out;
	}
	err = aspace_map(p->as, obj, 0, seg->mem_size, seg->prot, flags, "runtime", &va);
out:
	memobj_put(obj); /* the mapping has its own reference */
	return err;
}

static int map_runtime(struct process *p)
{
	const struct boot_runtime *rt = bootimg_runtime();
	int err;

	err = aspace_map(p->as, NULL, 0, rt->mem_size, PROT_NONE, 0, "runtime", &p->runtime_base);
	p->runtime_size = rt->mem_size;
	for (unsigned i = 0; !err && i < rt->nsegs; i++)
		err = map_segment(p, &rt->segs[i]);
	return err;
}

static int map_start_page(struct process *p, uint32_t elf, uint64_t elf_size)
{
	struct merlon_proc_start ps = {
		.runtime_base = p->runtime_base.v,
		.priv = p->priv,
		.elf = elf,
		.elf_size = elf_size,
		.tsc_khz = arch_tsc_khz(),
		.tenant = p->tenant->id,
		.pid = p->pid,
	};
	struct memobj *obj;
	int err;

	memcpy(ps.uuid, p->uuid, sizeof(ps.uuid));
	err = arch_entropy(ps.random, sizeof(ps.random));
	if (err)
		return err;
	err = memobj_create(&p->tenant->quota, PAGE_SIZE, &obj);
	if (err)
		return err;
	err = memobj_write(obj, 0, &ps, sizeof(ps));
	memzero_explicit(ps.random, sizeof(ps.random));
	if (!err)
		err = aspace_map(p->as, obj, 0, PAGE_SIZE, PROT_READ, MAP_KERNEL, "param",
				 &p->start_page);
	memobj_put(obj);
	return err;
}

int process_build(struct process *p)
{
	const struct boot_service *svc = bootimg_service(p->uuid);
	uint32_t elf = PROC_NO_ELF;
	int err;

	err = aspace_create(&p->tenant->quota, &p->as);
	if (!err)
		err = handles_create(&p->handles);
	if (!err && svc)
		elf = handle_add(&p->handles, HANDLE_MEMOBJ, memobj_get(svc->elf));
	if (!err)
		err = map_runtime(p);
	if (!err)
		err = map_start_page(p, elf, svc ? svc->entry->size : 0);
	return err; /* what was made goes with the process */
}

uaddr_t process_start_entry(const struct process *p)
{
	return uaddr(p->runtime_base.v + bootimg_runtime()->entry);
}
