/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/runtime/ta/check.h"

static TEE_Result check_getters(void)
{
	const TEE_UUID self = PROBE_UUID;
	TEE_Identity identity;
	uint8_t blob[8];
	char text[64];
	TEE_UUID uuid;
	uint64_t big;
	uint32_t u;
	size_t n;
	bool b;

	EXPECT(!TEE_GetPropertyAsBool(TEE_PROPSET_CURRENT_TA, "gpd.ta.multiSession", &b) && b);
	EXPECT(!TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_TA, "gpd.ta.stackSize", &u) && u == 8192);
	EXPECT(!TEE_GetPropertyAsU64(TEE_PROPSET_CURRENT_TA, "test.big", &big) &&
	       big == 1ull << 40);
	EXPECT(!TEE_GetPropertyAsUUID(TEE_PROPSET_CURRENT_TA, "gpd.ta.appID", &uuid));
	EXPECT(!memcmp(&uuid, &self, sizeof(uuid)));
	EXPECT(TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_TA, "gpd.ta.version", &u) ==
	       TEE_ERROR_BAD_FORMAT);
	EXPECT(TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_TA, "none", &u) ==
	       TEE_ERROR_ITEM_NOT_FOUND);
	n = sizeof(text);
	EXPECT(!TEE_GetPropertyAsString(TEE_PROPSET_CURRENT_TA, "gpd.ta.appID", text, &n));
	EXPECT(n == 37 && !strcmp(text, "5ff5f7a5-5a2f-4f0b-9d0c-0d1f5c3b7a01"));
	n = 3;
	EXPECT(TEE_GetPropertyAsString(TEE_PROPSET_CURRENT_TA, "gpd.ta.version", text, &n) ==
		       TEE_ERROR_SHORT_BUFFER &&
	       n == 4);
	n = sizeof(blob);
	EXPECT(!TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_TA, "test.blob", blob, &n));
	EXPECT(n == 4 && !memcmp(blob, "\1\2\3\4", 4));
	n = 0;
	EXPECT(TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_TA, "test.blob", NULL, &n) ==
	       TEE_ERROR_SHORT_BUFFER);
	EXPECT(n == 4);
	EXPECT(!TEE_GetPropertyAsIdentity(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity",
					  &identity));
	EXPECT(!TEE_GetPropertyAsU32(TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.internalCore.version",
				     &u) &&
	       u == 0x01030100);
	return TEE_SUCCESS;
}

TEE_Result check_props(void)
{
	unsigned int count = 0;
	TEE_PropSetHandle e;
	char name[64];
	size_t n;

	EXPECT(!check_getters());
	EXPECT(!TEE_AllocatePropertyEnumerator(&e));
	EXPECT(TEE_GetNextProperty(e) == TEE_ERROR_ITEM_NOT_FOUND);
	TEE_StartPropertyEnumerator(e, TEE_PROPSET_CURRENT_TA);
	do {
		n = sizeof(name);
		EXPECT(!TEE_GetPropertyName(e, name, &n) && n == strlen(name) + 1);
		count++;
	} while (!TEE_GetNextProperty(e));
	EXPECT(count == 6);
	TEE_FreePropertyEnumerator(e);
	return TEE_SUCCESS;
}
