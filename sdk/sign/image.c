// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "sign.h"

static void put16(uint8_t *to, uint16_t v)
{
	to[0] = v;
	to[1] = v >> 8;
}

static void put32(uint8_t *to, uint32_t v)
{
	put16(to, v);
	put16(to + 2, v >> 16);
}

static uint16_t get16(const uint8_t *from)
{
	return from[0] | from[1] << 8;
}

static uint32_t get32(const uint8_t *from)
{
	return get16(from) | (uint32_t)get16(from + 2) << 16;
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, uint8_t uuid[16])
{
	unsigned int n, byte = 0;

	if (strlen(text) != UUID_TEXT_LEN)
		return false;
	for (n = 0; n < UUID_TEXT_LEN; n += 2) {
		if (n == 8 || n == 13 || n == 18 || n == 23) {
			if (text[n] != '-')
				return false;
			n++;
		}
		if (hex_digit(text[n]) < 0 || hex_digit(text[n + 1]) < 0)
			return false;
		uuid[byte++] = hex_digit(text[n]) << 4 | hex_digit(text[n + 1]);
	}
	return true;
}

void uuid_format(const uint8_t u[16], char text[UUID_TEXT_LEN + 1])
{
	snprintf(text, UUID_TEXT_LEN + 1,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
		 u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
		 u[15]);
}

static void pack_headers(const struct image *img, uint8_t shdr[20], uint8_t ta[20])
{
	put32(shdr, SHDR_MAGIC);
	put32(shdr + 4, SHDR_BOOTSTRAP_TA);
	put32(shdr + 8, img->elf_size);
	put32(shdr + 12, SHDR_ALGO_RSASSA_PSS_SHA256);
	put16(shdr + 16, HASH_SIZE);
	put16(shdr + 18, img->sig_size);
	memcpy(ta, img->uuid, 16);
	put32(ta + 16, img->version);
}

bool image_digest(const struct image *img, uint8_t hash[HASH_SIZE])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t shdr[20], ta[20];
	bool ok;

	pack_headers(img, shdr, ta);
	ok = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) &&
	     EVP_DigestUpdate(c, shdr, sizeof(shdr)) && EVP_DigestUpdate(c, ta, sizeof(ta)) &&
	     EVP_DigestUpdate(c, img->elf, img->elf_size) && EVP_DigestFinal_ex(c, hash, NULL);
	EVP_MD_CTX_free(c);
	return ok;
}

size_t image_size(const struct image *img)
{
	return 20 + HASH_SIZE + (size_t)img->sig_size + 20 + img->elf_size;
}

void image_pack(const struct image *img, uint8_t *to)
{
	uint8_t *hash = to + 20, *sig = hash + HASH_SIZE, *ta = sig + img->sig_size;

	pack_headers(img, to, ta);
	memcpy(hash, img->hash, HASH_SIZE);
	memcpy(sig, img->sig, img->sig_size);
	memcpy(ta + 20, img->elf, img->elf_size);
}

const char *image_parse(const uint8_t *data, size_t size, struct image *img)
{
	uint8_t hash[HASH_SIZE];
	size_t at;

	if (size < 20 || get32(data) != SHDR_MAGIC)
		return "not a signed TA: the magic number is missing";
	if (get32(data + 4) != SHDR_BOOTSTRAP_TA)
		return "an image of another type than a TA with UUID and version";
	if (get32(data + 12) != SHDR_ALGO_RSASSA_PSS_SHA256)
		return "signed with another algorithm than RSASSA-PSS with SHA-256";
	if (get16(data + 16) != HASH_SIZE)
		return "the hash does not have 32 bytes";
	img->sig_size = get16(data + 18);
	if (!img->sig_size || img->sig_size > SIG_MAX)
		return "no signature, or one larger than 8192 bits";
	img->elf_size = get32(data + 8);
	at = 20 + HASH_SIZE + (size_t)img->sig_size + 20;
	if (at > size || size - at != img->elf_size)
		return "its size differs from what its header says: truncated?";
	memcpy(img->hash, data + 20, HASH_SIZE);
	memcpy(img->sig, data + 20 + HASH_SIZE, img->sig_size);
	memcpy(img->uuid, data + at - 20, 16);
	img->version = get32(data + at - 4);
	img->elf = data + at;
	if (!image_digest(img, hash) || memcmp(hash, img->hash, HASH_SIZE))
		return "its contents do not match its hash";
	return NULL;
}
