/* SPDX-License-Identifier: BSD-2-Clause */
/* merlon-sign: makes and checks signed TA images (include/abi/ta_image.h). */
#ifndef SIGN_H
#define SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <include/abi/ta_image.h>

#define HASH_SIZE     32
#define SIG_MAX	      1024 /* RSA of 8192 bits */
#define UUID_TEXT_LEN 36

/* --- image.c: the layout ------------------------------------------------------------------------ */

struct image {
	uint8_t uuid[16];
	uint32_t version;
	uint16_t sig_size;
	const uint8_t *elf;
	uint32_t elf_size;
	uint8_t hash[HASH_SIZE];
	uint8_t sig[SIG_MAX];
};

bool uuid_parse(const char *text, uint8_t uuid[16]);
void uuid_format(const uint8_t uuid[16], char text[UUID_TEXT_LEN + 1]);
/* The hash that is signed; uses all of img but hash and sig. */
bool image_digest(const struct image *img, uint8_t hash[HASH_SIZE]);
size_t image_size(const struct image *img);
/* Writes image_size() bytes. */
void image_pack(const struct image *img, uint8_t *to);
/* Takes an image apart; img->elf points into data. NULL, or what is wrong with it. Checks the
 * hash, not the signature. */
const char *image_parse(const uint8_t *data, size_t size, struct image *img);

/* --- key.c: RSA by OpenSSL --------------------------------------------------------------------- */

struct key;
/* Private or public, PEM. NULL after saying why. */
struct key *key_load(const char *path);
void key_free(struct key *key);
size_t key_bytes(const struct key *key);
/* RSASSA-PSS, MGF1 with SHA-256, salt of 32 bytes. */
bool key_sign(const struct key *key, const uint8_t hash[HASH_SIZE], uint8_t *sig, size_t size);
bool key_verify(const struct key *key, const uint8_t hash[HASH_SIZE], const uint8_t *sig,
		size_t size);
/* Big endian modulus; *exponent. Bytes of the modulus, or 0 when it does not fit. */
size_t key_public(const struct key *key, uint8_t *modulus, size_t room, uint32_t *exponent);

/* --- file.c -------------------------------------------------------------------------------------- */

/* All of a file (at most 64 MiB), to be freed; NULL after saying why. */
uint8_t *file_read(const char *path, size_t *size);
/* Replaces a file in one step; says why not. */
bool file_write(const char *path, const void *data, size_t size);
/* Base64 with white space: bytes, or -1. */
long base64_decode(const char *text, size_t len, uint8_t *to, size_t room);

/* --- command.c ------------------------------------------------------------------------------------ */

struct args {
	const char *uuid, *key, *in, *out, *sig, *dig;
	uint32_t version;
	const char *prefix; /* of the symbols that pubkey writes */
};

/* Exit statuses. */
int cmd_sign(const struct args *a);
int cmd_digest(const struct args *a);
int cmd_stitch(const struct args *a);
int cmd_verify(const struct args *a);
int cmd_pubkey(const struct args *a);

#endif
