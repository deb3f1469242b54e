/* SPDX-License-Identifier: BSD-2-Clause */
/* What a new process asks the loader service. The kernel stamps who asks. */
#ifndef RUNTIME_LOADER_H
#define RUNTIME_LOADER_H

/* 6d65726c-6f6e-4c44-8000-000000000001 */
#define LOADER_UUID                                                                       \
	{                                                                                 \
		0x6d, 0x65, 0x72, 0x6c, 0x6f, 0x6e, 0x4c, 0x44, 0x80, 0, 0, 0, 0, 0, 0, 1 \
	}

/*
 * FETCH: out params[0].value a = handle of a sealed memory object with the ELF of the caller's own
 * UUID at offset 0, b = bytes of the ELF. TEE_ERROR_ITEM_NOT_FOUND: the REE has no such TA;
 * TEE_ERROR_SECURITY: the image is not what was signed.
 */
#define LOADER_CMD_FETCH 0

#endif
