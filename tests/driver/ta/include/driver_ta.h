/* SPDX-License-Identifier: BSD-2-Clause */
/* A TA that does what a driver must be able to live with. */
#ifndef DRIVER_TA_H
#define DRIVER_TA_H

/* 6d65726c-6f6e-4452-8000-000000000001 */
#define DRIVER_TA_UUID                                                 \
	{                                                              \
		0x6d65726c, 0x6f6e, 0x4452,                            \
		{                                                      \
			0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01 \
		}                                                      \
	}

#define DRIVER_CMD_NULL 0
/* Never returns. */
#define DRIVER_CMD_SPIN 1
/* Waits params[0].value.a milliseconds; value.b: it can be cancelled. */
#define DRIVER_CMD_WAIT	 2
#define DRIVER_CMD_PANIC 3
/* params[0]: memref inout. Adds 1 to each byte. */
#define DRIVER_CMD_ADD 4

#endif
