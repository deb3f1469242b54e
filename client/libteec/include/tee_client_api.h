/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GlobalPlatform TEE Client API 1.0 (GPD_SPE_007), with its errata: how a Linux program calls a
 * Trusted Application.
 *
 * Every function may be called from any thread. A TEEC_Operation and a TEEC_SharedMemory belong
 * to one call at a time, except for TEEC_RequestCancellation. The `imp` members are the
 * library's; they have the size they have in OP-TEE's libteec, and may not be copied from one
 * object to another except together with the whole object. Sizes are in bytes.
 */
#ifndef TEE_CLIENT_API_H
#define TEE_CLIENT_API_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TEEC_CONFIG_PAYLOAD_REF_COUNT  4
#define TEEC_CONFIG_SHAREDMEM_MAX_SIZE ULONG_MAX

/* Parameter types, for TEEC_PARAM_TYPES. */
#define TEEC_NONE		   0x00000000
#define TEEC_VALUE_INPUT	   0x00000001
#define TEEC_VALUE_OUTPUT	   0x00000002
#define TEEC_VALUE_INOUT	   0x00000003
#define TEEC_MEMREF_TEMP_INPUT	   0x00000005
#define TEEC_MEMREF_TEMP_OUTPUT	   0x00000006
#define TEEC_MEMREF_TEMP_INOUT	   0x00000007
#define TEEC_MEMREF_WHOLE	   0x0000000C
#define TEEC_MEMREF_PARTIAL_INPUT  0x0000000D
#define TEEC_MEMREF_PARTIAL_OUTPUT 0x0000000E
#define TEEC_MEMREF_PARTIAL_INOUT  0x0000000F

#define TEEC_PARAM_TYPES(p0, p1, p2, p3) ((p0) | ((p1) << 4) | ((p2) << 8) | ((p3) << 12))
#define TEEC_PARAM_TYPE_GET(types, i)	 (((types) >> ((i)*4)) & 0xF)

/* TEEC_SharedMemory.flags: what the TA may do with it. */
#define TEEC_MEM_INPUT	0x00000001
#define TEEC_MEM_OUTPUT 0x00000002

#define TEEC_SUCCESS			 0x00000000
#define TEEC_ERROR_STORAGE_NOT_AVAILABLE 0xF0100003
#define TEEC_ERROR_GENERIC		 0xFFFF0000
#define TEEC_ERROR_ACCESS_DENIED	 0xFFFF0001
#define TEEC_ERROR_CANCEL		 0xFFFF0002
#define TEEC_ERROR_ACCESS_CONFLICT	 0xFFFF0003
#define TEEC_ERROR_EXCESS_DATA		 0xFFFF0004
#define TEEC_ERROR_BAD_FORMAT		 0xFFFF0005
#define TEEC_ERROR_BAD_PARAMETERS	 0xFFFF0006
#define TEEC_ERROR_BAD_STATE		 0xFFFF0007
#define TEEC_ERROR_ITEM_NOT_FOUND	 0xFFFF0008
#define TEEC_ERROR_NOT_IMPLEMENTED	 0xFFFF0009
#define TEEC_ERROR_NOT_SUPPORTED	 0xFFFF000A
#define TEEC_ERROR_NO_DATA		 0xFFFF000B
#define TEEC_ERROR_OUT_OF_MEMORY	 0xFFFF000C
#define TEEC_ERROR_BUSY			 0xFFFF000D
#define TEEC_ERROR_COMMUNICATION	 0xFFFF000E
#define TEEC_ERROR_SECURITY		 0xFFFF000F
#define TEEC_ERROR_SHORT_BUFFER		 0xFFFF0010
#define TEEC_ERROR_EXTERNAL_CANCEL	 0xFFFF0011
#define TEEC_ERROR_OVERFLOW		 0xFFFF300F
#define TEEC_ERROR_TARGET_DEAD		 0xFFFF3024
#define TEEC_ERROR_STORAGE_NO_SPACE	 0xFFFF3041

/* Names that client programs written for OP-TEE expect in this header. */
#define TEE_ERROR_EXTERNAL_CANCEL   0xFFFF0011
#define TEE_ERROR_OVERFLOW	    0xFFFF300F
#define TEE_ERROR_TARGET_DEAD	    0xFFFF3024
#define TEE_ERROR_STORAGE_NO_SPACE  0xFFFF3041
#define TEE_ERROR_MAC_INVALID	    0xFFFF3071
#define TEE_ERROR_SIGNATURE_INVALID 0xFFFF3072
#define TEE_ERROR_TIME_NOT_SET	    0xFFFF5000
#define TEE_ERROR_TIME_NEEDS_RESET  0xFFFF5001

/* returnOrigin: which layer produced the result. */
#define TEEC_ORIGIN_API		0x00000001
#define TEEC_ORIGIN_COMMS	0x00000002
#define TEEC_ORIGIN_TEE		0x00000003
#define TEEC_ORIGIN_TRUSTED_APP 0x00000004

#define TEEC_LOGIN_PUBLIC	     0x00000000
#define TEEC_LOGIN_USER		     0x00000001
#define TEEC_LOGIN_GROUP	     0x00000002
#define TEEC_LOGIN_APPLICATION	     0x00000004
#define TEEC_LOGIN_USER_APPLICATION  0x00000005
#define TEEC_LOGIN_GROUP_APPLICATION 0x00000006

typedef uint32_t TEEC_Result;

typedef struct {
	uint32_t timeLow;
	uint16_t timeMid;
	uint16_t timeHiAndVersion;
	uint8_t clockSeqAndNode[8];
} TEEC_UUID;

typedef struct {
	struct {
		struct teec_ctx *ctx;
	} imp;
} TEEC_Context;

typedef struct {
	struct {
		struct teec_ctx *ctx;
		uint32_t id;
		uint32_t
			serial; /* of all sessions of the context: ids are used again, this is not */
	} imp;
} TEEC_Session;

typedef struct {
	void *buffer;
	size_t size;
	uint32_t flags; /* TEEC_MEM_* */
	struct {
		int id;
		size_t mapped; /* bytes mapped at `shadow`, or at `buffer` when that is ours */
		void *shadow; /* the TEE's copy of `buffer` when it cannot be shared itself */
		int fd; /* holds the registration, or -1 */
		uint32_t reserved;
	} imp;
} TEEC_SharedMemory;

typedef struct {
	void *buffer; /* NULL with size 0: a null memory reference */
	size_t size;
} TEEC_TempMemoryReference;

typedef struct {
	TEEC_SharedMemory *parent;
	size_t size;
	size_t offset;
} TEEC_RegisteredMemoryReference;

typedef struct {
	uint32_t a;
	uint32_t b;
} TEEC_Value;

typedef union {
	TEEC_TempMemoryReference tmpref;
	TEEC_RegisteredMemoryReference memref;
	TEEC_Value value;
} TEEC_Parameter;

typedef struct {
	uint32_t started; /* 0 before the call when another thread may cancel it */
	uint32_t paramTypes;
	TEEC_Parameter params[TEEC_CONFIG_PAYLOAD_REF_COUNT];
	struct {
		int fd;
		uint32_t session;
	} imp;
} TEEC_Operation;

/*
 * Connects to a TEE. name: NULL for the first GlobalPlatform TEE of this machine, "optee-tz" or
 * "merlon" for the first that speaks OP-TEE's protocol, or the path of a device.
 * TEEC_ERROR_ITEM_NOT_FOUND: there is none. TEEC_ERROR_ACCESS_DENIED: there is, but this user may
 * not open it.
 */
TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context);

/* Ends a context whose sessions are closed and whose shared memory is released. NULL is allowed. */
void TEEC_FinalizeContext(TEEC_Context *context);

/*
 * Shares the caller's own memory (`buffer`, `size` and `flags` are in). The buffer must stay
 * where it is until TEEC_ReleaseSharedMemory. When Linux cannot pin it, a copy is kept beside it
 * and brought up to date around each call.
 */
TEEC_Result TEEC_RegisterSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem);

/* Makes new shared memory of `size` with `flags`; sets `buffer`. */
TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem);

/* Ends what Register or Allocate made. Not while an operation uses it. NULL is allowed. */
void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *sharedMemory);

/*
 * Opens a session with the TA `destination`. connectionData: pointer to a gid_t for the GROUP
 * methods, else NULL. operation and returnOrigin may be NULL.
 */
TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session,
			     const TEEC_UUID *destination, uint32_t connectionMethod,
			     const void *connectionData, TEEC_Operation *operation,
			     uint32_t *returnOrigin);

/* NULL is allowed. */
void TEEC_CloseSession(TEEC_Session *session);

/*
 * Runs a command of the TA. Output sizes are updated: to the bytes written, or, with
 * TEEC_ERROR_SHORT_BUFFER, to the bytes that would be needed. operation and returnOrigin may
 * be NULL.
 */
TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t commandID, TEEC_Operation *operation,
			       uint32_t *returnOrigin);

/*
 * Asks that an operation ends early; a hint, which the TA may ignore. When the operation has not
 * started (`started` is 0), it will return TEEC_ERROR_CANCEL as soon as it is.
 */
void TEEC_RequestCancellation(TEEC_Operation *operation);

#ifdef __cplusplus
}
#endif
#endif
