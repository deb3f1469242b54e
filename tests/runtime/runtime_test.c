/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime image and the loader service as they were built, on an imitated kernel: a TA is
 * signed, fetched, checked, loaded and called; damaged images are refused, each with its line.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "abi/ta_image.h"
#include "tests/runtime/fakekernel.h"
#include "tests/runtime/ta/probe.h"

#define PROBE_ELF BUILD "/tests/runtime/ta/probe.elf"
#define PROBE_TA  BUILD "/tests/runtime/ta/probe.ta"
#define BAD_TA	  BUILD "/tests/runtime/ta/bad.ta"
#define SIGN(args)                                                                            \
	BUILD "/sdk/bin/merlon-sign --uuid 5ff5f7a5-5a2f-4f0b-9d0c-0d1f5c3b7a01 --version 0 " \
	      "--key " KEY " " args " >/dev/null"
#define STACK_PROMISED (16u << 10) /* crt/start.c gives more, for larger keys */
#define MAX_FILE       (4u << 20)
#define BAD_FORMAT     0xffff0005u
#define NOT_FOUND      0xffff0008u
#define SECURITY       0xffff000fu
#define ACCESS_DENIED  0xffff0001u
#define TARGET_DEAD    0xffff3024u

static const uint8_t probe_uuid[16] = PROBE_OCTETS;
static uint8_t *image, *damaged;
static size_t image_size;
static struct fake_proc *loader;

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc(MAX_FILE);

	if (!f || !bytes)
		return NULL;
	*size = fread(bytes, 1, MAX_FILE, f);
	fclose(f);
	return bytes;
}

static int set_up(void **state)
{
	static const uint8_t uuid[16] = {0x6d, 0x65, 0x72, 0x6c, 0x6f, 0x6e, 0x4c, 0x44,
					 0x80, 0,    0,	   0,	 0,    0,    0,	   1};
	struct merlon_call call = {0};
	uint32_t result;
	uint8_t *elf;
	size_t size;

	if (!fake_init(BUILD "/runtime/runtime.img")) {
		print_error("this host has no syscall user dispatch (Linux 5.11 on x86-64)\n");
		return -1;
	}
	if (system(SIGN("--in " PROBE_ELF " --out " PROBE_TA)))
		return -1;
	elf = read_file(BUILD "/services/loader/loader.stripped", &size);
	image = read_file(PROBE_TA, &image_size);
	damaged = malloc(MAX_FILE);
	if (!elf || !image || !damaged)
		return -1;
	loader = fake_start(uuid, elf, size, &result);
	free(elf);
	if (result || fake_call(loader, UPCALL_CREATE, &call))
		return -1;
	fake_set_loader(loader);
	return 0;
}

static struct fake_proc *start_probe(uint32_t want)
{
	struct merlon_call call = {0};
	struct fake_proc *p;
	uint32_t result;

	fake_log[0] = 0;
	p = fake_start(probe_uuid, NULL, 0, &result);
	assert_int_equal(result, want);
	if (want) {
		fake_end(p);
		return NULL;
	}
	assert_int_equal(fake_call(p, UPCALL_CREATE, &call), 0);
	assert_int_equal(fake_call(p, UPCALL_OPEN, &call), 0);
	return p;
}

static void test_load(void **state)
{
	struct merlon_call call = {.cmd = PROBE_ECHO};
	char in[] = "merlon", out[16] = {0};
	struct fake_proc *p;

	fake_set_ree_ta(image, image_size);
	p = start_probe(0);
	call.types = PARAM_MEMREF_INPUT | PARAM_MEMREF_OUTPUT << 4;
	call.params[0].mem.addr = (uintptr_t)in;
	call.params[0].mem.size = 6;
	call.params[1].mem.addr = (uintptr_t)out;
	call.params[1].mem.size = sizeof(out);
	assert_int_equal(fake_call(p, UPCALL_INVOKE, &call), 0);
	assert_string_equal(out, "MERLON");
	assert_int_equal(call.params[1].mem.size, 6);
	assert_int_equal(fake_call(p, UPCALL_CLOSE, &call), 0);
	assert_int_equal(fake_call(p, UPCALL_DESTROY, &call), 0);
	fake_end(p);
}

static void test_api(void **state)
{
	static const char *const names[] = {
#define X(name) #name,
		PROBE_CHECKS(X)
#undef X
	};
	struct fake_proc *p;

	fake_set_ree_ta(image, image_size);
	p = start_probe(0);
	for (uint32_t i = 0; i < CHECK_COUNT; i++) {
		struct merlon_call call = {.cmd = PROBE_CHECK, .types = PARAM_VALUE_INPUT};

		call.params[0].value.a = i;
		if (fake_call(p, UPCALL_INVOKE, &call))
			fail_msg("%s: %s", names[i], fake_log);
		if (fake_stack_used(p) > STACK_PROMISED)
			fail_msg("%s: %zu bytes of stack", names[i], fake_stack_used(p));
	}
	fake_end(p);
}

static void test_panics(void **state)
{
	static const char *const log[PANIC_COUNT] = {
		[PANIC_EXPLICIT] = "TEE_Panic(0x1234)",
		[PANIC_DOUBLE_FREE] = "heap corrupted, or freed twice",
		[PANIC_OVERRUN] = "stack overrun detected",
		[PANIC_ABORT] = "abort()",
	};

	fake_set_ree_ta(image, image_size);
	for (uint32_t i = 0; i < PANIC_COUNT; i++) {
		struct merlon_call call = {.cmd = PROBE_PANIC, .types = PARAM_VALUE_INPUT};
		struct fake_proc *p = start_probe(0);

		call.params[0].value.a = i;
		assert_int_equal(fake_call(p, UPCALL_INVOKE, &call), TARGET_DEAD);
		assert_true(fake_panicked);
		assert_string_equal(fake_log, log[i]);
		fake_end(p);
	}
}

/* One byte flipped at `offset`. */
static void refuse_flipped(size_t offset, const char *why)
{
	memcpy(damaged, image, image_size);
	damaged[offset] ^= 0x40;
	fake_set_ree_ta(damaged, image_size);
	start_probe(SECURITY);
	assert_string_equal(fake_log, why);
}

static void test_damage(void **state)
{
	const struct shdr *h = (const void *)image;
	size_t sig = sizeof(*h) + h->hash_size, boot = sig + h->sig_size;

	refuse_flipped(offsetof(struct shdr, magic), "TA refused: no signed header (bad magic)");
	refuse_flipped(offsetof(struct shdr, img_type),
		       "TA refused: image type is not a bootstrap TA");
	refuse_flipped(offsetof(struct shdr, img_size) + 3, "TA refused: ELF size out of range");
	refuse_flipped(offsetof(struct shdr, algo),
		       "TA refused: signature algorithm is not RSA-PSS with SHA-256");
	refuse_flipped(offsetof(struct shdr, hash_size),
		       "TA refused: hash size is not that of SHA-256");
	refuse_flipped(offsetof(struct shdr, sig_size) + 1,
		       "TA refused: signature size out of range");
	refuse_flipped(sizeof(*h), "TA refused: bad signature");
	refuse_flipped(sig + 7, "TA refused: bad signature");
	refuse_flipped(boot, "TA refused: image is of another TA (UUID)");
	refuse_flipped(boot + offsetof(struct shdr_bootstrap_ta, ta_version),
		       "TA refused: hash does not match");
	refuse_flipped(image_size - 1, "TA refused: hash does not match");
	fake_set_ree_ta(image, image_size - 1);
	start_probe(SECURITY);
	assert_string_equal(fake_log, "TA refused: truncated");
	fake_set_ree_ta(NULL, 0);
	start_probe(NOT_FOUND);
}

/* Well signed, but its code lies at a wild address. */
static void test_bad_elf(void **state)
{
	const char *path = BUILD "/tests/runtime/ta/bad.elf";
	uint8_t *elf, *ta;
	Elf64_Phdr *ph;
	size_t size;
	FILE *f;

	elf = read_file(PROBE_ELF, &size);
	assert_non_null(elf);
	ph = (Elf64_Phdr *)(elf + ((Elf64_Ehdr *)elf)->e_phoff);
	ph[1].p_vaddr += 1ull << 46;
	f = fopen(path, "wb");
	assert_true(f && fwrite(elf, 1, size, f) == size && !fclose(f));
	free(elf);
	assert_int_equal(system(SIGN("--in " BUILD "/tests/runtime/ta/bad.elf --out " BAD_TA)), 0);
	ta = read_file(BAD_TA, &size);
	fake_set_ree_ta(ta, size);
	start_probe(BAD_FORMAT);
	assert_string_equal(fake_log, "ELF refused: segment at a wild address");
	free(ta);
}

/* Linux names the loader's UUID too. */
static void test_loader_is_private(void **state)
{
	struct merlon_call call = {0};

	assert_int_equal(fake_call(loader, UPCALL_OPEN, &call), ACCESS_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),	cmocka_unit_test(test_api),
		cmocka_unit_test(test_panics),	cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bad_elf), cmocka_unit_test(test_loader_is_private),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
