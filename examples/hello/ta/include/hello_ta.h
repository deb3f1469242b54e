/* SPDX-License-Identifier: BSD-2-Clause */
/* The interface of the hello TA: for the TA and for its clients. */
#ifndef HELLO_TA_H
#define HELLO_TA_H

/* 8aaaf200-2450-11e4-abe2-0002a5d5c51b */
#define HELLO_TA_UUID                                                  \
	{                                                              \
		0x8aaaf200, 0x2450, 0x11e4,                            \
		{                                                      \
			0xab, 0xe2, 0x00, 0x02, 0xa5, 0xd5, 0xc5, 0x1b \
		}                                                      \
	}

/* Adds one: params[0] value inout, a. */
#define HELLO_CMD_INCREMENT 0

/*
 * Turns letters into capitals: params[0] memref in, params[1] memref out of at least the same size
 * (else SHORT_BUFFER and the size needed).
 */
#define HELLO_CMD_CAPITALS 1

#endif
