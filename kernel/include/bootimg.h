/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot image: runtime and services. It comes from whoever built the TEE, but it is checked
 * once at start all the same; a broken one is a panic that says what is wrong.
 */
#ifndef KERNEL_BOOTIMG_H
#define KERNEL_BOOTIMG_H

#include <kernel/include/mm.h>
#include <include/abi/boot.h>

#define BOOT_SERVICES_MAX 16

struct boot_service {
	const struct boot_entry *entry;
	struct memobj *elf;
};

struct boot_seg {
	uint64_t vaddr, mem_size, file_size;
	uint32_t prot;
	struct memobj *obj; /* shared by all processes; NULL: copied for each */
	const uint8_t *bytes;
};

struct boot_runtime {
	uint64_t entry, mem_size;
	unsigned nsegs;
	struct boot_seg segs[RUNTIME_MAX_SEGS];
};

void bootimg_init(const struct tee_boot_info *bi);
const struct boot_service *bootimg_service(const uint8_t uuid[16]);
const struct boot_runtime *bootimg_runtime(void);

#endif
