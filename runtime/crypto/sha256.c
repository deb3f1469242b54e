/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256's compression function in place of Mbed TLS's, which keeps all its state in memory:
 * it decides how long a TA takes to load. With the CPU's SHA instructions where they are.
 */
#include <cpuid.h>
#include <immintrin.h>
#include <string.h>
#include <mbedtls/sha256.h>
#include "runtime/crypto/sha256.h"

static const uint32_t k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static inline uint32_t ror(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

/* Rotations nested: one less to keep at a time than three side by side. */
static inline uint32_t big0(uint32_t x)
{
	return ror(ror(ror(x, 9) ^ x, 11) ^ x, 2);
}

static inline uint32_t big1(uint32_t x)
{
	return ror(ror(ror(x, 14) ^ x, 5) ^ x, 6);
}

static inline uint32_t small0(uint32_t x)
{
	return ror(ror(x, 11) ^ x, 7) ^ x >> 3;
}

static inline uint32_t small1(uint32_t x)
{
	return ror(ror(x, 2) ^ x, 17) ^ x >> 10;
}

/*
 * One round; the caller renames the variables instead of moving them. The majority of a, b and c
 * is b changed where a^b and b^c are both set, and this round's a^b is the next one's b^c.
 */
#define ROUND(a, b, c, d, e, f, g, h, i)                                \
	do {                                                            \
		h += big1(e) + (g ^ (e & (f ^ g))) + k[t + (i)] + w[i]; \
		d += h;                                                 \
		x = a ^ b;                                              \
		h += big0(a) + ((x & y) ^ b);                           \
		y = x;                                                  \
	} while (0)

#define ROUNDS(i)                                     \
	do {                                          \
		ROUND(a, b, c, d, e, f, g, h, i);     \
		ROUND(h, a, b, c, d, e, f, g, i + 1); \
		ROUND(g, h, a, b, c, d, e, f, i + 2); \
		ROUND(f, g, h, a, b, c, d, e, i + 3); \
		ROUND(e, f, g, h, a, b, c, d, i + 4); \
		ROUND(d, e, f, g, h, a, b, c, i + 5); \
		ROUND(c, d, e, f, g, h, a, b, i + 6); \
		ROUND(b, c, d, e, f, g, h, a, i + 7); \
	} while (0)

void sha256_block_c(uint32_t state[8], const uint8_t data[64])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t x, y = b ^ c, w[16];

	for (unsigned int i = 0; i < 16; i++) {
		memcpy(&w[i], data + 4 * i, 4);
		w[i] = __builtin_bswap32(w[i]);
	}
	for (unsigned int t = 0;; t += 16) {
		ROUNDS(0);
		ROUNDS(8);
		if (t == 48)
			break;
#pragma GCC unroll 16
		for (unsigned int i = 0; i < 16; i++)
			w[i] += small0(w[(i + 1) & 15]) + w[(i + 9) & 15] +
				small1(w[(i + 14) & 15]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/*
 * Four rounds a step. The instructions want the state as ABEF and CDGH; m[] is a ring of four
 * times four words of the schedule.
 */
__attribute__((target("sha,sse4.1"))) void sha256_block_ni(uint32_t state[8],
							   const uint8_t data[64])
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i m[4], abef, cdgh, x, y, abef0, cdgh0;

	x = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[0]), 0xb1);
	y = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[4]), 0x1b);
	abef = _mm_alignr_epi8(x, y, 8);
	cdgh = _mm_blend_epi16(y, x, 0xf0);
	abef0 = abef;
	cdgh0 = cdgh;
#pragma GCC unroll 16
	for (unsigned int i = 0; i < 16; i++) {
		if (i < 4) {
			m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), swap);
		} else {
			x = _mm_sha256msg1_epu32(m[i & 3], m[(i + 1) & 3]);
			x = _mm_add_epi32(x, _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4));
			m[i & 3] = _mm_sha256msg2_epu32(x, m[(i + 3) & 3]);
		}
		x = _mm_add_epi32(m[i & 3], _mm_load_si128((const __m128i *)k + i));
		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, x);
		abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(x, 0x0e));
	}
	abef = _mm_add_epi32(abef, abef0);
	cdgh = _mm_add_epi32(cdgh, cdgh0);
	x = _mm_shuffle_epi32(abef, 0x1b);
	y = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)&state[0], _mm_blend_epi16(x, y, 0xf0));
	_mm_storeu_si128((__m128i *)&state[4], _mm_alignr_epi8(y, x, 8));
}

bool sha256_have_ni(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_SHA))
		return false;
	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3);
}

int mbedtls_internal_sha256_process(mbedtls_sha256_context *ctx, const unsigned char data[64])
{
	static enum {
		UNKNOWN,
		NO,
		YES
	} ni;

	if (ni == UNKNOWN)
		ni = sha256_have_ni() ? YES : NO;
	if (ni == YES)
		sha256_block_ni(ctx->private_state, data);
	else
		sha256_block_c(ctx->private_state, data);
	return 0;
}
