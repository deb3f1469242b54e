/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: mkteeimg OUT KERNEL RUNTIME.img [NAME,UUID,PRIV[+PRIV...],FILE.elf]...
 *
 * Packs a TEE image (abi/boot.h): the kernel's flat binary, which begins with a struct
 * tee_image_header, then the boot image with the runtime and the services.
 * PRIV: none, rpc, loader, concurrent.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "abi/boot.h"

#define PAGE	 4096ull
#define MAX_ENTS 32

struct blob {
	uint8_t *bytes;
	size_t size;
};

static const struct {
	const char *name;
	uint32_t bit;
} privs[] = {
	{"none", 0},
	{"rpc", PRIV_RPC},
	{"loader", PRIV_LOADER},
	{"concurrent", PRIV_CONCURRENT},
};

static struct boot_entry entries[MAX_ENTS];
static struct blob blobs[MAX_ENTS];
static uint32_t count;

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE - 1) & ~(PAGE - 1);
}

static struct blob read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct blob b;
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) <= 0)
		err(1, "%s", path);
	rewind(f);
	b.size = len;
	b.bytes = malloc(b.size);
	if (!b.bytes || fread(b.bytes, 1, b.size, f) != b.size)
		err(1, "%s", path);
	fclose(f);
	return b;
}

static void parse_uuid(const char *text, uint8_t uuid[16])
{
	unsigned int n = 0;
	int used;

	while (*text && n < 16) {
		if (*text == '-')
			text++;
		if (sscanf(text, "%2hhx%n", &uuid[n], &used) != 1 || used != 2)
			break;
		text += 2;
		n++;
	}
	if (n != 16 || *text)
		errx(2, "bad UUID");
}

static uint32_t parse_priv(char *text)
{
	uint32_t bits = 0;

	for (char *p = strtok(text, "+"); p; p = strtok(NULL, "+")) {
		size_t i;

		for (i = 0; i < sizeof(privs) / sizeof(privs[0]); i++) {
			if (!strcmp(privs[i].name, p))
				break;
		}
		if (i == sizeof(privs) / sizeof(privs[0]))
			errx(2, "unknown privilege %s", p);
		bits |= privs[i].bit;
	}
	return bits;
}

static struct boot_entry *add(const char *name, const char *file, uint32_t type)
{
	struct boot_entry *e = &entries[count];

	if (count == MAX_ENTS)
		errx(1, "more than %d entries", MAX_ENTS);
	if (strlen(name) >= sizeof(e->name))
		errx(2, "name too long: %s", name);
	strcpy(e->name, name);
	e->type = type;
	blobs[count] = read_file(file);
	e->size = blobs[count].size;
	count++;
	return e;
}

static void add_service(char *arg)
{
	char *name = strtok(arg, ","), *uuid = strtok(NULL, ",");
	char *priv = strtok(NULL, ","), *file = strtok(NULL, ",");
	struct boot_entry *e;

	if (!file)
		errx(2, "want NAME,UUID,PRIV,FILE");
	e = add(name, file, BOOT_SERVICE);
	parse_uuid(uuid, e->uuid);
	e->priv = parse_priv(priv);
}

/* Gives every entry its place; returns the size of the boot image. */
static uint64_t lay_out(void)
{
	uint64_t offset = page_up(sizeof(struct boot_image) + count * sizeof(entries[0]));

	for (uint32_t i = 0; i < count; i++) {
		entries[i].offset = offset;
		offset += page_up(entries[i].size);
	}
	return offset;
}

static void put(FILE *f, uint64_t offset, const void *bytes, size_t size)
{
	if (fseek(f, offset, SEEK_SET) || fwrite(bytes, 1, size, f) != size)
		err(1, "write");
}

static void check_kernel(const struct blob *kernel, const struct tee_image_header *h,
			 const char *path)
{
	if (kernel->size < sizeof(*h) || h->magic != TEE_IMAGE_MAGIC ||
	    h->header_size != sizeof(*h))
		errx(1, "%s: does not begin with a TEE image header", path);
	if (h->kernel_size != kernel->size || h->kernel_mem < h->kernel_size ||
	    h->entry >= h->kernel_size)
		errx(1, "%s: header says %llu bytes, the file has %zu", path,
		     (unsigned long long)h->kernel_size, kernel->size);
}

int main(int argc, char **argv)
{
	struct boot_image boot = {.magic = BOOT_IMAGE_MAGIC};
	struct tee_image_header header;
	struct blob kernel;
	FILE *f;

	if (argc < 4)
		errx(2, "usage: mkteeimg OUT KERNEL RUNTIME.img [NAME,UUID,PRIV,FILE]...");
	kernel = read_file(argv[2]);
	memcpy(&header, kernel.bytes, sizeof(header));
	check_kernel(&kernel, &header, argv[2]);
	add("runtime", argv[3], BOOT_RUNTIME);
	for (int i = 4; i < argc; i++)
		add_service(argv[i]);
	boot.count = count;
	header.boot_offset = page_up(header.kernel_mem);
	header.boot_size = lay_out();

	f = fopen(argv[1], "wb");
	if (!f)
		err(1, "%s", argv[1]);
	put(f, 0, kernel.bytes, kernel.size);
	put(f, 0, &header, sizeof(header));
	put(f, header.boot_offset, &boot, sizeof(boot));
	put(f, header.boot_offset + sizeof(boot), entries, count * sizeof(entries[0]));
	for (uint32_t i = 0; i < count; i++)
		put(f, header.boot_offset + entries[i].offset, blobs[i].bytes, blobs[i].size);
	put(f, header.boot_offset + header.boot_size - 1, "", 1);
	if (fclose(f))
		err(1, "%s", argv[1]);
	return 0;
}
