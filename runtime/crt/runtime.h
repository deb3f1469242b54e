/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the runtime share. */
#ifndef RUNTIME_RUNTIME_H
#define RUNTIME_RUNTIME_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>
#include "abi/log.h"
#include "abi/syscall.h"
#include "runtime/crt/syscall.h"

#define RT_PAGE 4096ul

/* The program of this process, once it is loaded. */
struct rt_program {
	const struct merlon_proc_start *start;
	uintptr_t base; /* where the ELF is */
	size_t size;
	const struct ta_head *head;
	const struct user_ta_property *props; /* may be NULL */
	size_t nprops;
	TEE_Result (*create)(void);
	void (*destroy)(void);
	TEE_Result (*open)(uint32_t types, TEE_Param params[4], void **ctx);
	void (*close)(void *ctx);
	TEE_Result (*invoke)(void *ctx, uint32_t cmd, uint32_t types, TEE_Param params[4]);
	const uintptr_t *init, *fini; /* arrays of functions */
	size_t ninit, nfini;
};

extern struct rt_program rt_program;

/* crt/reloc.c: applies the runtime's own relocations. Before it, no data pointer is valid. */
void rt_relocate_self(void);
/* A symbol that the runtime exports, 0 for none. */
uint64_t rt_lookup(const char *name);

/* elf/elf_load.c: maps, links and describes the program in a sealed memory object. */
TEE_Result rt_load(uint32_t memobj, size_t size, struct rt_program *prog);

/* libc/log.c: one record for each line of the text. */
void rt_log(int level, const char *fmt, ...) __printf(2, 3);
void rt_vlog(int level, const char *fmt, va_list args) __printf(2, 0);

/* A programming error of the TA, in GP's sense: says which function and why, and ends it. */
#define rt_panic(why) rt_panic_in(__func__, why)
void rt_panic_in(const char *func, const char *why) __noreturn;

/* libc/lock.c: for services that several threads enter; free of system calls when uncontended. */
struct rt_lock {
	uint32_t state; /* 0 free, 1 held, 2 held and waited for */
};
void rt_lock(struct rt_lock *lock);
void rt_unlock(struct rt_lock *lock);

/* tee/uuid.c: between GP's struct and octets as a UUID is written. */
void rt_uuid_to_octets(uint8_t octets[16], const TEE_UUID *uuid);
void rt_uuid_from_octets(TEE_UUID *uuid, const uint8_t octets[16]);
#define RT_UUID_TEXT 37
void rt_uuid_text(char text[RT_UUID_TEXT], const uint8_t octets[16]);

/* A negative result of a system call as GP says it. */
TEE_Result rt_result(long err);

#endif
