/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What services use beyond the GP API. They are part of the TEE: system calls are theirs to
 * make (runtime/crt/syscall.h), and the kernel checks their privileges.
 */
#ifndef RUNTIME_SERVICE_H
#define RUNTIME_SERVICE_H

#include "abi/syscall.h"

/* The upcall that runs on the calling thread. */
struct merlon_call *svc_call(void);

#endif
