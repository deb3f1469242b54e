// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads what the boot loader left into our own memory; nothing looks at the loader's structures
 * afterwards. Here: what both versions of Multiboot share, and version 1 (0.6.96, section 3.3).
 */
#include <abi/boot.h>
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

#define MB_MAGIC	0x2badb002
#define MB2_MAGIC	0x36d76289
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

/* By convention the first word of every command line is the file's name: it is left out. */
static void copy_cmdline(char *dst, const char *cmdline, size_t len)
{
	size_t at = 0;

	while (at < len && cmdline[at] != ' ')
		at++;
	while (at < len && cmdline[at] == ' ')
		at++;
	if (len - at >= BOOT_CMDLINE)
		panic("a command line is longer than %u bytes", BOOT_CMDLINE - 1);
	memcpy(dst, cmdline + at, len - at);
	dst[len - at] = 0;
}

void boot_options(const char *cmdline, size_t len)
{
	static char words[BOOT_CMDLINE];

	copy_cmdline(words, cmdline, len);
	options_parse(words);
}

void boot_add_module(uint32_t start, uint32_t end, const char *cmdline, size_t len)
{
	struct boot_module *m = &boot.modules[boot.nmodules];

	if (boot.nmodules == MODULE_COUNT)
		return;
	if (end < start)
		panic("module %u has a negative size", boot.nmodules);
	m->base = start;
	m->size = end - start;
	copy_cmdline(m->cmdline, cmdline, len);
	boot.nmodules++;
}

static const char *string_at(uint32_t addr)
{
	return addr ? phys_to_virt(hpa(addr)) : "";
}

static void multiboot1_parse(const struct mb_info *info)
{
	const struct mb_module *mods = phys_to_virt(hpa(info->mods_addr));
	const struct mb_mmap *m;
	const char *s = string_at(info->flags & MB_FLAG_CMDLINE ? info->cmdline : 0);

	boot_options(s, strlen(s));
	if (!(info->flags & MB_FLAG_MMAP))
		panic("the loader gave no memory map");
	for (uint32_t at = 0; at < info->mmap_length; at += m->size + 4) {
		m = phys_to_virt(hpa((uint64_t)info->mmap_addr + at));
		ranges_add(m->base, m->length, m->type);
	}
	for (uint32_t i = 0; info->flags & MB_FLAG_MODS && i < info->mods_count; i++) {
		s = string_at(mods[i].cmdline);
		boot_add_module(mods[i].start, mods[i].end, s, strlen(s));
	}
}

void multiboot_parse(uint32_t magic, uint32_t addr)
{
	const struct boot_module *m = &boot.modules[MODULE_TEE];
	const struct tee_image_header *tee;

	if (magic == MB_MAGIC)
		multiboot1_parse(phys_to_virt(hpa(addr)));
	else if (magic == MB2_MAGIC)
		multiboot2_parse(phys_to_virt(hpa(addr)));
	else
		panic("not started by a Multiboot loader");
	screen_find();
	if (boot.nmodules <= MODULE_KERNEL)
		panic("need at least two modules: TEE image, Linux kernel");
	tee = phys_to_virt(hpa(m->base));
	if (m->size < sizeof(*tee) || tee->magic != TEE_IMAGE_MAGIC)
		panic("the first module is not a TEE image");
}
