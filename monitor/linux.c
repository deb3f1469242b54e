// SPDX-License-Identifier: BSD-2-Clause
/*
 * Starts Linux by its 64-bit boot protocol (the kernel's Documentation/arch/x86/boot.rst and
 * zero-page.rst give the offsets).
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <string.h>

/* Conventional memory that Linux copies away before it uses it for itself. */
#define ZERO_PAGE  0x90000ull
#define CMDLINE	   0x91000ull
#define GDT	   0x92000ull
#define PAGE_TABLE 0x93000ull /* PML4, PDPT, four page directories */
#define BOOT_END   0x99000ull

#define ZP_RSDP		0x070
#define ZP_E820_COUNT	0x1e8
#define ZP_HEADER	0x1f1
#define ZP_LOADER	0x210
#define ZP_INITRD	0x218
#define ZP_INITRD_SIZE	0x21c
#define ZP_CMDLINE	0x228
#define ZP_E820		0x2d0
#define ZP_E820_MAX	128
#define HDR_SETUP_SECTS 0x1f1
#define HDR_MAGIC	0x202
#define HDR_VERSION	0x206
#define HDR_ALIGN	0x230
#define HDR_XLOADFLAGS	0x236
#define HDR_CMDLINE_MAX 0x238
#define HDR_PREF	0x258
#define HDR_INIT_SIZE	0x260
#define XLF_KERNEL_64	1
#define ENTRY_64	0x200

#define SECTOR 512

struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

static uint8_t *zero_page;

static uint64_t field(const uint8_t *base, size_t offset, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, base + offset, size);
	return v;
}

static void put(size_t offset, uint64_t value, size_t size)
{
	memcpy(zero_page + offset, &value, size);
}

static void add_e820(uint64_t base, uint64_t end, uint32_t type)
{
	uint32_t n = zero_page[ZP_E820_COUNT];
	struct e820_entry e = {base, end - base, type};

	if (base >= end)
		return;
	if (n == ZP_E820_MAX)
		panic("the memory map has too many entries for Linux");
	memcpy(zero_page + ZP_E820 + n * sizeof(e), &e, sizeof(e));
	zero_page[ZP_E820_COUNT]++;
}

static void fill_e820(void)
{
	uint64_t lo = layout.base, hi = layout.base + layout.size;

	for (uint32_t i = 0; i < boot.nranges; i++) {
		const struct boot_range *r = &boot.ranges[i];
		uint64_t end = r->base + r->size;

		if (end <= lo || r->base >= hi) {
			add_e820(r->base, end, r->type);
			continue;
		}
		add_e820(r->base, lo, r->type);
		add_e820(lo, hi, E820_RESERVED);
		add_e820(hi, end, r->type);
	}
}

static bool is_ree_ram(uint64_t base, uint64_t end)
{
	uint64_t lo, hi;

	for (; base < end; base = hi) {
		if (memory_owner(base) != OWNER_REE)
			return false;
		memory_extent(base, &lo, &hi);
	}
	return true;
}

/* Where the kernel can decompress itself in place without running into the initrd. */
static uint64_t place_kernel(uint64_t pref, uint64_t align, uint64_t size)
{
	const struct boot_module *rd = &boot.modules[MODULE_INITRD];

	for (uint64_t at = ALIGN_UP(pref, align); at + size <= FOUR_GIB; at += align) {
		if (boot.nmodules > MODULE_INITRD && at < rd->base + rd->size &&
		    rd->base < at + size)
			continue;
		if (is_ree_ram(at, at + size))
			return at;
	}
	panic("no room for a Linux kernel of %llu KiB", (unsigned long long)size >> 10);
}

static uint64_t load_kernel(void)
{
	const struct boot_module *m = &boot.modules[MODULE_KERNEL];
	const uint8_t *image = phys_to_virt(hpa(m->base));
	uint64_t setup, at, align;
	size_t header;

	if (m->size < 0x1000 || field(image, HDR_MAGIC, 4) != 0x53726448 /* HdrS */ ||
	    field(image, HDR_VERSION, 2) < 0x20c ||
	    !(field(image, HDR_XLOADFLAGS, 2) & XLF_KERNEL_64))
		panic("the second module is not a 64-bit bzImage of boot protocol 2.12 or later");
	if (strlen(m->cmdline) > field(image, HDR_CMDLINE_MAX, 4))
		panic("Linux's command line is too long for it");
	setup = (image[HDR_SETUP_SECTS] ? image[HDR_SETUP_SECTS] : 4) * SECTOR + SECTOR;
	align = field(image, HDR_ALIGN, 4);
	if (setup >= m->size || !align || align & (align - 1))
		panic("the Linux kernel's setup header is damaged");
	header = 0x202u + image[0x201] - ZP_HEADER;
	memcpy(zero_page + ZP_HEADER, image + ZP_HEADER, header);
	at = place_kernel(field(image, HDR_PREF, 8), align, field(image, HDR_INIT_SIZE, 4));
	memmove(phys_to_virt(hpa(at)), image + setup, m->size - setup);
	return at;
}

/* Identity map of the first 4 GiB, and flat segments 0x10 and 0x18, in Linux's own memory. */
static void make_tables(void)
{
	uint64_t *pml4 = phys_to_virt(hpa(PAGE_TABLE)), *pdpt = pml4 + 512, *pd = pdpt + 512;
	uint64_t *gdt = phys_to_virt(hpa(GDT));

	memset(pml4, 0, 2 * PAGE_SIZE);
	pml4[0] = (PAGE_TABLE + PAGE_SIZE) | 3;
	for (uint64_t i = 0; i < 4; i++)
		pdpt[i] = (PAGE_TABLE + (2 + i) * PAGE_SIZE) | 3;
	for (uint64_t i = 0; i < 4 * 512; i++)
		pd[i] = i * LARGE_PAGE | 0x83;
	memset(gdt, 0, PAGE_SIZE);
	gdt[2] = 0x00af9b000000ffffull;
	gdt[3] = 0x00cf93000000ffffull;
}

void linux_boot(struct vcpu *v)
{
	const struct boot_module *rd = &boot.modules[MODULE_INITRD];
	const char *cmdline = boot.modules[MODULE_KERNEL].cmdline;
	uint64_t kernel;

	if (!is_ree_ram(ZERO_PAGE, BOOT_END))
		panic("no conventional memory to start Linux with");
	zero_page = phys_to_virt(hpa(ZERO_PAGE));
	memset(zero_page, 0, PAGE_SIZE);
	kernel = load_kernel();
	zero_page[ZP_LOADER] = 0xff;
	if (boot.nmodules > MODULE_INITRD) {
		put(ZP_INITRD, rd->base, 4);
		put(ZP_INITRD_SIZE, rd->size, 4);
	}
	put(ZP_CMDLINE, CMDLINE, 4);
	put(ZP_RSDP, boot.rsdp, 8);
	memcpy(phys_to_virt(hpa(CMDLINE)), cmdline, strlen(cmdline) + 1);
	fill_e820();
	make_tables();
	virt->set(v, VREG_CR3, PAGE_TABLE);
	virt->vcpu_start(v, START_LONG64, kernel + ENTRY_64);
	virt->set(v, VREG_GDT, GDT);
	v->regs.rsi = ZERO_PAGE;
	v->state = VCPU_RUN;
	log_msg(LOG_INFO, "Linux: kernel at %llx, command line \"%s\"", (unsigned long long)kernel,
		cmdline);
}
