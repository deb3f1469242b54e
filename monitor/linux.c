// SPDX-License-Identifier: BSD-2-Clause
/*
 * Starts Linux by its 64-bit boot protocol (the kernel's Documentation/arch/x86/boot.rst and
 * zero-page.rst give the offsets).
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <string.h>

/*
 * Pages below 640 KiB, which Linux copies away before it uses them for itself. Only the first, with a
 * copy of ACPI's root pointer, stays taken.
 */
enum {
	RSDP,
	ZERO_PAGE,
	CMDLINE,
	GDT,
	PAGE_TABLE, /* PML4, PDPT, four page directories */
	EFI_MAP = PAGE_TABLE + 6,
	BOOT_PAGES = EFI_MAP + EFI_MAP_MAX / PAGE_SIZE
};

#define ZP_RSDP		0x070
#define ZP_E820_COUNT	0x1e8
#define ZP_HEADER	0x1f1
#define ZP_LOADER	0x210
#define ZP_INITRD	0x218
#define ZP_INITRD_SIZE	0x21c
#define ZP_CMDLINE	0x228
#define ZP_E820		0x2d0
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
#define SECTOR		512

static uint64_t low; /* the first of BOOT_PAGES */
static uint8_t *zero_page;

static uint64_t page(unsigned int n)
{
	return low + n * PAGE_SIZE;
}

/* The loader's memory map without our block; ACPI's root pointer in a page of its own if need be. */
static void fill_e820(void)
{
	ranges_add(layout.base, layout.size, E820_RESERVED);
	if (boot.rsdp_copy[0]) {
		boot.rsdp = page(RSDP);
		memcpy(phys_to_virt(hpa(boot.rsdp)), boot.rsdp_copy, sizeof(boot.rsdp_copy));
		ranges_add(boot.rsdp, PAGE_SIZE, E820_ACPI);
	}
	put_at(zero_page, ZP_RSDP, boot.rsdp, 8);
	memcpy(zero_page + ZP_E820, boot.ranges, boot.nranges * sizeof(boot.ranges[0]));
	zero_page[ZP_E820_COUNT] = (uint8_t)boot.nranges;
}

/* Where the kernel can decompress itself in place without running into the initrd. */
static uint64_t place_kernel(uint64_t pref, uint64_t align, uint64_t size)
{
	const struct boot_module *rd = &boot.modules[MODULE_INITRD];

	for (uint64_t at = ALIGN_UP(pref, align); at + size <= FOUR_GIB; at += align) {
		if (boot.nmodules > MODULE_INITRD && at < rd->base + rd->size &&
		    rd->base < at + size)
			continue;
		if (memory_is_ree_ram(at, at + size))
			return at;
	}
	panic("no room for a Linux kernel of %lu KiB", size >> 10);
}

static uint64_t load_kernel(void)
{
	const struct boot_module *m = &boot.modules[MODULE_KERNEL];
	const uint8_t *image = phys_to_virt(hpa(m->base));
	uint64_t setup, at, align;
	size_t header;

	if (m->size < 0x1000 || get_at(image, HDR_MAGIC, 4) != 0x53726448 /* HdrS */ ||
	    get_at(image, HDR_VERSION, 2) < 0x20c ||
	    !(get_at(image, HDR_XLOADFLAGS, 2) & XLF_KERNEL_64))
		panic("the second module is not a 64-bit bzImage of boot protocol 2.12 or later");
	if (strlen(m->cmdline) > get_at(image, HDR_CMDLINE_MAX, 4))
		panic("Linux's command line is too long for it");
	setup = (image[HDR_SETUP_SECTS] ? image[HDR_SETUP_SECTS] : 4) * SECTOR + SECTOR;
	align = get_at(image, HDR_ALIGN, 4);
	if (setup >= m->size || !align || align & (align - 1))
		panic("the Linux kernel's setup header is damaged");
	header = 0x202u + image[0x201] - ZP_HEADER;
	memcpy(zero_page + ZP_HEADER, image + ZP_HEADER, header);
	at = place_kernel(get_at(image, HDR_PREF, 8), align, get_at(image, HDR_INIT_SIZE, 4));
	memmove(phys_to_virt(hpa(at)), image + setup, m->size - setup);
	return at;
}

/* Identity map of the first 4 GiB, and flat segments 0x10 and 0x18, in Linux's own memory. */
static void make_tables(void)
{
	uint64_t *pml4 = phys_to_virt(hpa(page(PAGE_TABLE))), *pdpt = pml4 + 512, *pd = pdpt + 512;
	uint64_t *gdt = phys_to_virt(hpa(page(GDT)));

	memset(pml4, 0, 2 * PAGE_SIZE);
	pml4[0] = page(PAGE_TABLE + 1) | 3;
	for (uint64_t i = 0; i < 4; i++)
		pdpt[i] = page(PAGE_TABLE + 2 + (unsigned int)i) | 3;
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

	low = layout_low(BOOT_PAGES * PAGE_SIZE);
	zero_page = phys_to_virt(hpa(page(ZERO_PAGE)));
	memset(zero_page, 0, PAGE_SIZE);
	kernel = load_kernel();
	zero_page[ZP_LOADER] = 0xff;
	if (boot.nmodules > MODULE_INITRD) {
		put_at(zero_page, ZP_INITRD, rd->base, 4);
		put_at(zero_page, ZP_INITRD_SIZE, rd->size, 4);
	}
	put_at(zero_page, ZP_CMDLINE, page(CMDLINE), 4);
	memcpy(phys_to_virt(hpa(page(CMDLINE))), cmdline, strlen(cmdline) + 1);
	firmware_screen(zero_page);
	firmware_efi(zero_page, hpa(page(EFI_MAP)));
	fill_e820();
	make_tables();
	virt->set(v, VREG_CR3, page(PAGE_TABLE));
	virt->vcpu_start(v, START_LONG64, kernel + ENTRY_64);
	virt->set(v, VREG_GDT, page(GDT));
	v->regs.rsi = page(ZERO_PAGE);
	v->state = VCPU_RUN;
	screen_leave();
	log_msg(LOG_INFO, "Linux: kernel at %lx, command line \"%s\"", kernel, cmdline);
}
