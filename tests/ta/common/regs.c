// SPDX-License-Identifier: BSD-2-Clause
/*
 * Leaves a pattern in vector registers, and looks for one. The wide registers are used when the
 * CPU and the TEE have enabled them.
 */
#include <cpuid.h>
#include <string.h>

#include <commands.h>

#define REGS 16

static bool have_avx(void)
{
	uint32_t a, b, c, d, xcr0, high;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
		return false;
	__asm__ volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	return (xcr0 & 6) == 6;
}

/* clang-format off */
#define ALL(op)	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
		op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)
#define LOAD_X(n)  "movdqu (%0), %%xmm" #n "\n\t"
#define STORE_X(n) "movdqu %%xmm" #n ", 32*" #n "(%0)\n\t"
#define LOAD_Y(n)  "vmovdqu (%0), %%ymm" #n "\n\t"
#define STORE_Y(n) "vmovdqu %%ymm" #n ", 32*" #n "(%0)\n\t"
/* clang-format on */

static void make_pattern(uint32_t pattern[8], uint32_t seed)
{
	for (unsigned int n = 0; n < 8; n++)
		pattern[n] = seed * 2654435761u + n * 0x01010101u;
}

static void fill(uint32_t seed)
{
	uint32_t pattern[8];

	make_pattern(pattern, seed);
	if (have_avx())
		__asm__ volatile(ALL(LOAD_Y)::"r"(pattern) : "memory");
	else
		__asm__ volatile(ALL(LOAD_X)::"r"(pattern) : "memory");
}

TEE_Result test_regs_fill(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	fill(p[0].value.a);
	return TEE_SUCCESS;
}

TEE_Result test_regs_find(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t found = 0, regs[REGS][8], pattern[8];
	bool avx = have_avx();

	if (p[0].value.b)
		fill(p[0].value.a);
	if (avx)
		__asm__ volatile(ALL(STORE_Y)::"r"(regs) : "memory");
	else
		__asm__ volatile(ALL(STORE_X)::"r"(regs) : "memory");
	make_pattern(pattern, p[0].value.a);
	for (unsigned int r = 0; r < REGS; r++) {
		for (unsigned int n = 0; n < (avx ? 8 : 4); n++) {
			if (regs[r][n] == pattern[n]) {
				found++;
				break;
			}
		}
	}
	p[0].value.b = found;
	return TEE_SUCCESS;
}
