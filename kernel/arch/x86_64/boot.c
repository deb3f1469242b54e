// SPDX-License-Identifier: BSD-2-Clause
/*
 * First C code: runs once, at the image's physical address, on tables that map memory to
 * itself. It chooses where the kernel will live, relocates it, and builds its page tables:
 *
 *   kernel image   random 2 MiB-aligned base; text RX, constants R, data RW NX
 *   CPU slots      behind the image: stacks with unmapped pages between them
 *   TEE RAM        random 2 MiB-aligned base, NX; the image and the boot image read-only
 *   REE RAM        random 1 GiB-aligned base, RW NX, only the ranges of struct tee_boot_info
 *
 * No static initialised pointer may be used before relocate(), and no function of another file
 * that needs one. No stack protector: there is no canary yet.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/mm/layout.h>
#include <string.h>

#define BOOT_RO __attribute__((section(".boot_ro")))

struct boot_params boot_params BOOT_RO = {0};
struct idt_gate idt[VEC_COUNT] BOOT_RO = {{0}};
uint64_t mm_direct_offset BOOT_RO = 0;
uint64_t mm_ree_offset BOOT_RO = 0;

_Static_assert(offsetof(struct boot_params, kernel_base) == BP_KERNEL_BASE, "layout.h");
_Static_assert(offsetof(struct boot_params, cpu_slots) == BP_CPU_SLOTS, "layout.h");
_Static_assert(offsetof(struct boot_params, root) == BP_ROOT, "layout.h");
_Static_assert(offsetof(struct tee_boot_info, tee_base) == BI_TEE_BASE, "layout.h");
_Static_assert(BOOT_MAGIC_BSP == TEE_BOOT_MAGIC && BOOT_MAGIC_AP == TEE_BOOT_AP_MAGIC, "boot.h");
_Static_assert(CPU_SLOT == 0x10000 && CPU_STACK_END == 0x5000, "head.S");

struct rela {
	uint64_t offset, info, addend;
};

#define R_X86_64_RELATIVE 8

extern const uint8_t image_header[], _rodata[], _data[], _end[];
extern const struct rela _rela_start[], _rela_end[];
extern uint64_t boot_pml4[512];
extern const uint8_t vector_stubs[], vector_stubs_end[];

void boot_main(const struct tee_boot_info *bi, uint64_t base);

#define SIZE_2M (1ull << 21)
#define SIZE_1G (1ull << 30)
#define SLOT	(1ull << 39) /* one entry of the top-level table */

#define MAP_RX (PTE_P | PTE_A | PTE_G)
#define MAP_R  (PTE_P | PTE_A | PTE_G | PTE_NX)
#define MAP_RW (PTE_P | PTE_A | PTE_D | PTE_W | PTE_G | PTE_NX)

static _Noreturn void boot_stop(void)
{
	for (;;)
		asm volatile("hlt");
}

/* --- Early pages: TEE RAM behind the image; they stay the kernel's for ever. ------------- */

static uint64_t early_alloc(void)
{
	struct boot_params *bp = &boot_params;
	uint64_t p = bp->free_base;

	if (p + PAGE_SIZE > bp->bi.tee_base + bp->bi.tee_size || p + PAGE_SIZE > 4 * SIZE_1G)
		boot_stop();
	bp->free_base += PAGE_SIZE;
	memset((void *)p, 0, PAGE_SIZE);
	return p;
}

static uint64_t *table_at(uint64_t *entry)
{
	if (!(*entry & PTE_P))
		*entry = early_alloc() | PTE_P | PTE_W | PTE_A;
	return (uint64_t *)(*entry & PTE_FRAME);
}

/* Maps [va, +len) to [pa, +len) with the largest pages that fit. */
static void map(uint64_t va, uint64_t pa, uint64_t len, uint64_t flags, bool gib_pages)
{
	uint64_t *root = (uint64_t *)boot_params.root, *t, step;

	for (; len; va += step, pa += step, len -= step) {
		t = table_at(&root[(va >> 39) & 511]);
		t += (va >> 30) & 511;
		step = SIZE_1G;
		if (gib_pages && !((va | pa) & (step - 1)) && len >= step) {
			*t = pa | flags | PTE_PS;
			continue;
		}
		t = table_at(t) + ((va >> 21) & 511);
		step = SIZE_2M;
		if (!((va | pa) & (step - 1)) && len >= step) {
			*t = pa | flags | PTE_PS;
			continue;
		}
		t = table_at(t) + ((va >> 12) & 511);
		step = PAGE_SIZE;
		*t = pa | flags;
	}
}

/* --- Choosing places ------------------------------------------------------------------------ */

static uint64_t boot_random(void)
{
	uint64_t v;

	if (cpuid(1, 0).c & (1u << 30))
		for (int i = 0; i < 32; i++)
			if (rdrand64(&v))
				return v;
	boot_params.weak_random = true;
	return rdtsc() * 0x9e3779b97f4a7c15ull;
}

/* Random canonical address of n top-level slots in the upper half, none of them in `used`. */
static uint64_t random_slots(unsigned n, bool used[512])
{
	for (;;) {
		unsigned first = 256 + boot_random() % (257 - n), i;

		for (i = 0; i < n && !used[first + i]; i++)
			;
		if (i < n)
			continue;
		for (i = 0; i < n; i++)
			used[first + i] = true;
		return 0xffff000000000000ull | (uint64_t)first << 39;
	}
}

static uint64_t align_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) & ~(to - 1);
}

/* Random offset, a multiple of step, such that [offset, +len) stays inside one slot. */
static uint64_t random_offset(uint64_t step, uint64_t len)
{
	if (len >= SLOT)
		boot_stop();
	return boot_random() % ((SLOT - len) / step + 1) * step;
}

/* --- Parts ------------------------------------------------------------------------------------- */

static void relocate(uint64_t base)
{
	for (const struct rela *r = _rela_start; r < _rela_end; r++) {
		if ((uint32_t)r->info != R_X86_64_RELATIVE)
			boot_stop();
		*(uint64_t *)(base + r->offset) = boot_params.kernel_base + r->addend;
	}
}

static void map_image(uint64_t base)
{
	uint64_t va = boot_params.kernel_base;
	uint64_t ro = (uint64_t)_rodata - base, data = (uint64_t)_data - base;
	uint64_t end = (uint64_t)_end - base;

	map(va, base, ro, MAP_RX, false);
	map(va + ro, base + ro, data - ro, MAP_R, false);
	map(va + data, base + data, end - data, MAP_RW, false);
}

static void map_new_page(uint64_t va, uint64_t *pa)
{
	*pa = early_alloc();
	map(va, *pa, PAGE_SIZE, MAP_RW, false);
}

static void map_cpu_slot(uint64_t slot)
{
	struct percpu *p;
	uint64_t pa;

	for (uint64_t off = CPU_STACK; off < CPU_STACK_END; off += PAGE_SIZE)
		map_new_page(slot + off, &pa);
	for (unsigned i = 1; i <= IST_COUNT; i++) {
		map_new_page(slot + CPU_IST(i), &pa);
		/* The last words name the CPU's data: GS is not to be trusted there. */
		*(uint64_t *)(pa + PAGE_SIZE - 16) = slot + CPU_DATA;
	}
	map_new_page(slot + CPU_DATA, &pa);
	p = (struct percpu *)pa;
	p->self = (struct percpu *)(slot + CPU_DATA);
	p->stack = slot + CPU_STACK_END;
	p->canary = boot_random() & ~0xffull;
}

static void fill_idt(void)
{
	const uint64_t stride = 16;
	uint64_t first = boot_params.kernel_base + (uint64_t)(vector_stubs - image_header);

	for (unsigned v = 0; v < VEC_COUNT; v++) {
		uint64_t h = first + v * stride;

		idt[v] = (struct idt_gate){
			.offset_lo = (uint16_t)h,
			.selector = SEL_KCODE,
			.ist = v == 8	 ? IST_DF
			       : v == 2	 ? IST_NMI
			       : v == 18 ? IST_MC
					 : 0,
			/* Interrupt gates; only INT3 may be raised by the instruction itself. */
			.type = v == 3 ? 0xee : 0x8e,
			.offset_mid = (uint16_t)(h >> 16),
			.offset_hi = (uint32_t)(h >> 32),
		};
	}
}

static void map_tee(const struct tee_boot_info *bi, uint64_t va)
{
	uint64_t image = align_up(bi->image_size, PAGE_SIZE);

	mm_direct_offset = va - bi->tee_base;
	map(va, bi->tee_base, image, MAP_R, false);
	map(va + image, bi->tee_base + image, bi->tee_size - image, MAP_RW, false);
}

static void map_ree(const struct tee_boot_info *bi, bool used[512])
{
	bool gib_pages = cpuid(0x80000001, 0).d & (1u << 26);
	uint64_t end = 0;

	for (unsigned i = 0; i < bi->nranges; i++)
		end = bi->ree[i].base + bi->ree[i].size;
	mm_ree_offset = random_slots((unsigned)(end / SLOT) + 2, used);
	mm_ree_offset += boot_random() % (SLOT / SIZE_1G) * SIZE_1G;
	for (unsigned i = 0; i < bi->nranges; i++)
		map(mm_ree_offset + bi->ree[i].base, bi->ree[i].base, bi->ree[i].size, MAP_RW,
		    gib_pages);
}

static bool boot_info_ok(const struct tee_boot_info *bi, uint64_t base)
{
	uint64_t end = 0;

	if (bi->magic != TEE_BOOT_MAGIC || bi->size != sizeof(*bi) || bi->tee_base != base)
		return false;
	if (!bi->ncpus || bi->ncpus > TEE_MAX_CPUS || bi->nranges > TEE_MAX_RANGES)
		return false;
	if (bi->image_size < (uint64_t)_end - base || bi->image_size >= bi->tee_size)
		return false;
	if ((bi->tee_base | bi->tee_size | bi->log_base | bi->log_size) & (PAGE_SIZE - 1))
		return false;
	for (unsigned i = 0; i < bi->nranges; i++) {
		const struct tee_range *r = &bi->ree[i];

		if (((r->base | r->size) & (PAGE_SIZE - 1)) || r->base < end ||
		    r->size > (1ull << 46) || r->base > (1ull << 46))
			return false;
		end = r->base + r->size;
	}
	return true;
}

/* Builds everything; head.S then jumps to the kernel's new home. */
void boot_main(const struct tee_boot_info *bi, uint64_t base)
{
	struct boot_params *bp = &boot_params;
	uint64_t size = align_up((uint64_t)_end - base, CPU_SLOT) + CPU_SLOT;
	static bool used[512];

	if (!boot_info_ok(bi, base))
		boot_stop();
	memcpy(&bp->bi, bi, sizeof(*bi));
	bp->intel = cpuid(0, 0).b == 0x756e6547; /* "Genu" */
	bp->free_base = bi->tee_base + align_up(bi->image_size, PAGE_SIZE);
	bp->root = early_alloc();

	bp->kernel_base = random_slots(1, used);
	bp->kernel_base += random_offset(SIZE_2M, size + TEE_MAX_CPUS * CPU_SLOT + bi->log_size);
	bp->cpu_slots = bp->kernel_base + size;
	bp->log = bp->cpu_slots + TEE_MAX_CPUS * CPU_SLOT;
	relocate(base);
	map_image(base);
	for (unsigned i = 0; i < bi->ncpus; i++)
		map_cpu_slot(bp->cpu_slots + i * CPU_SLOT);
	map(bp->log, bi->log_base, bi->log_size, MAP_RW, false);
	map_tee(bi, random_slots(1, used) + random_offset(SIZE_2M, bi->tee_size));
	map_ree(bi, used);
	fill_idt();
	memcpy(boot_pml4 + 256, (uint64_t *)bp->root + 256, 256 * sizeof(uint64_t));
}
