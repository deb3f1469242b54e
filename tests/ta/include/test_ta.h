/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test TAs' interface. "v0" is params[0] as a value, "m0" as a memory reference. A command
 * that is called with other parameter types returns BAD_PARAMETERS.
 */
#ifndef TEST_TA_H
#define TEST_TA_H

/* clang-format off */
#define TEST_TA_UUID_(n) { 0x6d65726c, 0x6f6e, 0x5445, { 0x80, 0, 0, 0, 0, 0, 0, (n) } }
/* clang-format on */
#define TEST_TA_UUID   TEST_TA_UUID_(1)
#define SINGLE_TA_UUID TEST_TA_UUID_(2)
#define LONE_TA_UUID   TEST_TA_UUID_(3)
#define KEEP_TA_UUID   TEST_TA_UUID_(4)

/* At open: with v0 in, result v0.a (not 0) refuses the session; v0.a = 0 and v1 inout: v1.a + 1. */

enum test_command {
	TEST_NOP, /* any types; touches nothing */
	TEST_VALUES, /* v0 in, v1 out, v2 inout: v1 = v0 with a and b exchanged; v2.a += v0.a, .b ^= */
	TEST_COPY, /* m0 in, m1 out: SHORT_BUFFER with the size needed when m1 is too small */
	TEST_XOR, /* m0 inout: each byte ^= 0x5a */
	TEST_DESCRIBE, /* v3 out: a = types, b = bit n set when memref n has a buffer (not NULL) */
	TEST_SIZE, /* m0 out or inout, v1 in: m0.size = v1.a, result v1.b */
	TEST_RESULT, /* v0 in: result v0.a */
	TEST_PANIC, /* v0 in: TEE_Panic(v0.a) */
	TEST_FAULT, /* v0 in: a = enum test_fault */
	TEST_LOOP, /* loops for ever, ignoring cancellation */
	TEST_WAIT, /* v0 in: unmasks cancellation, TEE_Wait(v0.a); the result of TEE_Wait */
	TEST_WAIT_MASKED, /* v0 in: TEE_Wait(v0.a) with cancellation masked */
	TEST_SPIN, /* unmasks, loops until the cancellation flag; TEE_ERROR_CANCEL */
	TEST_COUNT, /* v0 out: a = calls of this command in this instance, b = in this session */
	TEST_REGS_FILL, /* v0 in: leaves a pattern made of v0.a in XMM/YMM registers */
	TEST_REGS_FIND, /* v0 inout: in a; in b = 1: fills first (can it find at all?); out b = registers
			   that hold that pattern */
	TEST_CALL, /* m0 in: 16 octets UUID, v1 in: command (a), v2 inout: TA-to-TA, v2 passed on;
		      v3 out: result, origin */
	TEST_TIME, /* v0 out: system time (s, ms), v1 out: REE time */
	TEST_HEAP, /* v0 in: a = allocations of b bytes, all at once, written, freed */
	TEST_LOG, /* m0 in: as a line of the log */
	TEST_IDENTITY, /* v0 out: a = login; m1 out: 16 octets UUID */
	TEST_WORK, /* v0 in: a rounds of arithmetic */
	TEST_RIGHTS, /* m0 in, m1 out, v2 out: a = bit mask of TEE_CheckMemoryAccessRights that held:
			1 read m0, 2 write m0, 4 write m1, 8 exclusive m0, 16 private stack */
	TEST_STACK, /* v0 in: uses a bytes of stack */
	TEST_TICK, /* v0 in: b times TEE_Wait(a); m1 inout: its first word counts them */
};

enum test_fault {
	FAULT_READ_NULL,
	FAULT_WRITE_NULL,
	FAULT_WRITE_CODE,
	FAULT_RUN_DATA,
	FAULT_RUN_STACK,
	FAULT_RUN_HEAP,
	FAULT_UNDEFINED,
	FAULT_DIVIDE,
	FAULT_INT3,
	FAULT_INT80,
	FAULT_PRIVILEGED,
	FAULT_PORT,
	FAULT_NONCANONICAL,
	FAULT_KERNEL_READ,
	FAULT_STACK_OVERFLOW,
	FAULT_CANARY,
	FAULT_HYPERCALL,
	FAULT_RELRO,
	FAULT_COUNT
};

#define TEST_FAULT_NAMES                                                                      \
	{                                                                                     \
		"read NULL", "write NULL", "write code", "run data", "run stack", "run heap", \
			"undefined instruction", "divide by zero", "int3", "int 0x80",        \
			"privileged instruction", "I/O port", "noncanonical address",         \
			"read kernel address", "stack overflow", "stack canary", "hypercall", \
			"write relocated constants",                                          \
	}

#endif
