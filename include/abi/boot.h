/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * How a TEE image is laid out and started, in every seat, and the boot image inside it.
 *
 * Start: the vCPU is in 32-bit protected mode, flat segments, paging off, interrupts off.
 *   first vCPU:  EAX = TEE_BOOT_MAGIC,    EBX = physical address of struct tee_boot_info
 *   other vCPUs: EAX = TEE_BOOT_AP_MAGIC, EBX = CPU number; started once the first vCPU has
 *                made its first TEE_RETURN; they may be started at the same time
 * Entry address = where the image was loaded + tee_image_header.entry. The image is loaded at
 * tee_base, which is 2 MiB aligned and below 4 GiB.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

#include <stdint.h>

#define TEE_BOOT_MAGIC	  0x314e4c4d /* "MLN1" */
#define TEE_BOOT_AP_MAGIC 0x504e4c4d /* "MLNP" */

#define TEE_IMAGE_MAGIC 0x45455454494c524dull

/* At offset 0 of the TEE image file. Offsets are from the start of the file. */
struct tee_image_header {
	uint64_t magic;
	uint32_t header_size;
	uint32_t entry; /* offset of the 32-bit entry */
	uint64_t kernel_size; /* bytes of kernel text and data in the file */
	uint64_t kernel_mem; /* bytes it needs in memory from the load address, .bss included */
	uint64_t boot_offset; /* of struct boot_image, page aligned, >= kernel_mem */
	uint64_t boot_size;
};
/* boot_offset >= kernel_mem: the file is loaded in one piece and .bss overlaps nothing. */

#define TEE_MAX_RANGES 32
#define TEE_MAX_CPUS   8

struct tee_range {
	uint64_t base, size; /* bytes, page aligned */
};

struct tee_boot_info {
	uint32_t magic; /* TEE_BOOT_MAGIC */
	uint32_t size; /* of this struct */
	uint32_t seat; /* MERLON_SEAT_* */
	uint32_t ncpus;
	uint64_t tee_base, tee_size; /* the TEE's own RAM; the image is at tee_base */
	uint64_t image_size; /* bytes of the image file */
	uint64_t log_base, log_size; /* the TEE's log ring, outside tee_base..tee_size, zeroed */
	uint64_t tsc_khz;
	uint32_t log_level; /* most verbose enum merlon_log_level to keep */
	uint32_t nranges;
	struct tee_range ree[TEE_MAX_RANGES]; /* REE RAM that messages may name, sorted, disjoint */
};

/* --- The boot image: what the kernel starts without parsing a file format ---------------- */

#define BOOT_IMAGE_MAGIC 0x474d4954424e4c4dull
#define BOOT_NAME_MAX	 16

enum boot_type {
	BOOT_RUNTIME = 1, /* struct runtime_image, exactly one */
	BOOT_SERVICE = 2, /* an ELF file; only the runtime, in ring 3, reads it */
};

/* Privileges of a service, checked by the kernel at each syscall. TAs have none. */
#define PRIV_RPC	(1u << 0) /* may make RPCs to the REE */
#define PRIV_LOADER	(1u << 1) /* may seal memory objects executable and grant them */
#define PRIV_CONCURRENT (1u << 2) /* may be entered by several threads at once */

struct boot_entry {
	uint8_t uuid[16]; /* as in a message: see optee_msg.h, big endian octets */
	char name[BOOT_NAME_MAX]; /* NUL terminated */
	uint32_t type;
	uint32_t priv;
	uint64_t offset; /* from the start of struct boot_image, page aligned */
	uint64_t size; /* bytes; the rest of the last page is zero */
};

struct boot_image {
	uint64_t magic;
	uint32_t count;
	uint32_t reserved;
	struct boot_entry entries[];
};

#define RUNTIME_MAGIC	 0x4d495452u /* "RTIM" */
#define RUNTIME_MAX_SEGS 6

/*
 * The runtime image: page-aligned segments, ready to map. Segments that are not writable are
 * shared by all processes; a writable one is copied for each process. The runtime relocates
 * itself, so the kernel may place it anywhere.
 */
struct runtime_image {
	uint32_t magic;
	uint32_t nsegs;
	uint64_t entry; /* offset of the entry from the runtime's base */
	uint64_t mem_size; /* bytes of address space, page aligned */
	struct {
		uint64_t offset; /* in this blob, page aligned */
		uint64_t vaddr; /* from the runtime's base, page aligned */
		uint64_t file_size; /* bytes present in the blob; the rest up to mem_size is zero */
		uint64_t mem_size;
		uint32_t prot; /* PROT_* of abi/syscall.h */
		uint32_t reserved;
	} segs[RUNTIME_MAX_SEGS];
};

_Static_assert(sizeof(struct tee_image_header) == 48, "ABI");
_Static_assert(sizeof(struct boot_entry) == 56, "ABI");
_Static_assert(sizeof(struct boot_image) == 16, "ABI");
_Static_assert(sizeof(struct runtime_image) == 24 + 40 * RUNTIME_MAX_SEGS, "ABI");

#endif
