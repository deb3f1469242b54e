// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads what the boot loader left (Multiboot 0.6.96, section 3.3) into our own memory; nothing
 * looks at the loader's structures afterwards.
 */
#include <abi/boot.h>
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

#define MB_MAGIC	0x2badb002
#define MB_FLAG_CMDLINE (1u << 2)
#define MB_FLAG_MODS	(1u << 3)
#define MB_FLAG_MMAP	(1u << 6)

struct mb_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
};

struct mb_module {
	uint32_t start, end, cmdline, reserved;
};

struct mb_mmap {
	uint32_t size; /* of what follows */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

struct boot_facts boot;

/* By convention the first word of every command line is the file's name. */
static const char *after_name(uint32_t addr)
{
	const char *s = phys_to_virt(hpa(addr));

	if (!addr)
		return "";
	while (*s && *s != ' ')
		s++;
	while (*s == ' ')
		s++;
	return s;
}

static void copy_cmdline(char *dst, uint32_t addr)
{
	const char *s = after_name(addr);
	size_t n = strnlen(s, BOOT_CMDLINE);

	if (n == BOOT_CMDLINE)
		panic("a command line is longer than %u bytes", BOOT_CMDLINE - 1);
	memcpy(dst, s, n + 1);
}

static void add_range(const struct mb_mmap *m)
{
	uint32_t i = boot.nranges;

	if (!m->length || m->base + m->length < m->base)
		return;
	if (i == BOOT_MAX_RANGES)
		panic("more than %u memory ranges", BOOT_MAX_RANGES);
	for (; i && boot.ranges[i - 1].base > m->base; i--)
		boot.ranges[i] = boot.ranges[i - 1];
	boot.ranges[i] = (struct boot_range){m->base, m->length, m->type};
	boot.nranges++;
}

static void parse_modules(const struct mb_info *info)
{
	const struct mb_module *m = phys_to_virt(hpa(info->mods_addr));
	const struct tee_image_header *tee;

	if (!(info->flags & MB_FLAG_MODS) || info->mods_count < 2)
		panic("need at least two modules: TEE image, Linux kernel");
	boot.nmodules = info->mods_count < MODULE_COUNT ? info->mods_count : MODULE_COUNT;
	for (uint32_t i = 0; i < boot.nmodules; i++) {
		if (m[i].end < m[i].start)
			panic("module %u has a negative size", i);
		boot.modules[i].base = m[i].start;
		boot.modules[i].size = m[i].end - m[i].start;
		copy_cmdline(boot.modules[i].cmdline, m[i].cmdline);
	}
	tee = phys_to_virt(hpa(boot.modules[MODULE_TEE].base));
	if (boot.modules[MODULE_TEE].size < sizeof(*tee) || tee->magic != TEE_IMAGE_MAGIC)
		panic("the first module is not a TEE image");
}

void multiboot_parse(uint32_t magic, uint32_t addr)
{
	const struct mb_info *info = phys_to_virt(hpa(addr));
	const struct mb_mmap *m;

	if (magic != MB_MAGIC)
		panic("not started by a Multiboot loader");
	if (info->flags & MB_FLAG_CMDLINE)
		options_parse(after_name(info->cmdline));
	if (!(info->flags & MB_FLAG_MMAP))
		panic("the loader gave no memory map");
	for (uint32_t at = 0; at < info->mmap_length; at += m->size + 4) {
		m = phys_to_virt(hpa((uint64_t)info->mmap_addr + at));
		add_range(m);
	}
	parse_modules(info);
}
