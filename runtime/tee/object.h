/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transient objects. Every attribute is kept as GP gives it: octets, big endian, or two values.
 * Whoever computes with a key makes what Mbed TLS wants from them (runtime/crypto/key.h).
 */
#ifndef RUNTIME_OBJECT_H
#define RUNTIME_OBJECT_H

#include "runtime/crt/runtime.h"

#define OBJ_MAX_ATTRS 8

struct obj_attr {
	uint32_t id; /* 0: absent */
	uint32_t a, b; /* a value attribute's */
	uint8_t *bytes; /* a buffer attribute's; from malloc */
	size_t len;
};

enum obj_need {
	NEED_NONE,
	NEED_ALWAYS, /* to populate the object */
	NEED_GROUP, /* all or none of these */
};

/* What a type of object consists of. */
struct obj_type {
	uint32_t type;
	uint16_t min, max, step; /* sizes in bits; step 0: only the two */
	struct {
		uint32_t id; /* 0 ends the list */
		uint32_t need;
	} attrs[OBJ_MAX_ATTRS];
};

struct __TEE_ObjectHandle {
	TEE_ObjectInfo info;
	const struct obj_type *type;
	struct obj_attr attrs[OBJ_MAX_ATTRS]; /* in the order of type->attrs */
};

/* objtype.c */
const struct obj_type *obj_type_find(uint32_t type);
bool obj_size_ok(const struct obj_type *t, uint32_t bits);
/* DES sizes may be written without their parity bits: the size with them. */
uint32_t obj_bits(const struct obj_type *t, uint32_t bits);

/* object.c. NULL when the object has no such attribute. */
const struct obj_attr *obj_get(const struct __TEE_ObjectHandle *o, uint32_t id);
/* Copies octets in; false: no memory. The type must have the attribute. */
bool obj_set_bytes(struct __TEE_ObjectHandle *o, uint32_t id, const void *bytes, size_t len);
void obj_set_value(struct __TEE_ObjectHandle *o, uint32_t id, uint32_t a, uint32_t b);
/* The object has its attributes: it has this size from now on. */
void obj_done(struct __TEE_ObjectHandle *o, uint32_t bits);
/* Wipes the attributes. */
void obj_clear(struct __TEE_ObjectHandle *o);
/* A copy with the same attributes; NULL: no memory. */
struct __TEE_ObjectHandle *obj_clone(const struct __TEE_ObjectHandle *o);
void obj_free(struct __TEE_ObjectHandle *o);

/* A parameter of GP's attribute lists, NULL: absent. */
const TEE_Attribute *attr_find(const TEE_Attribute *attrs, uint32_t count, uint32_t id);

/* Wipes and frees. */
void rt_wipe_free(void *p, size_t len);

#endif
