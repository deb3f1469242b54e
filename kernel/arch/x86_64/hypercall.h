/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef X86_HYPERCALL_H
#define X86_HYPERCALL_H

#include <include/abi/tee_call.h>

/* Function number and registers of abi/hypercall.h; *r is changed to the results. -> status. */
int64_t arch_hypercall(uint64_t fn, struct tee_regs *r);

#endif
