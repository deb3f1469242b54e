/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 4.4: getters and enumerators. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/tee/prop.h"

struct __TEE_PropSetHandle {
	TEE_PropSetHandle set; /* TEE_HANDLE_NULL: not started */
	size_t index;
};

/* The property that a getter means: by name in a set, or where an enumerator stands. */
static TEE_Result find(TEE_PropSetHandle handle, const char *name, struct prop *p)
{
	if (!prop_is_set(handle)) {
		if (handle == TEE_HANDLE_NULL)
			rt_panic("NULL handle");
		if (handle->set == TEE_HANDLE_NULL || !prop_at(handle->set, handle->index, p))
			return TEE_ERROR_ITEM_NOT_FOUND;
		return TEE_SUCCESS;
	}
	if (!name)
		rt_panic("NULL name");
	for (size_t i = 0; prop_at(handle, i, p); i++) {
		if (!strcmp(p->name, name))
			return TEE_SUCCESS;
	}
	return TEE_ERROR_ITEM_NOT_FOUND;
}

static TEE_Result find_typed(TEE_PropSetHandle handle, const char *name,
			     enum user_ta_prop_type type, struct prop *p)
{
	TEE_Result res = find(handle, name, p);

	return !res && p->type != type ? TEE_ERROR_BAD_FORMAT : res;
}

static TEE_Result put_text(const char *text, char *buffer, size_t *len)
{
	size_t room = *len, size = strlen(text) + 1;

	*len = size;
	if (room < size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(buffer, text, size);
	return TEE_SUCCESS;
}

static void uuid_text(char text[RT_UUID_TEXT], const TEE_UUID *uuid)
{
	uint8_t octets[16];

	rt_uuid_to_octets(octets, uuid);
	rt_uuid_text(text, octets);
}

TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				   char *valueBuffer, size_t *valueBufferLen)
{
	char text[64], uuid[RT_UUID_TEXT];
	struct prop p;
	TEE_Result res = find(propsetOrEnumerator, name, &p);

	if (res)
		return res;
	switch (p.type) {
	case USER_TA_PROP_TYPE_BOOL:
		return put_text(p.number ? "true" : "false", valueBuffer, valueBufferLen);
	case USER_TA_PROP_TYPE_U32:
	case USER_TA_PROP_TYPE_U64:
		snprintf(text, sizeof(text), "%" PRIu64, p.number);
		break;
	case USER_TA_PROP_TYPE_UUID:
		uuid_text(text, &p.identity.uuid);
		break;
	case USER_TA_PROP_TYPE_IDENTITY:
		uuid_text(uuid, &p.identity.uuid);
		snprintf(text, sizeof(text), "%" PRIu32 ":%s", p.identity.login, uuid);
		break;
	default:
		return put_text(p.text, valueBuffer, valueBufferLen);
	}
	return put_text(text, valueBuffer, valueBufferLen);
}

TEE_Result TEE_GetPropertyAsBool(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				 bool *value)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_BOOL, &p);

	if (!res)
		*value = p.number;
	return res;
}

TEE_Result TEE_GetPropertyAsU32(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				uint32_t *value)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_U32, &p);

	if (!res)
		*value = (uint32_t)p.number;
	return res;
}

TEE_Result TEE_GetPropertyAsU64(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				uint64_t *value)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_U64, &p);

	if (!res)
		*value = p.number;
	return res;
}

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return at && c ? (int)(at - digits) : -1;
}

/* Returns how many octets the text stands for; as RFC 2045 says, other characters do not count. */
static size_t base64_decode(const char *text, uint8_t *out, size_t room)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t n = 0;

	for (; *text; text++) {
		int value = base64_value(*text);

		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n < room)
			out[n] = (uint8_t)(bits >> have);
		n++;
	}
	return n;
}

TEE_Result TEE_GetPropertyAsBinaryBlock(TEE_PropSetHandle propsetOrEnumerator, const char *name,
					void *valueBuffer, size_t *valueBufferLen)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_BINARY_BLOCK, &p);
	size_t room = *valueBufferLen;

	if (res)
		return res;
	*valueBufferLen = base64_decode(p.text, NULL, 0);
	if (room < *valueBufferLen)
		return TEE_ERROR_SHORT_BUFFER;
	base64_decode(p.text, valueBuffer, room);
	return TEE_SUCCESS;
}

TEE_Result TEE_GetPropertyAsUUID(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				 TEE_UUID *value)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_UUID, &p);

	if (!res)
		*value = p.identity.uuid;
	return res;
}

TEE_Result TEE_GetPropertyAsIdentity(TEE_PropSetHandle propsetOrEnumerator, const char *name,
				     TEE_Identity *value)
{
	struct prop p;
	TEE_Result res = find_typed(propsetOrEnumerator, name, USER_TA_PROP_TYPE_IDENTITY, &p);

	if (!res)
		*value = p.identity;
	return res;
}

TEE_Result TEE_AllocatePropertyEnumerator(TEE_PropSetHandle *enumerator)
{
	*enumerator = calloc(1, sizeof(**enumerator));
	return *enumerator ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

void TEE_FreePropertyEnumerator(TEE_PropSetHandle enumerator)
{
	if (prop_is_set(enumerator))
		rt_panic("not an enumerator");
	free(enumerator);
}

void TEE_StartPropertyEnumerator(TEE_PropSetHandle enumerator, TEE_PropSetHandle propSet)
{
	if (enumerator == TEE_HANDLE_NULL || prop_is_set(enumerator) || !prop_is_set(propSet))
		rt_panic("bad enumerator or set");
	enumerator->set = propSet;
	enumerator->index = 0;
}

void TEE_ResetPropertyEnumerator(TEE_PropSetHandle enumerator)
{
	if (enumerator == TEE_HANDLE_NULL || prop_is_set(enumerator))
		rt_panic("not an enumerator");
	enumerator->set = TEE_HANDLE_NULL;
}

TEE_Result TEE_GetPropertyName(TEE_PropSetHandle enumerator, void *nameBuffer,
			       size_t *nameBufferLen)
{
	struct prop p;
	TEE_Result res;

	if (prop_is_set(enumerator))
		rt_panic("not an enumerator");
	res = find(enumerator, NULL, &p);
	return res ? res : put_text(p.name, nameBuffer, nameBufferLen);
}

TEE_Result TEE_GetNextProperty(TEE_PropSetHandle enumerator)
{
	struct prop p;
	TEE_Result res;

	if (prop_is_set(enumerator))
		rt_panic("not an enumerator");
	res = find(enumerator, NULL, &p);
	if (res)
		return res;
	enumerator->index++;
	return find(enumerator, NULL, &p);
}
