/* SPDX-License-Identifier: BSD-2-Clause */
/* A TA for tests on the host: each command checks one family of the API from inside. */
#ifndef PROBE_H
#define PROBE_H

/* 5ff5f7a5-5a2f-4f0b-9d0c-0d1f5c3b7a01 */
#define PROBE_UUID                                                     \
	{                                                              \
		0x5ff5f7a5, 0x5a2f, 0x4f0b,                            \
		{                                                      \
			0x9d, 0x0c, 0x0d, 0x1f, 0x5c, 0x3b, 0x7a, 0x01 \
		}                                                      \
	}
#define PROBE_OCTETS                                                                          \
	{                                                                                     \
		0x5f, 0xf5, 0xf7, 0xa5, 0x5a, 0x2f, 0x4f, 0x0b, 0x9d, 0x0c, 0x0d, 0x1f, 0x5c, \
			0x3b, 0x7a, 0x01                                                      \
	}

/*
 * PROBE_CHECK: value in a = which check; TEE_SUCCESS, or TEE_ERROR_GENERIC with the line that
 * failed in the log. PROBE_ECHO: memref in, memref out, upper case. PROBE_PANIC: value in a = which
 * programming error.
 */
enum probe_cmd {
	PROBE_CHECK,
	PROBE_ECHO,
	PROBE_PANIC,
};

/* clang-format changes this list each time that it looks at it. */
/* clang-format off */
#define PROBE_CHECKS(X) \
	X(libc) X(heap) X(memory) X(uuid) X(random) X(time) \
	X(props) X(digest) X(mac) X(cipher) X(ae) X(objects) \
	X(rsa) X(ecc) X(derive) X(copy) X(bigint)
/* clang-format on */

enum probe_check {
#define X(name) CHECK_##name,
	PROBE_CHECKS(X)
#undef X
	CHECK_COUNT
};

enum probe_panic {
	PANIC_EXPLICIT,
	PANIC_DOUBLE_FREE,
	PANIC_OVERRUN,
	PANIC_ABORT,
	PANIC_COUNT
};

#endif
