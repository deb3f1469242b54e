/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * System calls and upcalls between the TEE kernel and a process.
 *
 * SYSCALL: RAX = number, RDI RSI RDX R10 R8 R9 = arguments; RAX = result: >= 0, or one of
 * -MERLON_E* below. RCX and R11 are lost, all else is preserved. A bad number is ENOSYS. A bad
 * pointer is EFAULT. Sizes are bytes. Lengths of mappings are rounded up to pages.
 *
 * A process has one address space and any number of sessions. It runs only when called: the
 * kernel makes an upcall (struct merlon_call), and the process ends it with SYS_RETURN. A
 * process without PRIV_CONCURRENT gets one upcall at a time; with it, several, each on a stack
 * and in a call frame of its own.
 *
 * Registers at every upcall: RIP = start->entry chosen by READY (the runtime's own entry for
 * UPCALL_START), RDI = address of this upcall's struct merlon_call, RSI = stack slot number,
 * RSP = 16-byte aligned top of this slot's stack, minus 8. FS base = 0 and the process sets it with
 * WRFSBASE. All other registers are zero, XSAVE state is initial. The call frame lies above the stack
 * in the same slot; both are readable and writable; the page below a stack is never mapped.
 */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

#include <stdint.h>

/* Stack slots of one process: slot numbers are below this. Slot 0 gets UPCALL_START. */
#define MERLON_MAX_SLOTS 64

/* Errors, with Linux's numbers. */
#define MERLON_EPERM	 1
#define MERLON_ENOENT	 2
#define MERLON_EIO	 5
#define MERLON_E2BIG	 7
#define MERLON_EBADF	 9
#define MERLON_EAGAIN	 11
#define MERLON_ENOMEM	 12
#define MERLON_EACCES	 13
#define MERLON_EFAULT	 14
#define MERLON_EBUSY	 16
#define MERLON_EINVAL	 22
#define MERLON_ENOSPC	 28
#define MERLON_ENOSYS	 38
#define MERLON_ETIMEDOUT 110
#define MERLON_ECANCELED 125

#define PROT_NONE  0
#define PROT_READ  1
#define PROT_WRITE 2
#define PROT_EXEC  4

enum merlon_upcall {
	UPCALL_START, /* first code of a new process: load, relocate, then SYS_READY and SYS_RETURN(0).
			 The kernel then sends UPCALL_CREATE. */
	UPCALL_CREATE, /* TA_CreateEntryPoint */
	UPCALL_OPEN, /* TA_OpenSessionEntryPoint */
	UPCALL_INVOKE,
	UPCALL_CLOSE,
	UPCALL_DESTROY,
};

/* Parameter types: the GP values. */
#define PARAM_NONE	    0
#define PARAM_VALUE_INPUT   1
#define PARAM_VALUE_OUTPUT  2
#define PARAM_VALUE_INOUT   3
#define PARAM_MEMREF_INPUT  5
#define PARAM_MEMREF_OUTPUT 6
#define PARAM_MEMREF_INOUT  7

union merlon_param {
	struct {
		uint32_t a, b;
	} value;
	struct {
		uint64_t
			addr; /* in the process that reads this struct; 0 with size 0: NULL memref */
		uint64_t size; /* out: bytes produced, or needed when larger than what was given */
	} mem;
};

/* GP login methods, plus who stands behind them. */
#define LOGIN_TRUSTED_APP 0xf0000000u

struct merlon_identity {
	uint32_t login;
	uint8_t uuid[16]; /* big endian octets; of the client TA when login is TRUSTED_APP */
	uint32_t tenant;
};

/*
 * An upcall's arguments and results, and likewise what SYS_OPEN and SYS_INVOKE take.
 * The kernel reads back only `ctx` (OPEN) and the output parameters.
 */
struct merlon_call {
	uint32_t upcall; /* enum merlon_upcall */
	uint32_t
		session; /* upcall: id of the session at the server; syscall: the caller's handle */
	uint64_t ctx; /* TA's session context pointer: out of OPEN, into INVOKE and CLOSE */
	uint32_t cmd;
	uint32_t types; /* PARAM_* in 4-bit fields, as GP's paramTypes */
	union merlon_param params[4];
	struct merlon_identity client; /* kernel-stamped; ignored in a syscall */
	uint32_t result; /* syscall out: TEE_Result */
	uint32_t origin; /* syscall out: TEE_ORIGIN_* */
	uint32_t timeout_ms; /* syscall in: TEE_TIMEOUT_INFINITE = 0xffffffff */
	uint32_t reserved;
	uint8_t uuid[16]; /* SYS_OPEN in: destination */
};

/*
 * At a fixed place in every process, read only: address in RDX at UPCALL_START only.
 */
#define PROC_NO_ELF ((uint32_t)-1)
struct merlon_proc_start {
	uint64_t runtime_base;
	uint8_t uuid[16]; /* of this process */
	uint32_t priv; /* PRIV_* */
	uint32_t elf; /* memory object of the process's ELF image, or PROC_NO_ELF: ask the loader */
	uint64_t elf_size;
	uint64_t tsc_khz; /* RDTSC is allowed */
	uint32_t tenant;
	uint32_t pid;
	uint64_t random[4]; /* fresh: stack guard, allocator cookies */
};

/* RETURN: RDI = TEE_Result of the upcall. Does not return. */
#define SYS_RETURN 0
/* PANIC: RDI = code. The process dies, its callers get TEE_ERROR_TARGET_DEAD. Does not return. */
#define SYS_PANIC 1
/* LOG: RDI = level (enum merlon_log_level), RSI = text, RDX = bytes (cut at MERLON_LOG_TEXT_MAX). */
#define SYS_LOG 2
/*
 * READY: RDI = struct merlon_ready *. In UPCALL_START only, once. From then on no page becomes
 * executable.
 */
#define SYS_READY 3
struct merlon_ready {
	uint64_t entry; /* of all further upcalls */
	uint64_t image_base; /* where the ELF was put, for crash dumps; 0 for none */
	uint64_t image_size;
	uint32_t flags; /* TA_FLAG_* of abi/ta_image.h */
	uint32_t
		stack_size; /* bytes for each stack slot, at most 1 MiB; takes effect with the next slot */
};

/* --- Memory --- */
/*
 * MAP: RDI = length, RSI = PROT_*, RDX = address or 0. Zeroed private memory, at a random place
 * when the address is 0; otherwise it replaces [address, +length), all of which this process
 * must have mapped already (PROT_NONE reserves, costs no page). Never WRITE with EXEC.
 * Result: address.
 */
#define SYS_MAP 4
/* UNMAP: RDI = address, RSI = length. */
#define SYS_UNMAP 5
/* PROTECT: RDI = address, RSI = length, RDX = PROT_*. EXEC is never added here. */
#define SYS_PROTECT 6
/* MEMOBJ_CREATE: RDI = size. A memory object of zeroed pages. Result: handle. */
#define SYS_MEMOBJ_CREATE 7
/* MEMOBJ_MAP: RDI = handle, RSI = offset (pages), RDX = length, R10 = PROT_*, R8 = address as MAP.
 * An unsealed object maps READ|WRITE; a sealed one READ, and READ|EXEC until READY. */
#define SYS_MEMOBJ_MAP 8
/* MEMOBJ_SEAL: RDI = handle. PRIV_LOADER. EBUSY while a writable mapping of it exists. */
#define SYS_MEMOBJ_SEAL 9
/* MEMOBJ_GRANT: RDI = handle, RSI = server-side session id in an upcall now running. PRIV_LOADER.
 * The client of that session gets a handle of its own. Result: the number in the client. */
#define SYS_MEMOBJ_GRANT 10
/* CLOSE: RDI = handle of a memory object or REE buffer. Mappings of it stay until unmapped. */
#define SYS_CLOSE 11
/* QUERY: RDI = address, RSI = struct merlon_query *. What is mapped there; ENOENT for nothing. */
#define SYS_QUERY 12
#define QUERY_PARAM \
	(1u << 0) /* a memref parameter that came from another owner (GP: "any owner") */
struct merlon_query {
	uint64_t base, size; /* the range with the same answers */
	uint32_t prot;
	uint32_t flags;
};

/* --- Sessions with other TAs and services --- */
/* OPEN: RDI = struct merlon_call * (uuid, types, params, timeout_ms). Result >= 0: handle, when
 * call->result is 0; else 0 with call->result and origin set. Cancellable. */
#define SYS_OPEN 13
/* INVOKE: RDI = struct merlon_call * (session, cmd, types, params, timeout_ms). Memrefs are copied
 * through pages that only caller's kernel copy and callee see, so neighbours of a buffer stay private. */
#define SYS_INVOKE 14
/* CLOSE_SESSION: RDI = handle. */
#define SYS_CLOSE_SESSION 15

/* --- REE --- PRIV_RPC */
/* SHM_ALLOC: RDI = size, RSI = OPTEE_RPC_SHM_TYPE_*, RDX = uint64_t * that gets the address where
 * it is mapped (READ|WRITE, REE can change it at any time). Result: handle. */
#define SYS_SHM_ALLOC 16
/* RPC: RDI = struct merlon_rpc *. */
#define SYS_RPC	      17
#define RPC_NO_BUFFER ((uint32_t)-1)
struct merlon_rpc_param {
	uint32_t type; /* PARAM_* */
	uint32_t handle; /* memref: of SHM_ALLOC; RPC_NO_BUFFER with size 0 is the NULL memref */
	union {
		struct {
			uint64_t a, b, c;
		} value;
		struct {
			uint64_t offset,
				size; /* size out: as the REE says, at most what was given or
						  larger: "needs more" */
			uint64_t reserved;
		} mem;
	} u;
};
struct merlon_rpc {
	uint32_t cmd; /* OPTEE_RPC_CMD_* */
	uint32_t nparams; /* at most 4 */
	uint32_t result; /* out: TEE_Result that the REE gave */
	uint32_t reserved;
	struct merlon_rpc_param params[4];
};

/* --- Time, randomness, cancellation, waiting --- */
/* TIME: RDI = TIME_*, RSI = uint64_t[2] that gets seconds, nanoseconds. */
#define SYS_TIME 18
#define TIME_SYS 0 /* monotonic, since the TEE started */
#define TIME_REE 1 /* Linux's clock: as trustworthy as Linux */
/* SLEEP: RDI = milliseconds (0xffffffff: for ever). ECANCELED when cancelled and not masked. */
#define SYS_SLEEP 19
/* ENTROPY: RDI = buffer, RSI = bytes, at most 256. From the CPU's generator. EIO when it fails. */
#define SYS_ENTROPY 20
/* CANCEL: RDI = CANCEL_*. Result: GET: the flag (0 while masked); MASK and UNMASK: whether it was
 * masked. The mask belongs to the upcall and starts set. */
#define SYS_CANCEL    21
#define CANCEL_GET    0
#define CANCEL_MASK   1
#define CANCEL_UNMASK 2
/* FUTEX_WAIT: RDI = uint32_t *, RSI = value expected (else EAGAIN), RDX = ms or 0xffffffff.
 * Spurious wake-ups happen. */
#define SYS_FUTEX_WAIT 22
/* FUTEX_WAKE: RDI = uint32_t *, RSI = most to wake. Result: woken. */
#define SYS_FUTEX_WAKE 23
#define SYS_COUNT      24

_Static_assert(sizeof(union merlon_param) == 16, "ABI");
_Static_assert(sizeof(struct merlon_identity) == 24, "ABI");
_Static_assert(sizeof(struct merlon_call) == 144, "ABI");
_Static_assert(sizeof(struct merlon_rpc) == 144, "ABI");
_Static_assert(sizeof(struct merlon_proc_start) == 88, "ABI");

#endif
