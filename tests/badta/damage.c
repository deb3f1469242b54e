// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: damage KEY OTHER_KEY UUID ELF OUTDIR
 * Makes damaged images of a TA: OUTDIR/NAME.ta, one for each line of the tables below. Damage to the
 * signed image leaves the signature as it was; a damaged ELF is signed afterwards, so that only
 * the ELF loader can refuse it.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <include/abi/ta_image.h>

struct blob {
	uint8_t *data;
	size_t size;
};

static const char *key, *outdir;
static uint8_t uuid[16];

static void die(const char *what, const char *name)
{
	fprintf(stderr, "damage: %s: %s\n", what, name);
	exit(1);
}

static struct blob load(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct blob b;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) <= 0 || fseek(f, 0, SEEK_SET))
		die("cannot read", path);
	b.size = (size_t)size;
	b.data = malloc(b.size + 64);
	if (!b.data || fread(b.data, 1, b.size, f) != b.size)
		die("cannot read", path);
	fclose(f);
	return b;
}

static void store(const char *prefix, const char *name, const struct blob *b)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s.ta", outdir, prefix, name);
	f = fopen(path, "wb");
	if (!f || fwrite(b->data, 1, b->size, f) != b->size || fclose(f))
		die("cannot write", path);
}

/* --- Signing, without the checks of merlon-sign ------------------------------------------------- */

static void digest(const struct blob *elf, const struct shdr *h,
		   const struct shdr_bootstrap_ta *boot, uint8_t hash[32])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || !EVP_DigestInit(ctx, EVP_sha256()) || !EVP_DigestUpdate(ctx, h, sizeof(*h)) ||
	    !EVP_DigestUpdate(ctx, boot, sizeof(*boot)) ||
	    !EVP_DigestUpdate(ctx, elf->data, elf->size) || !EVP_DigestFinal(ctx, hash, NULL))
		die("cannot hash", "image");
	EVP_MD_CTX_free(ctx);
}

static void rsa_pss(const char *key_file, const uint8_t hash[32], uint8_t *sig, size_t *size)
{
	FILE *f = fopen(key_file, "r");
	EVP_PKEY *pkey = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;

	if (!ctx || EVP_PKEY_sign_init(ctx) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) <= 0 ||
	    EVP_PKEY_sign(ctx, sig, size, hash, 32) <= 0)
		die("cannot sign with", key_file);
	fclose(f);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

static struct blob sign_elf(const struct blob *elf, const char *key_file)
{
	struct shdr h = {
		.magic = SHDR_MAGIC,
		.img_type = SHDR_BOOTSTRAP_TA,
		.img_size = (uint32_t)elf->size,
		.algo = SHDR_ALGO_RSASSA_PSS_SHA256,
		.hash_size = 32,
	};
	struct shdr_bootstrap_ta boot = {0};
	uint8_t hash[32], sig[512];
	size_t size = sizeof(sig);
	struct blob b;

	memcpy(boot.uuid, uuid, sizeof(uuid));
	/* The first time for the size of the signature, which is part of what is hashed. */
	memset(hash, 0, sizeof(hash));
	rsa_pss(key_file, hash, sig, &size);
	h.sig_size = (uint16_t)size;
	digest(elf, &h, &boot, hash);
	rsa_pss(key_file, hash, sig, &size);
	b.size = sizeof(h) + sizeof(hash) + size + sizeof(boot) + elf->size;
	b.data = calloc(1, b.size + 64);
	if (!b.data)
		die("no memory", "image");
	memcpy(b.data, &h, sizeof(h));
	memcpy(b.data + sizeof(h), hash, sizeof(hash));
	memcpy(b.data + sizeof(h) + sizeof(hash), sig, size);
	memcpy(b.data + sizeof(h) + sizeof(hash) + size, &boot, sizeof(boot));
	memcpy(b.data + sizeof(h) + sizeof(hash) + size + sizeof(boot), elf->data, elf->size);
	return b;
}

/* --- The image: header, hash, signature, second header, ELF --------------------------------- */

enum image_part {
	AT_HEADER,
	AT_HASH,
	AT_SIGNATURE,
	AT_SECOND,
	AT_ELF
};

static size_t part_offset(const struct blob *b, enum image_part part)
{
	struct shdr h;
	size_t at[5];

	memcpy(&h, b->data, sizeof(h));
	at[AT_HEADER] = 0;
	at[AT_HASH] = sizeof(h);
	at[AT_SIGNATURE] = at[AT_HASH] + h.hash_size;
	at[AT_SECOND] = at[AT_SIGNATURE] + h.sig_size;
	at[AT_ELF] = at[AT_SECOND] + sizeof(struct shdr_bootstrap_ta);
	return at[part];
}

static const struct image_case {
	const char *name;
	enum image_part part;
	size_t offset;
	uint32_t flip; /* the bits to change in the four octets there */
	long resize; /* octets to add at the end, or to cut there when negative */
} image_cases[] = {
	{.name = "magic", .part = AT_HEADER, .offset = offsetof(struct shdr, magic), .flip = 1},
	{.name = "image_type",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, img_type),
	 .flip = 1},
	{.name = "image_type_wild",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, img_type),
	 .flip = 0x80000000},
	{.name = "size_zero",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, img_size)}, /* see image_case() */
	{.name = "size_more",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, img_size),
	 .flip = 0x00100000},
	{.name = "size_wild",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, img_size),
	 .flip = 0xff000000},
	{.name = "algorithm",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, algo),
	 .flip = 0x00010000},
	{.name = "hash_size",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, hash_size),
	 .flip = 0x0001},
	{.name = "hash_size_wild",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, hash_size),
	 .flip = 0xff00},
	{.name = "signature_size",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, sig_size),
	 .flip = 0x0001},
	{.name = "signature_size_wild",
	 .part = AT_HEADER,
	 .offset = offsetof(struct shdr, sig_size),
	 .flip = 0xf000},
	{.name = "hash", .part = AT_HASH, .offset = 5, .flip = 0x10},
	{.name = "signature", .part = AT_SIGNATURE, .offset = 77, .flip = 0x01},
	{.name = "uuid",
	 .part = AT_SECOND,
	 .offset = offsetof(struct shdr_bootstrap_ta, uuid),
	 .flip = 0x01},
	{.name = "version",
	 .part = AT_SECOND,
	 .offset = offsetof(struct shdr_bootstrap_ta, ta_version),
	 .flip = 0x01},
	{.name = "elf_changed", .part = AT_ELF, .offset = 0x1010, .flip = 0x01},
	{.name = "cut_in_elf", .part = AT_HEADER, .resize = -100},
	{.name = "cut_in_signature", .part = AT_HEADER, .resize = -1000000},
	{.name = "longer", .part = AT_HEADER, .resize = 16},
};

static void image_case(const struct blob *good, const struct image_case *c)
{
	struct blob b = {malloc(good->size + 64), good->size};
	uint32_t word;
	size_t at;

	if (!b.data)
		die("no memory", c->name);
	memcpy(b.data, good->data, good->size);
	memset(b.data + good->size, 0, 64);
	at = part_offset(good, c->part) + c->offset;
	memcpy(&word, b.data + at, sizeof(word));
	word = !strcmp(c->name, "size_zero") ? 0 : word ^ c->flip;
	memcpy(b.data + at, &word, sizeof(word));
	if (c->resize < 0 && (size_t)-c->resize > good->size)
		b.size = part_offset(good, AT_SIGNATURE) + 10;
	else
		b.size = (size_t)((long)good->size + c->resize);
	store("", c->name, &b);
	free(b.data);
}

/* --- The ELF, signed with the right key ------------------------------------------------------- */

static Elf64_Ehdr *header(struct blob *b)
{
	return (Elf64_Ehdr *)b->data;
}

static Elf64_Phdr *segment(struct blob *b, uint32_t type, uint32_t flags)
{
	Elf64_Phdr *p = (Elf64_Phdr *)(b->data + header(b)->e_phoff);

	for (int n = 0; n < header(b)->e_phnum; n++)
		if (p[n].p_type == type && (p[n].p_flags & flags) == flags)
			return &p[n];
	die("missing in the ELF", "segment");
	return NULL;
}

static Elf64_Dyn *dynamic(struct blob *b, int64_t tag)
{
	Elf64_Dyn *d = (Elf64_Dyn *)(b->data + segment(b, PT_DYNAMIC, 0)->p_offset);

	for (; d->d_tag; d++)
		if (d->d_tag == tag)
			return d;
	die("missing in the ELF", "dynamic entry");
	return NULL;
}

static Elf64_Rela *relocation(struct blob *b)
{
	return (Elf64_Rela *)(b->data + dynamic(b, DT_RELA)->d_un.d_ptr);
}

static void no_elf(struct blob *b)
{
	memset(b->data, 0xa5, b->size);
}

static void tiny(struct blob *b)
{
	b->size = 16;
}

static void machine(struct blob *b)
{
	header(b)->e_machine = EM_AARCH64;
}

static void class32(struct blob *b)
{
	b->data[EI_CLASS] = ELFCLASS32;
}

static void phoff_wild(struct blob *b)
{
	header(b)->e_phoff = UINT64_MAX - 8;
}

static void phnum_wild(struct blob *b)
{
	header(b)->e_phnum = 0xffff;
}

static void offset_wild(struct blob *b)
{
	segment(b, PT_LOAD, PF_X)->p_offset = 1ull << 62;
}

static void offset_wraps(struct blob *b)
{
	segment(b, PT_LOAD, PF_X)->p_offset = UINT64_MAX - 0xfff;
}

static void address_wild(struct blob *b)
{
	segment(b, PT_LOAD, PF_X)->p_vaddr = 0xffff800000001000;
}

static void memory_huge(struct blob *b)
{
	segment(b, PT_LOAD, PF_W)->p_memsz = 1ull << 46;
}

static void file_more_than_memory(struct blob *b)
{
	segment(b, PT_LOAD, PF_X)->p_memsz = 1;
}

static void segments_overlap(struct blob *b)
{
	segment(b, PT_LOAD, PF_W)->p_vaddr = segment(b, PT_LOAD, PF_X)->p_vaddr;
}

static void write_and_execute(struct blob *b)
{
	segment(b, PT_LOAD, PF_W)->p_flags |= PF_X;
}

static void dynamic_wild(struct blob *b)
{
	segment(b, PT_DYNAMIC, 0)->p_vaddr = 1ull << 40;
}

static void symbols_wild(struct blob *b)
{
	dynamic(b, DT_SYMTAB)->d_un.d_ptr = 1ull << 33;
}

static void strings_wild(struct blob *b)
{
	dynamic(b, DT_STRSZ)->d_un.d_val = UINT64_MAX;
}

static void relocations_wild(struct blob *b)
{
	dynamic(b, DT_RELA)->d_un.d_ptr = UINT64_MAX - 7;
}

static void relocations_many(struct blob *b)
{
	dynamic(b, DT_RELASZ)->d_un.d_val = 24ull << 40;
}

static void target_wild(struct blob *b)
{
	relocation(b)->r_offset = 1ull << 44;
}

static void target_in_text(struct blob *b)
{
	relocation(b)->r_offset = segment(b, PT_LOAD, PF_X)->p_vaddr;
}

static void relocation_type(struct blob *b)
{
	relocation(b)->r_info = ELF64_R_INFO(0, R_X86_64_COPY);
}

static const struct elf_case {
	const char *name;
	void (*damage)(struct blob *b);
} elf_cases[] = {
	{"no_elf", no_elf},
	{"tiny", tiny},
	{"machine", machine},
	{"class32", class32},
	{"phoff_wild", phoff_wild},
	{"phnum_wild", phnum_wild},
	{"offset_wild", offset_wild},
	{"offset_wraps", offset_wraps},
	{"address_wild", address_wild},
	{"memory_huge", memory_huge},
	{"file_more_than_memory", file_more_than_memory},
	{"segments_overlap", segments_overlap},
	{"write_and_execute", write_and_execute},
	{"dynamic_wild", dynamic_wild},
	{"symbols_wild", symbols_wild},
	{"strings_wild", strings_wild},
	{"relocations_wild", relocations_wild},
	{"relocations_many", relocations_many},
	{"target_wild", target_wild},
	{"target_in_text", target_in_text},
	{"relocation_type", relocation_type},
};

static void elf_case(const struct blob *good, const struct elf_case *c)
{
	struct blob b = {malloc(good->size), good->size}, image;

	if (!b.data)
		die("no memory", c->name);
	memcpy(b.data, good->data, good->size);
	c->damage(&b);
	image = sign_elf(&b, key);
	store("elf_", c->name, &image);
	free(image.data);
	free(b.data);
}

static void parse_uuid(const char *text)
{
	for (size_t n = 0; n < sizeof(uuid); n++, text += 2) {
		text += *text == '-';
		if (sscanf(text, "%2hhx", &uuid[n]) != 1)
			die("bad UUID", text);
	}
}

int main(int argc, char **argv)
{
	struct blob elf, good, foreign;

	if (argc != 6)
		die("usage", "damage KEY OTHER_KEY UUID ELF OUTDIR");
	key = argv[1];
	parse_uuid(argv[3]);
	elf = load(argv[4]);
	outdir = argv[5];
	good = sign_elf(&elf, key);
	store("", "good", &good);
	for (size_t n = 0; n < sizeof(image_cases) / sizeof(image_cases[0]); n++)
		image_case(&good, &image_cases[n]);
	for (size_t n = 0; n < sizeof(elf_cases) / sizeof(elf_cases[0]); n++)
		elf_case(&elf, &elf_cases[n]);
	foreign = sign_elf(&elf, argv[2]);
	store("", "other_key", &foreign);
	free(foreign.data);
	free(good.data);
	free(elf.data);
	return 0;
}
