/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * OP-TEE's public message ABI, written down once: the messages that the Linux driver and the
 * TEE exchange, and the RPC commands that the TEE sends back. Numbers and layouts are those of
 * OP-TEE 4.x, so that its user-space tools keep working; what Merlon does not use is left out.
 *
 * Parameters 0 and 1 of OPEN_SESSION are meta parameters: 0 = TA UUID in value.a/b as sixteen
 * octets, big endian (octets as the UUID is written); 1 = client UUID likewise, value.c = login.
 */
#ifndef ABI_OPTEE_MSG_H
#define ABI_OPTEE_MSG_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define OPTEE_MSG_NONCONTIG_PAGE_SIZE 4096

/* optee_msg_param.attr: type, then flags */
#define OPTEE_MSG_ATTR_TYPE_NONE	 0x0
#define OPTEE_MSG_ATTR_TYPE_VALUE_INPUT	 0x1
#define OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT 0x2
#define OPTEE_MSG_ATTR_TYPE_VALUE_INOUT	 0x3
#define OPTEE_MSG_ATTR_TYPE_RMEM_INPUT	 0x5 /* part of a registered object */
#define OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT	 0x6
#define OPTEE_MSG_ATTR_TYPE_RMEM_INOUT	 0x7
#define OPTEE_MSG_ATTR_TYPE_TMEM_INPUT	 0x9 /* named by address in this message */
#define OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT	 0xa
#define OPTEE_MSG_ATTR_TYPE_TMEM_INOUT	 0xb
#define OPTEE_MSG_ATTR_TYPE_MASK	 0xffull
#define OPTEE_MSG_ATTR_META		 (1ull << 8)
#define OPTEE_MSG_ATTR_NONCONTIG	 (1ull << 9) /* tmem.buf_ptr: a page list, see below */
#define OPTEE_MSG_ATTR_KNOWN \
	(OPTEE_MSG_ATTR_TYPE_MASK | OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_NONCONTIG | (7ull << 16))

#define OPTEE_MSG_LOGIN_PUBLIC		  0u
#define OPTEE_MSG_LOGIN_USER		  1u
#define OPTEE_MSG_LOGIN_GROUP		  2u
#define OPTEE_MSG_LOGIN_APPLICATION	  4u
#define OPTEE_MSG_LOGIN_APPLICATION_USER  5u
#define OPTEE_MSG_LOGIN_APPLICATION_GROUP 6u

struct optee_msg_param_tmem {
	uint64_t buf_ptr; /* physical address; 0 with size 0 is the NULL memref */
	uint64_t size;
	uint64_t shm_ref; /* caller's cookie; names the object in later messages */
};

struct optee_msg_param_rmem {
	uint64_t offs;
	uint64_t size;
	uint64_t shm_ref;
};

struct optee_msg_param_value {
	uint64_t a, b, c;
};

struct optee_msg_param {
	uint64_t attr;
	union {
		struct optee_msg_param_tmem tmem;
		struct optee_msg_param_rmem rmem;
		struct optee_msg_param_value value;
		uint8_t octets[24];
	} u;
};

struct optee_msg_arg {
	uint32_t cmd; /* OPTEE_MSG_CMD_*, or OPTEE_RPC_CMD_* in an RPC argument */
	uint32_t func; /* TA command */
	uint32_t session;
	uint32_t cancel_id;
	uint32_t pad;
	uint32_t ret; /* TEE_Result */
	uint32_t ret_origin;
	uint32_t num_params;
	struct optee_msg_param params[];
};

#define OPTEE_MSG_GET_ARG_SIZE(n) \
	(sizeof(struct optee_msg_arg) + sizeof(struct optee_msg_param) * (n))

/*
 * A page list (NONCONTIG): buf_ptr = address of the first list page, its low 12 bits are the
 * offset of the buffer in the first data page. A list page holds 511 page addresses, then the
 * address of the next list page.
 */
#define OPTEE_MSG_LIST_ENTRIES 511
struct optee_msg_page_list {
	uint64_t pages[OPTEE_MSG_LIST_ENTRIES];
	uint64_t next;
};

#define OPTEE_MSG_CMD_OPEN_SESSION   0
#define OPTEE_MSG_CMD_INVOKE_COMMAND 1
#define OPTEE_MSG_CMD_CLOSE_SESSION  2
#define OPTEE_MSG_CMD_CANCEL	     3 /* session and cancel_id name the call */
#define OPTEE_MSG_CMD_REGISTER_SHM   4 /* params[0]: tmem output, NONCONTIG, shm_ref = new name */
#define OPTEE_MSG_CMD_UNREGISTER_SHM 5 /* params[0]: rmem input, shm_ref */

/* --- RPC: the TEE asks the REE. The REE's answer is as hostile as its messages. ------------ */

/* LOAD_TA: [in] value = TA UUID octets, [out] memref: image; size 0 asks for the size. Supplicant. */
#define OPTEE_RPC_CMD_LOAD_TA 0
#define OPTEE_RPC_CMD_FS      2 /* file system, supplicant */
/* GET_TIME: [out] value a = seconds, b = nanoseconds. Driver. */
#define OPTEE_RPC_CMD_GET_TIME 3
/* NOTIFICATION: [in] value a = WAIT or SEND, b = key, c = timeout in ms (0: none). Driver.
 * A SEND before its WAIT is kept until the WAIT comes. */
#define OPTEE_RPC_CMD_NOTIFICATION  4
#define OPTEE_RPC_NOTIFICATION_WAIT 0
#define OPTEE_RPC_NOTIFICATION_SEND 1
/* SUSPEND: [in] value a = milliseconds. Driver; ends early when the call is cancelled. */
#define OPTEE_RPC_CMD_SUSPEND 5
/* SHM_ALLOC: [in] value a = type, b = bytes, c = alignment; [out, same place] tmem (NONCONTIG),
 * shm_ref names it. SHM_FREE: [in] value a = type, b = shm_ref. */
#define OPTEE_RPC_CMD_SHM_ALLOC	  6
#define OPTEE_RPC_SHM_TYPE_APPL	  0 /* supplicant maps it too */
#define OPTEE_RPC_SHM_TYPE_KERNEL 1
#define OPTEE_RPC_CMD_SHM_FREE	  7
#define OPTEE_RPC_CMD_SOCKET	  10
#define OPTEE_RPC_CMD_SUPP_PLUGIN 12

_Static_assert(sizeof(struct optee_msg_param) == 32, "ABI");
_Static_assert(sizeof(struct optee_msg_arg) == 32, "ABI");
_Static_assert(sizeof(struct optee_msg_page_list) == 4096, "ABI");

#endif
