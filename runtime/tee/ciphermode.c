/* SPDX-License-Identifier: BSD-2-Clause */
/* ECB, CBC, CTR, CTS (NIST SP 800-38A addendum, CS3) and XTS (IEEE 1619). */
#include <string.h>
#include "runtime/tee/cipher.h"

static void xor_block(uint8_t *x, const uint8_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] ^= y[i];
}

static bool encrypts(TEE_OperationHandle op)
{
	return op->info.mode == TEE_MODE_ENCRYPT;
}

static void cbc_encrypt(struct cipher_state *c, const uint8_t *in, uint8_t *out, size_t block)
{
	xor_block(c->iv, in, block);
	block_crypt(&c->key, true, c->iv, c->iv);
	memcpy(out, c->iv, block);
}

static void cbc_decrypt(struct cipher_state *c, const uint8_t *in, uint8_t *out, size_t block)
{
	uint8_t next[BLOCK_MAX];

	memcpy(next, in, block);
	block_crypt(&c->key, false, in, out);
	xor_block(out, c->iv, block);
	memcpy(c->iv, next, block);
}

/* One block with this tweak. */
static void xts_block(struct cipher_state *c, const uint8_t tweak[16], bool encrypt,
		      const uint8_t *in, uint8_t *out)
{
	uint8_t x[BLOCK_MAX];

	memcpy(x, in, sizeof(x));
	xor_block(x, tweak, sizeof(x));
	block_crypt(&c->key, encrypt, x, x);
	xor_block(x, tweak, sizeof(x));
	memcpy(out, x, sizeof(x));
}

/* The tweak of the next block: times x in GF(2^128), little endian. */
static void xts_next(uint8_t tweak[16])
{
	uint8_t carry = 0;

	for (unsigned int i = 0; i < 16; i++) {
		uint8_t out = tweak[i] >> 7;

		tweak[i] = (uint8_t)(tweak[i] << 1 | carry);
		carry = out;
	}
	tweak[0] ^= carry ? 0x87 : 0;
}

static void ctr_stream(struct cipher_state *c, const uint8_t *in, uint8_t *out, size_t n,
		       size_t block)
{
	for (size_t i = 0; i < n; i++) {
		if (c->stream_used == block) {
			block_crypt(&c->key, true, c->iv, c->stream);
			for (size_t j = block; j && !++c->iv[j - 1]; j--)
				;
			c->stream_used = 0;
		}
		out[i] = in[i] ^ c->stream[c->stream_used++];
	}
}

static void one_block(TEE_OperationHandle op, const uint8_t *in, uint8_t *out)
{
	struct cipher_state *c = &op->cipher;

	switch (op->alg->kind) {
	case ALG_ECB:
		block_crypt(&c->key, encrypts(op), in, out);
		break;
	case ALG_XTS:
		xts_block(c, c->iv, encrypts(op), in, out);
		xts_next(c->iv);
		break;
	default:
		if (encrypts(op))
			cbc_encrypt(c, in, out, op->alg->block);
		else
			cbc_decrypt(c, in, out, op->alg->block);
		break;
	}
}

void cipher_blocks(TEE_OperationHandle op, const uint8_t *in, uint8_t *out, size_t n)
{
	size_t block = op->alg->block;

	if (op->alg->kind == ALG_CTR) {
		ctr_stream(&op->cipher, in, out, n, block);
		return;
	}
	for (; n; n -= block, in += block, out += block)
		one_block(op, in, out);
}

bool cipher_total_ok(const struct alg *alg, size_t n, size_t total)
{
	switch (alg->kind) {
	case ALG_CTR:
		return true;
	case ALG_CTS:
	case ALG_XTS:
		return total - n >= alg->block;
	default:
		return n == total;
	}
}

/* CS3: the last two blocks change places, the then last one is cut to the length of the data. */
static void cts_encrypt(struct cipher_state *c, uint8_t *out)
{
	uint8_t first[16], last[16] = {0};
	size_t tail = c->nheld - 16;

	cbc_encrypt(c, c->held, first, 16);
	memcpy(last, c->held + 16, tail);
	cbc_encrypt(c, last, last, 16);
	memcpy(out, last, 16);
	memcpy(out + 16, first, tail);
}

static void cts_decrypt(struct cipher_state *c, uint8_t *out)
{
	uint8_t x[16], before[16];
	size_t tail = c->nheld - 16;

	/* x = the last plaintext block (padded with zeros) xor the stolen ciphertext block. */
	block_crypt(&c->key, false, c->held, x);
	memcpy(before, x, 16);
	memcpy(before, c->held + 16, tail);
	xor_block(x, before, 16);
	memcpy(out + 16, x, tail);
	cbc_decrypt(c, before, out, 16);
}

/* One whole block and a part: the part borrows the end of the block before it. */
static void xts_steal(struct cipher_state *c, bool encrypt, uint8_t *out)
{
	uint8_t first[16], next[16], x[16];
	size_t tail = c->nheld - 16;

	memcpy(first, c->iv, 16);
	memcpy(next, c->iv, 16);
	xts_next(next);
	/* Decryption meets the two tweaks in the other order. */
	xts_block(c, encrypt ? first : next, encrypt, c->held, x);
	memcpy(out + 16, x, tail);
	memcpy(x, c->held + 16, tail);
	xts_block(c, encrypt ? next : first, encrypt, x, out);
}

void cipher_last(TEE_OperationHandle op, uint8_t *out)
{
	struct cipher_state *c = &op->cipher;
	bool xts = op->alg->kind == ALG_XTS;

	if (!c->nheld)
		return;
	if (c->nheld == op->alg->block || (xts && c->nheld == 2 * BLOCK_MAX))
		cipher_blocks(op, c->held, out, c->nheld);
	else if (xts)
		xts_steal(c, encrypts(op), out);
	else if (encrypts(op))
		cts_encrypt(c, out);
	else
		cts_decrypt(c, out);
}
