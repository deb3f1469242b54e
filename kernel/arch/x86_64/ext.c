// SPDX-License-Identifier: BSD-2-Clause
/*
 * Extended state: all of XSAVE, FS and GS base, and the data selectors. It stays in the registers
 * until another context needs them or the CPU goes back to the REE; percpu.ext_owner says whose
 * it is. What the monitor leaves in the registers is never user state: after a return from the
 * REE the owner is NULL.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/arch/x86_64/uctx.h>

/* x87, SSE, AVX, AVX-512. All else either needs more than a page (AMX) or a CR4 bit. */
#define XCR0_WANTED 0xe7ull
#define XCR0_AVX512 0xe0ull

static uint64_t xcr0;

/* What XRSTOR reads for the initial state: no component present, MXCSR at its reset value. */
static const struct {
	uint8_t legacy_a[24];
	uint32_t mxcsr;
	uint8_t legacy_b[484];
	uint8_t header[64];
} __attribute__((aligned(64))) init_state = {.mxcsr = 0x1f80};
_Static_assert(sizeof(init_state) == 576, "legacy area and header");

static void choose_xcr0(void)
{
	struct cpuid c;

	if (!(cpuid(1, 0).c & (1u << 26)))
		panic("the CPU has no XSAVE");
	c = cpuid(0xd, 0);
	xcr0 = ((uint64_t)c.d << 32 | c.a) & XCR0_WANTED;
	if ((xcr0 & XCR0_AVX512) != XCR0_AVX512)
		xcr0 &= ~XCR0_AVX512;
}

void ext_init_cpu(void)
{
	if (!xcr0)
		choose_xcr0();
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)xcr0), "d"((uint32_t)(xcr0 >> 32)));
	/* Size for what XCR0 has now. */
	if (cpuid(0xd, 0).b > sizeof(((struct arch_uctx *)0)->xsave))
		panic("XSAVE area of %u bytes does not fit a context", cpuid(0xd, 0).b);
}

static void xrstor(const void *area)
{
	asm volatile("xrstor64 (%0)"
		     :
		     : "r"(area), "a"((uint32_t)xcr0), "d"((uint32_t)(xcr0 >> 32))
		     : "memory");
}

/* The user's GS base is in the other half of SWAPGS while in ring 0. */
static void save_bases(struct arch_uctx *u)
{
	asm volatile("rdfsbase %0\n\t"
		     "swapgs\n\t"
		     "rdgsbase %1\n\t"
		     "swapgs"
		     : "=&r"(u->fs_base), "=&r"(u->gs_base));
}

static void load_bases(const struct arch_uctx *u)
{
	uint64_t fs = u->fs_base, gs = u->gs_base;

	asm volatile("mov %w2, %%ds\n\t"
		     "mov %w2, %%es\n\t"
		     "mov %w2, %%fs\n\t"
		     "wrfsbase %0\n\t"
		     "swapgs\n\t"
		     "mov %w2, %%gs\n\t"
		     "wrgsbase %1\n\t"
		     "swapgs"
		     :
		     : "r"(fs), "r"(gs), "r"(0)
		     : "memory");
}

void ext_save(struct arch_uctx *u)
{
	asm volatile("xsave64 (%0)"
		     :
		     : "r"(u->xsave), "a"((uint32_t)xcr0), "d"((uint32_t)(xcr0 >> 32))
		     : "memory");
	if (features.fsgsbase)
		save_bases(u);
	u->fresh = 0;
}

void ext_load(struct arch_uctx *u)
{
	xrstor(u->fresh ? (const void *)&init_state : u->xsave);
	if (features.fsgsbase)
		load_bases(u);
}
