/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What travels in the six registers of a TEE call, in every seat.
 * In: RDI = TEE_OP_*, the rest per operation. Out: RDI = TEE_RET_* or TEE_E*.
 * Addresses are the caller's guest-physical addresses.
 */
#ifndef ABI_TEE_CALL_H
#define ABI_TEE_CALL_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

struct tee_regs {
	uint64_t rdi, rsi, rdx, rcx, r8, r9;
};

/*
 * ATTACH: RSI = MERLON_ABI_VERSION. A driver starts. All that an earlier driver of the same
 * tenant left (threads, sessions, shared memory) is destroyed first. Idempotent. TEE_EBUSY: a
 * thread of it is still running or had to be interrupted; nothing is attached: ask again.
 * Out: RDI = DONE, RSI = TEE_CAP_*, RDX = most threads, RCX = most bytes of one message.
 */
#define TEE_OP_ATTACH 0
/* DETACH: destroys all that the tenant owns. Idempotent; TEE_EBUSY as ATTACH. Out: RDI = DONE. */
#define TEE_OP_DETACH 1
/*
 * CALL: a standard call. RSI = address of a struct optee_msg_arg (abi/optee_msg.h), 8-byte
 * aligned; RDX = bytes there; RCX = offset in those bytes of the RPC argument, 8-byte aligned,
 * which has room for TEE_RPC_MAX_PARAMS parameters. The whole buffer lies in one 4 KiB page of
 * REE RAM, shared if the seat needs that, and stays valid until the call is DONE or an error.
 * Out: DONE (answer is in the message), RPC or PREEMPTED (RSI = thread token), or an error.
 */
#define TEE_OP_CALL 2
/*
 * RESUME: RSI = thread token of the last RPC or PREEMPTED, on any CPU; RDX = TEE_RESUME_* flags.
 * Out as CALL. A token is good for one RESUME; a used or invented one is TEE_ENOTHREAD. TEE_EBUSY: the
 * thread slept and its time was up, so it runs without you: the token stays good, resume again.
 */
#define TEE_OP_RESUME 3
/* STAT: RSI = TEE_STAT_* (abi/stats.h). Out: RDI = DONE, RSI = value. */
#define TEE_OP_STAT 4
/*
 * MEM_RELEASE: RSI = address of a page, shared with the TEE, that holds RDX page addresses, at most 512,
 * 64 bits each. The TEE relinquishes these pages, so that they can be reclaimed (abi/hypercall.h);
 * those that it does not have are passed over. Out: RDI = DONE; TEE_EBUSY: a call or a registered
 * object uses one, the others were relinquished.
 */
#define TEE_OP_MEM_RELEASE 5

#define TEE_RESUME_CANCEL (1u << 0) /* the client asks for cancellation (as OPTEE_MSG_CMD_CANCEL) */
#define TEE_RESUME_KILL	  (1u << 1) /* the client is gone: end the thread, killing the TA it is in */

#define TEE_RET_DONE	  0
#define TEE_RET_RPC	  1
#define TEE_RET_PREEMPTED 2

#define TEE_EINVAL    ((uint64_t)-22) /* unknown operation, misaligned, or a size out of range */
#define TEE_EADDR     ((uint64_t)-14) /* not REE RAM, or not shared */
#define TEE_EBUSY     ((uint64_t)-16) /* CALL: no free thread: wait for one of your calls to end */
#define TEE_ENOTHREAD ((uint64_t)-3) /* stale, used or invented thread token */
#define TEE_ENOTATT   ((uint64_t)-107) /* ATTACH first */

#define TEE_CAP_MEMREF_NULL (1u << 0)
#define TEE_CAP_REG_MEM	    (1u << 1)

#define TEE_RPC_MAX_PARAMS 4
#define TEE_MSG_MAX_PARAMS 6 /* 2 meta + 4 */

#endif
