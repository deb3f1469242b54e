// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor's own address space: the image with exact rights (no page is both writable and
 * executable), a direct map of RAM without the image, stacks with unmapped pages between them,
 * and the local APIC.
 */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>

#define PTE_P  (1ull << 0)
#define PTE_W  (1ull << 1)
#define PTE_WT (1ull << 3)
#define PTE_CD (1ull << 4)
#define PTE_PS (1ull << 7)
#define PTE_NX (1ull << 63)
#define ADDR   0x000ffffffffff000ull

#define TEXT  PTE_P
#define CONST (PTE_P | PTE_NX)
#define DATA  (PTE_P | PTE_W | PTE_NX)
#define MMIO  (DATA | PTE_CD | PTE_WT)

/* From the linker script. */
extern char image_start[], text_start[], text_end[], rodata_end[], image_end[];

static uint64_t *root;
static uint64_t image_base; /* physical address of IMAGE_VA; 0 until the image has moved */

void *phys_to_virt(hpa_t addr)
{
	return (void *)(DIRECT_VA + addr.v);
}

hpa_t virt_to_phys(const void *p)
{
	uint64_t va = (uint64_t)p;

	return hpa(va >= IMAGE_VA ? va - IMAGE_VA + image_base : va - DIRECT_VA);
}

static uint64_t *next_table(uint64_t *entry)
{
	if (!(*entry & PTE_P))
		*entry = virt_to_phys(pool_alloc(PAGE_SIZE)).v | PTE_P | PTE_W;
	return phys_to_virt(hpa(*entry & ADDR));
}

static void map(uint64_t va, uint64_t pa, uint64_t size, uint64_t flags)
{
	uint64_t step = (va | pa | size) % LARGE_PAGE ? PAGE_SIZE : LARGE_PAGE;
	uint64_t *t;

	for (; size; size -= step, va += step, pa += step) {
		t = next_table(&root[(va >> 39) & 511]);
		t = next_table(&t[(va >> 30) & 511]);
		if (step == LARGE_PAGE) {
			t[(va >> 21) & 511] = pa | flags | PTE_PS;
			continue;
		}
		t = next_table(&t[(va >> 21) & 511]);
		t[(va >> 12) & 511] = pa | flags;
	}
}

volatile void *arch_map_device(hpa_t addr, size_t bytes)
{
	static uint64_t next = DEVICES_VA;
	uint64_t va = next;

	if (bytes > DEVICES_END - next)
		panic("too many devices' registers");
	next += bytes;
	map(va, addr.v, bytes, MMIO);
	return (volatile void *)va;
}

static void map_image(char *start, char *end, uint64_t flags)
{
	uint64_t va = ALIGN_DOWN((uint64_t)start, PAGE_SIZE);

	map(va, va - IMAGE_VA + layout.image, ALIGN_UP((uint64_t)end, PAGE_SIZE) - va, flags);
}

uint64_t stack_top(uint32_t cpu, enum stack which)
{
	return STACKS_VA + (cpu * STACKS_PER_CPU + which + 1) * STACK_SLOT;
}

static void map_stacks(void)
{
	for (uint32_t i = 0; i < MAX_CPUS * STACKS_PER_CPU; i++)
		map(STACKS_VA + (i + 1) * STACK_SLOT - STACK_SIZE,
		    virt_to_phys(pool_alloc(STACK_SIZE)).v, STACK_SIZE, DATA);
}

/*
 * Copies the running image, its stack included, and goes on in the copy: the two instructions
 * touch nothing that differs between the copies.
 */
static void move_image(void)
{
	uint64_t size = ALIGN_UP((uint64_t)image_end, 8) - (uint64_t)image_start;
	void *dst = phys_to_virt(hpa(layout.image + ((uint64_t)image_start - IMAGE_VA)));
	void *src = image_start;
	uint64_t count = size / 8;

	if ((uint64_t)image_end - IMAGE_VA > IMAGE_SIZE)
		panic("the monitor's image is too large");
	image_base = layout.image;
	asm volatile("rep movsq; mov %3, %%cr3"
		     : "+D"(dst), "+S"(src), "+c"(count)
		     : "r"((uint64_t)root - DIRECT_VA)
		     : "memory");
}

void paging_enable_features(void)
{
	uint64_t cr4 = CR4_PAE | CR4_DE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE;
	uint32_t leaf7 = arch_cpuid(7, 0).ebx;

	if (!(arch_cpuid(1, 0).ecx & (1u << 26)))
		panic("this CPU has no XSAVE");
	cr4 |= leaf7 & (1u << 7) ? CR4_SMEP : 0;
	cr4 |= leaf7 & (1u << 20) ? CR4_SMAP : 0;
	write_cr4(cr4);
}

void paging_map_trampoline(uint64_t page, bool on)
{
	map(page, page, PAGE_SIZE, on ? TEXT : 0);
	write_cr3(read_cr3());
}

void paging_start(void)
{
	uint64_t after_image = layout.image + IMAGE_SIZE;

	root = pool_alloc(PAGE_SIZE);
	map_image(image_start, image_end, DATA);
	map_image(text_start, text_end, TEXT);
	map_image(text_end, rodata_end, CONST);
	map(DIRECT_VA, 0, layout.image, DATA);
	map(DIRECT_VA + after_image, after_image, layout.map_end - after_image, DATA);
	map_stacks();
	map(APIC_VA, APIC_PAGE, PAGE_SIZE, MMIO);
	map(IOAPIC_VA, IOAPIC_PAGE, PAGE_SIZE, MMIO);
	paging_enable_features();
	move_image();
}
