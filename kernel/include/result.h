/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GP result codes and origins, for what crosses the edge of the kernel. Inside, errors are
 * -MERLON_E*; result_from_errno() translates at the edge.
 */
#ifndef KERNEL_RESULT_H
#define KERNEL_RESULT_H

#include <stdint.h>

#define TEE_SUCCESS		  0u
#define TEE_ERROR_GENERIC	  0xffff0000u
#define TEE_ERROR_ACCESS_DENIED	  0xffff0001u
#define TEE_ERROR_CANCEL	  0xffff0002u
#define TEE_ERROR_ACCESS_CONFLICT 0xffff0003u
#define TEE_ERROR_BAD_PARAMETERS  0xffff0006u
#define TEE_ERROR_BAD_STATE	  0xffff0007u
#define TEE_ERROR_ITEM_NOT_FOUND  0xffff0008u
#define TEE_ERROR_NOT_SUPPORTED	  0xffff000au
#define TEE_ERROR_OUT_OF_MEMORY	  0xffff000cu
#define TEE_ERROR_BUSY		  0xffff000du
#define TEE_ERROR_COMMUNICATION	  0xffff000eu
#define TEE_ERROR_EXTERNAL_CANCEL 0xffff0011u
#define TEE_ERROR_TARGET_DEAD	  0xffff3024u

#define TEE_ORIGIN_COMMS       2u
#define TEE_ORIGIN_TEE	       3u
#define TEE_ORIGIN_TRUSTED_APP 4u

/* err: 0 or -MERLON_E*. */
uint32_t result_from_errno(int64_t err);

#endif
