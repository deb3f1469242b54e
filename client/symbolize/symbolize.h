/* SPDX-License-Identifier: BSD-2-Clause */
/* merlon-symbolize: the addresses of a TA's crash dump as functions and source lines. */
#ifndef SYMBOLIZE_H
#define SYMBOLIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define UUID_TEXT 36

enum crash_kind {
	CRASH_NONE, /* any other line of the log */
	CRASH_HEAD, /* "crash: pid N uuid UUID ..." */
	CRASH_FRAME, /* "crash: #N 0xADDR NAME+0xOFF" */
};

struct crash_line {
	enum crash_kind kind;
	char uuid[UUID_TEXT + 1]; /* HEAD, lower case */
	unsigned int frame; /* FRAME */
	char module[16]; /* FRAME: "image" or "runtime" */
	uint64_t offset; /* FRAME: from the start of the module */
};

/* --- parse.c: a line of the log, with anything in front of "crash: " ---------------------------- */
void crash_parse(const char *line, struct crash_line *c);

/* --- files.c: which ELF file a frame belongs to ------------------------------------------------- */

/* spec: a directory of UUID.elf files, an ELF file, or UUID=FILE. false: no more room. */
bool files_add(const char *spec);
void files_set_runtime(const char *path);
/* NULL: not known. Valid until the next call. */
const char *files_find(const char *module, const char *uuid);

/* --- lookup.c ------------------------------------------------------------------------------------- */

/* Writes "    function at file:line" lines for an address of an ELF file; false: addr2line failed. */
bool lookup(FILE *to, const char *addr2line, const char *elf, uint64_t addr);

#endif
