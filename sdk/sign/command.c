// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "sign.h"

static bool need(const char *value, const char *option)
{
	if (!value)
		fprintf(stderr, "merlon-sign: %s is missing; see merlon-sign --help\n", option);
	return value;
}

static bool elf_looks_right(const uint8_t *data, size_t size, const char *path)
{
	if (size >= 64 && !memcmp(data, "\177ELF\2\1", 6))
		return true;
	fprintf(stderr, "merlon-sign: %s: not a 64-bit little-endian ELF file\n", path);
	return false;
}

/* What sign, digest and stitch begin with; *data is to be freed. */
static bool begin(const struct args *a, struct image *img, struct key **key, uint8_t **data)
{
	size_t size;

	memset(img, 0, sizeof(*img));
	*key = NULL;
	*data = NULL;
	if (!need(a->uuid, "--uuid") || !need(a->key, "--key") || !need(a->in, "--in"))
		return false;
	if (!uuid_parse(a->uuid, img->uuid)) {
		fprintf(stderr, "merlon-sign: \"%s\" is not a UUID\n", a->uuid);
		return false;
	}
	*data = file_read(a->in, &size);
	if (!*data || !elf_looks_right(*data, size, a->in))
		return false;
	*key = key_load(a->key);
	if (!*key)
		return false;
	img->version = a->version;
	img->elf = *data;
	img->elf_size = size;
	img->sig_size = key_bytes(*key);
	return image_digest(img, img->hash);
}

static void end(struct key *key, uint8_t *data)
{
	key_free(key);
	free(data);
}

static bool write_image(const struct args *a, const struct image *img)
{
	uint8_t *out = malloc(image_size(img));
	bool ok = out;

	if (ok) {
		image_pack(img, out);
		ok = file_write(a->out, out, image_size(img));
	}
	free(out);
	return ok;
}

int cmd_sign(const struct args *a)
{
	struct image img;
	struct key *key;
	uint8_t *data;
	bool ok = begin(a, &img, &key, &data) && need(a->out, "--out") &&
		  key_sign(key, img.hash, img.sig, img.sig_size) && write_image(a, &img);

	end(key, data);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_digest(const struct args *a)
{
	char text[4 * ((HASH_SIZE + 2) / 3) + 2];
	struct image img;
	struct key *key;
	uint8_t *data;
	bool ok = begin(a, &img, &key, &data) && need(a->dig, "--dig");

	if (ok) {
		EVP_EncodeBlock((uint8_t *)text, img.hash, HASH_SIZE);
		strcat(text, "\n");
		ok = file_write(a->dig, text, strlen(text));
	}
	end(key, data);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool read_signature(const struct args *a, struct image *img)
{
	size_t size;
	uint8_t *text = file_read(a->sig, &size);
	long n;

	if (!text)
		return false;
	n = base64_decode((char *)text, size, img->sig, sizeof(img->sig));
	free(text);
	if (n == img->sig_size)
		return true;
	fprintf(stderr, "merlon-sign: %s: not a signature of %u bytes in base64\n", a->sig,
		img->sig_size);
	return false;
}

int cmd_stitch(const struct args *a)
{
	struct image img;
	struct key *key;
	uint8_t *data;
	bool ok = begin(a, &img, &key, &data) && need(a->sig, "--sig") && need(a->out, "--out") &&
		  read_signature(a, &img);

	if (ok && !key_verify(key, img.hash, img.sig, img.sig_size)) {
		fprintf(stderr,
			"merlon-sign: %s does not sign %s with this UUID, version and key\n",
			a->sig, a->in);
		ok = false;
	}
	ok = ok && write_image(a, &img);
	end(key, data);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* NULL, or what is wrong with the image. */
static const char *judge(const struct args *a, const struct image *img, const struct key *key)
{
	uint8_t uuid[16];

	if (img->sig_size != key_bytes(key) || !key_verify(key, img->hash, img->sig, img->sig_size))
		return "not signed with this key";
	if (a->uuid && (!uuid_parse(a->uuid, uuid) || memcmp(uuid, img->uuid, 16)))
		return "made for another UUID";
	return NULL;
}

int cmd_verify(const struct args *a)
{
	char uuid[UUID_TEXT_LEN + 1];
	const char *wrong = NULL;
	struct key *key = NULL;
	uint8_t *data = NULL;
	struct image img;
	size_t size;
	bool ok;

	ok = need(a->key, "--key") && need(a->in, "--in") && (key = key_load(a->key)) &&
	     (data = file_read(a->in, &size));
	if (ok) {
		wrong = image_parse(data, size, &img);
		if (!wrong)
			wrong = judge(a, &img, key);
	}
	if (wrong) {
		fprintf(stderr, "merlon-sign: %s: %s\n", a->in, wrong);
	} else if (ok) {
		uuid_format(img.uuid, uuid);
		printf("%s: TA %s, version %u, ELF of %u bytes, signature good\n", a->in, uuid,
		       img.version, img.elf_size);
	}
	end(key, data);
	return ok && !wrong ? EXIT_SUCCESS : EXIT_FAILURE;
}

static size_t format_pubkey(char *to, size_t room, const char *prefix, const uint8_t *modulus,
			    size_t len, uint32_t exponent)
{
	size_t n, at;

	at = snprintf(to, room,
		      "/* Made by merlon-sign pubkey: the key whose TAs are accepted. */\n"
		      "extern const unsigned char %s_modulus[];\n"
		      "extern const unsigned int %s_modulus_len, %s_exponent;\n\n"
		      "const unsigned char %s_modulus[] = {",
		      prefix, prefix, prefix, prefix);
	for (n = 0; n < len && at < room; n++)
		at += snprintf(to + at, room - at, "%s0x%02x,", n % 12 ? " " : "\n\t", modulus[n]);
	if (at < room)
		at += snprintf(to + at, room - at,
			       "\n};\nconst unsigned int %s_modulus_len = %zu;\n"
			       "const unsigned int %s_exponent = %u;\n",
			       prefix, len, prefix, exponent);
	return at;
}

int cmd_pubkey(const struct args *a)
{
	const char *prefix = a->prefix ? a->prefix : "ta_pubkey";
	uint8_t modulus[SIG_MAX];
	char text[8 * SIG_MAX];
	struct key *key = NULL;
	uint32_t exponent;
	size_t len;
	bool ok;

	ok = need(a->key, "--key") && need(a->out, "--out") && (key = key_load(a->key));
	if (ok) {
		len = key_public(key, modulus, sizeof(modulus), &exponent);
		ok = len;
		if (ok) {
			len = format_pubkey(text, sizeof(text), prefix, modulus, len, exponent);
			ok = len < sizeof(text) && file_write(a->out, text, len);
		}
	}
	key_free(key);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
