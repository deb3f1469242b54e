/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads a program from a sealed memory object, as its plan says. */
#include <string.h>
#include "runtime/crt/runtime.h"
#include "runtime/elf/elf_plan.h"

static uint64_t page_down(uint64_t v)
{
	return v & ~(ELF_PAGE - 1);
}

static uint64_t page_up(uint64_t v)
{
	return page_down(v + ELF_PAGE - 1);
}

static long map_segment(const struct elf_seg *s, uint32_t memobj, const uint8_t *view,
			uintptr_t base)
{
	uintptr_t addr = base + page_down(s->vaddr);
	size_t len = page_up(s->vaddr + s->mem_size) - page_down(s->vaddr);
	long ret;

	if (!s->write)
		return sys_memobj_map(memobj, page_down(s->offset), len,
				      PROT_READ | (s->exec ? PROT_EXEC : 0), addr);
	ret = sys_map(len, PROT_READ | PROT_WRITE, addr);
	if (ret >= 0)
		memcpy((void *)(base + s->vaddr), view + s->offset, s->file_size);
	return ret;
}

static long map_program(const struct elf_plan *plan, uint32_t memobj, const uint8_t *view,
			uintptr_t *base)
{
	long ret = sys_map(plan->span, PROT_NONE, 0);

	if (ret < 0)
		return ret;
	*base = ret;
	for (unsigned int i = 0; i < plan->nsegs; i++) {
		ret = map_segment(&plan->segs[i], memobj, view, *base);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static long protect_relro(const struct elf_plan *plan, uintptr_t base)
{
	uintptr_t start = page_down(plan->relro.vaddr);
	uintptr_t end = page_down(plan->relro.vaddr + plan->relro.size);

	return end > start ? sys_protect(base + start, end - start, PROT_READ) : 0;
}

/* Finds a named object or function; logs and returns false when there is none. */
static bool need(const uint8_t *view, const struct elf_plan *plan, uintptr_t base, const char *name,
		 size_t size, void *out)
{
	uint64_t value;

	if (!elf_plan_export(view, plan, name, &value) || value > plan->span ||
	    size > plan->span - value) {
		rt_log(LOG_ERR, "ELF refused: does not export %s", name);
		return false;
	}
	value += base;
	memcpy(out, &value, sizeof(value));
	return true;
}

/* ta_props and ta_num_props: TAs have them, services need not. */
static void find_props(const uint8_t *view, const struct elf_plan *plan, uintptr_t base,
		       struct rt_program *prog)
{
	uint64_t props, count;

	if (!elf_plan_export(view, plan, "ta_props", &props) ||
	    !elf_plan_export(view, plan, "ta_num_props", &count) || plan->span < sizeof(size_t) ||
	    count > plan->span - sizeof(size_t))
		return;
	prog->props = (const void *)(base + props);
	prog->nprops = *(const size_t *)(base + count);
	if (prog->nprops > (plan->span - props) / sizeof(*prog->props))
		prog->nprops = 0;
}

static bool find_entries(const uint8_t *view, const struct elf_plan *plan, uintptr_t base,
			 struct rt_program *prog)
{
	prog->base = base;
	prog->size = plan->span;
	prog->init = (const void *)(base + plan->init.vaddr);
	prog->ninit = plan->init.size / sizeof(uintptr_t);
	prog->fini = (const void *)(base + plan->fini.vaddr);
	prog->nfini = plan->fini.size / sizeof(uintptr_t);
	find_props(view, plan, base, prog);
	return need(view, plan, base, "ta_head", sizeof(*prog->head), &prog->head) &&
	       need(view, plan, base, "TA_CreateEntryPoint", 1, &prog->create) &&
	       need(view, plan, base, "TA_DestroyEntryPoint", 1, &prog->destroy) &&
	       need(view, plan, base, "TA_OpenSessionEntryPoint", 1, &prog->open) &&
	       need(view, plan, base, "TA_CloseSessionEntryPoint", 1, &prog->close) &&
	       need(view, plan, base, "TA_InvokeCommandEntryPoint", 1, &prog->invoke);
}

static TEE_Result load(const uint8_t *view, size_t size, uint32_t memobj, struct rt_program *prog)
{
	const char *bad;
	struct elf_plan plan;
	uintptr_t base;
	long ret;

	bad = elf_plan(view, size, &plan);
	if (bad) {
		rt_log(LOG_ERR, "ELF refused: %s", bad);
		return TEE_ERROR_BAD_FORMAT;
	}
	ret = map_program(&plan, memobj, view, &base);
	if (ret < 0)
		return rt_result(ret);
	bad = elf_relocate(view, &plan, (uint8_t *)base, base, rt_lookup);
	if (bad) {
		rt_log(LOG_ERR, "ELF refused: the runtime has no symbol %s", bad);
		return TEE_ERROR_BAD_FORMAT;
	}
	ret = protect_relro(&plan, base);
	if (ret < 0)
		return rt_result(ret);
	return find_entries(view, &plan, base, prog) ? TEE_SUCCESS : TEE_ERROR_BAD_FORMAT;
}

TEE_Result rt_load(uint32_t memobj, size_t size, struct rt_program *prog)
{
	TEE_Result res;
	long view;

	if (!size || size > ELF_MAX_SIZE) {
		rt_log(LOG_ERR, "ELF refused: %zu bytes", size);
		return TEE_ERROR_BAD_FORMAT;
	}
	view = sys_memobj_map(memobj, 0, size, PROT_READ, 0);
	if (view < 0)
		return rt_result(view);
	res = load((const uint8_t *)view, size, memobj, prog);
	sys_unmap(view, size);
	return res;
}
