/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, sections 5.4 to 5.6: transient objects. */
#include <stdlib.h>
#include <string.h>
#include <mbedtls/platform_util.h>
#include "runtime/crypto/key.h"
#include "runtime/tee/object.h"

#define USAGE_ALL 0xffffffffu

void rt_wipe_free(void *p, size_t len)
{
	if (p)
		mbedtls_platform_zeroize(p, len);
	free(p);
}

/* Where an attribute of this type is kept; NULL: the type has none such. */
static struct obj_attr *slot(struct __TEE_ObjectHandle *o, uint32_t id)
{
	for (unsigned int i = 0; i < OBJ_MAX_ATTRS && o->type->attrs[i].id; i++) {
		if (o->type->attrs[i].id == id)
			return &o->attrs[i];
	}
	return NULL;
}

const struct obj_attr *obj_get(const struct __TEE_ObjectHandle *o, uint32_t id)
{
	for (unsigned int i = 0; i < OBJ_MAX_ATTRS; i++) {
		if (o->attrs[i].id == id)
			return &o->attrs[i];
	}
	return NULL;
}

bool obj_set_bytes(struct __TEE_ObjectHandle *o, uint32_t id, const void *bytes, size_t len)
{
	struct obj_attr *a = slot(o, id);
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return false;
	memcpy(copy, bytes, len);
	rt_wipe_free(a->bytes, a->len);
	*a = (struct obj_attr){.id = id, .bytes = copy, .len = len};
	return true;
}

void obj_set_value(struct __TEE_ObjectHandle *o, uint32_t id, uint32_t a, uint32_t b)
{
	*slot(o, id) = (struct obj_attr){.id = id, .a = a, .b = b};
}

void obj_done(struct __TEE_ObjectHandle *o, uint32_t bits)
{
	o->info.objectSize = bits;
	o->info.handleFlags |= TEE_HANDLE_FLAG_INITIALIZED;
}

void obj_clear(struct __TEE_ObjectHandle *o)
{
	for (unsigned int i = 0; i < OBJ_MAX_ATTRS; i++)
		rt_wipe_free(o->attrs[i].bytes, o->attrs[i].len);
	memset(o->attrs, 0, sizeof(o->attrs));
	o->info.objectSize = 0;
	o->info.objectUsage = USAGE_ALL;
	o->info.handleFlags &= ~(uint32_t)TEE_HANDLE_FLAG_INITIALIZED;
}

void obj_free(struct __TEE_ObjectHandle *o)
{
	if (o)
		obj_clear(o);
	free(o);
}

struct __TEE_ObjectHandle *obj_clone(const struct __TEE_ObjectHandle *o)
{
	struct __TEE_ObjectHandle *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->info = o->info;
	c->type = o->type;
	for (unsigned int i = 0; i < OBJ_MAX_ATTRS; i++) {
		const struct obj_attr *a = &o->attrs[i];

		if (a->bytes && !obj_set_bytes(c, a->id, a->bytes, a->len)) {
			obj_free(c);
			return NULL;
		}
		if (!a->bytes)
			c->attrs[i] = *a;
	}
	return c;
}

static bool initialized(const struct __TEE_ObjectHandle *o)
{
	return o->info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED;
}

#define need_object(o)                           \
	do {                                     \
		if ((o) == TEE_HANDLE_NULL)      \
			rt_panic("NULL object"); \
	} while (0)

TEE_Result TEE_GetObjectInfo1(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo)
{
	need_object(object);
	*objectInfo = object->info;
	return TEE_SUCCESS;
}

void TEE_GetObjectInfo(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo)
{
	TEE_GetObjectInfo1(object, objectInfo);
}

TEE_Result TEE_RestrictObjectUsage1(TEE_ObjectHandle object, uint32_t objectUsage)
{
	need_object(object);
	object->info.objectUsage &= objectUsage;
	return TEE_SUCCESS;
}

void TEE_RestrictObjectUsage(TEE_ObjectHandle object, uint32_t objectUsage)
{
	TEE_RestrictObjectUsage1(object, objectUsage);
}

/* For both getters: what of an object may be read. */
static const struct obj_attr *readable(TEE_ObjectHandle object, uint32_t id)
{
	need_object(object);
	if (!initialized(object))
		rt_panic("object is not initialized");
	if (!(id & TEE_ATTR_FLAG_PUBLIC) && !(object->info.objectUsage & TEE_USAGE_EXTRACTABLE))
		rt_panic("object is not extractable");
	return obj_get(object, id);
}

TEE_Result TEE_GetObjectBufferAttribute(TEE_ObjectHandle object, uint32_t attributeID, void *buffer,
					size_t *size)
{
	const struct obj_attr *a = readable(object, attributeID);
	size_t room = *size;

	if (attributeID & TEE_ATTR_FLAG_VALUE)
		rt_panic("not a buffer attribute");
	if (!a)
		return TEE_ERROR_ITEM_NOT_FOUND;
	*size = a->len;
	if (room < a->len)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(buffer, a->bytes, a->len);
	return TEE_SUCCESS;
}

TEE_Result TEE_GetObjectValueAttribute(TEE_ObjectHandle object, uint32_t attributeID, uint32_t *a,
				       uint32_t *b)
{
	const struct obj_attr *attr = readable(object, attributeID);

	if (!(attributeID & TEE_ATTR_FLAG_VALUE))
		rt_panic("not a value attribute");
	if (!attr)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (a)
		*a = attr->a;
	if (b)
		*b = attr->b;
	return TEE_SUCCESS;
}

TEE_Result TEE_AllocateTransientObject(TEE_ObjectType objectType, uint32_t maxObjectSize,
				       TEE_ObjectHandle *object)
{
	const struct obj_type *t = obj_type_find(objectType);
	struct __TEE_ObjectHandle *o;

	*object = TEE_HANDLE_NULL;
	if (!t || !obj_size_ok(t, obj_bits(t, maxObjectSize)))
		return TEE_ERROR_NOT_SUPPORTED;
	o = calloc(1, sizeof(*o));
	if (!o)
		return TEE_ERROR_OUT_OF_MEMORY;
	o->type = t;
	o->info.objectType = objectType;
	o->info.maxObjectSize = obj_bits(t, maxObjectSize);
	o->info.objectUsage = USAGE_ALL;
	*object = o;
	return TEE_SUCCESS;
}

void TEE_FreeTransientObject(TEE_ObjectHandle object)
{
	obj_free(object);
}

void TEE_CloseObject(TEE_ObjectHandle object)
{
	obj_free(object);
}

void TEE_ResetTransientObject(TEE_ObjectHandle object)
{
	if (object)
		obj_clear(object);
}

void TEE_InitRefAttribute(TEE_Attribute *attr, uint32_t attributeID, const void *buffer,
			  size_t length)
{
	if (attributeID & TEE_ATTR_FLAG_VALUE)
		rt_panic("a value attribute");
	attr->attributeID = attributeID;
	attr->content.ref.buffer = (void *)buffer;
	attr->content.ref.length = length;
}

void TEE_InitValueAttribute(TEE_Attribute *attr, uint32_t attributeID, uint32_t a, uint32_t b)
{
	if (!(attributeID & TEE_ATTR_FLAG_VALUE))
		rt_panic("a buffer attribute");
	attr->attributeID = attributeID;
	attr->content.value.a = a;
	attr->content.value.b = b;
}

const TEE_Attribute *attr_find(const TEE_Attribute *attrs, uint32_t count, uint32_t id)
{
	for (uint32_t i = 0; i < count; i++) {
		if (attrs[i].attributeID == id)
			return &attrs[i];
	}
	return NULL;
}

/* All attributes that the type needs are there, and of a group all or none. */
static bool complete(const struct __TEE_ObjectHandle *o)
{
	unsigned int group = 0, present = 0;

	for (unsigned int i = 0; i < OBJ_MAX_ATTRS && o->type->attrs[i].id; i++) {
		uint32_t need = o->type->attrs[i].need;

		if (need == NEED_ALWAYS && !o->attrs[i].id)
			return false;
		group += need == NEED_GROUP;
		present += need == NEED_GROUP && o->attrs[i].id;
	}
	return !present || present == group;
}

static bool take_attr(struct __TEE_ObjectHandle *o, const TEE_Attribute *attr)
{
	const struct obj_attr *s = slot(o, attr->attributeID);

	if (!s)
		rt_panic("attribute does not belong to this type of object");
	if (s->id)
		rt_panic("attribute given twice");
	if (!(attr->attributeID & TEE_ATTR_FLAG_VALUE))
		return obj_set_bytes(o, attr->attributeID, attr->content.ref.buffer,
				     attr->content.ref.length);
	obj_set_value(o, attr->attributeID, attr->content.value.a, attr->content.value.b);
	return true;
}

TEE_Result TEE_PopulateTransientObject(TEE_ObjectHandle object, const TEE_Attribute *attrs,
				       uint32_t attrCount)
{
	uint32_t bits;

	need_object(object);
	if (initialized(object))
		rt_panic("object is initialized already");
	for (uint32_t i = 0; i < attrCount; i++) {
		if (!take_attr(object, &attrs[i])) {
			obj_clear(object);
			return TEE_ERROR_OUT_OF_MEMORY;
		}
	}
	if (!complete(object))
		rt_panic("a mandatory attribute is missing");
	bits = key_bits(object);
	if (bits > object->info.maxObjectSize)
		rt_panic("attributes are larger than the object's maximum size");
	if (!obj_size_ok(object->type, bits)) {
		obj_clear(object);
		return TEE_ERROR_BAD_PARAMETERS;
	}
	obj_done(object, bits);
	return TEE_SUCCESS;
}

TEE_Result TEE_CopyObjectAttributes1(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject)
{
	need_object(destObject);
	need_object(srcObject);
	if (initialized(destObject) || !initialized(srcObject))
		rt_panic("destination is initialized, or source is not");
	/* A key pair's bit 24 apart: from a pair, its public key may be copied. */
	if (destObject->type != srcObject->type &&
	    destObject->info.objectType != (srcObject->info.objectType & ~(1u << 24)))
		rt_panic("types do not fit");
	if (srcObject->info.objectSize > destObject->info.maxObjectSize)
		rt_panic("destination is too small");
	for (unsigned int i = 0; i < OBJ_MAX_ATTRS; i++) {
		const struct obj_attr *a = &srcObject->attrs[i];

		if (!a->id || !slot(destObject, a->id))
			continue;
		if (!a->bytes) {
			obj_set_value(destObject, a->id, a->a, a->b);
		} else if (!obj_set_bytes(destObject, a->id, a->bytes, a->len)) {
			obj_clear(destObject);
			return TEE_ERROR_OUT_OF_MEMORY;
		}
	}
	destObject->info.objectUsage &= srcObject->info.objectUsage;
	obj_done(destObject, srcObject->info.objectSize);
	return TEE_SUCCESS;
}

void TEE_CopyObjectAttributes(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject)
{
	if (TEE_CopyObjectAttributes1(destObject, srcObject))
		rt_panic("no memory");
}
