/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each process has a CTR_DRBG (AES-256) of its own, seeded from the kernel at first use and
 * again every 10,000 requests (Mbed TLS's default).
 */
#include <mbedtls/ctr_drbg.h>
#include "runtime/crt/runtime.h"
#include "runtime/crypto/rng.h"

#define ENTROPY_MAX 256 /* of one SYS_ENTROPY */

static struct rt_lock rng_lock;
static mbedtls_ctr_drbg_context drbg;
static bool seeded;

static int entropy(void *ctx, unsigned char *out, size_t len)
{
	while (len) {
		size_t n = len < ENTROPY_MAX ? len : ENTROPY_MAX;

		if (sys_entropy(out, n) < 0)
			return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
		out += n;
		len -= n;
	}
	return 0;
}

static int seed(void)
{
	mbedtls_ctr_drbg_init(&drbg);
	return mbedtls_ctr_drbg_seed(&drbg, entropy, NULL, rt_program.start->uuid,
				     sizeof(rt_program.start->uuid));
}

int rt_random(void *ctx, unsigned char *out, size_t len)
{
	int ret = 0;

	rt_lock(&rng_lock);
	if (!seeded) {
		ret = seed();
		seeded = !ret;
	}
	while (!ret && len) {
		size_t n = len < MBEDTLS_CTR_DRBG_MAX_REQUEST ? len : MBEDTLS_CTR_DRBG_MAX_REQUEST;

		ret = mbedtls_ctr_drbg_random(&drbg, out, n);
		out += n;
		len -= n;
	}
	rt_unlock(&rng_lock);
	if (ret)
		rt_panic("no randomness from the kernel");
	return 0;
}

void TEE_GenerateRandom(void *randomBuffer, size_t randomBufferLen)
{
	rt_random(NULL, randomBuffer, randomBufferLen);
}
