/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 4.4: what the three property sets hold. */
#include <string.h>
#include <mbedtls/bignum.h>
#include "abi/hypercall.h"
#include "runtime/crt/tcb.h"
#include "runtime/tee/prop.h"

/*
 * The TEE's own. Names and text are inside the table: a pointer would be one more relocation
 * in every process.
 */
static const struct tee_prop {
	char name[52];
	char text[24];
	uint32_t number;
	enum user_ta_prop_type type;
} tee_props[] = {
	{"gpd.tee.apiversion", "1.3", 0, USER_TA_PROP_TYPE_STRING},
	{"gpd.tee.internalCore.version", "", TEE_CORE_API_VERSION, USER_TA_PROP_TYPE_U32},
	{"gpd.tee.description", "Merlon", 0, USER_TA_PROP_TYPE_STRING},
	/* Counted by the CPU since the TEE started: the REE cannot set it. */
	{"gpd.tee.systemTime.protectionLevel", "", 1000, USER_TA_PROP_TYPE_U32},
	{"gpd.tee.arith.maxBigIntSize", "", MBEDTLS_MPI_MAX_SIZE * 8 / 2, USER_TA_PROP_TYPE_U32},
	{"gpd.tee.cryptography.ecc", "", true, USER_TA_PROP_TYPE_BOOL},
	{"gpd.tee.cryptography.nist", "", true, USER_TA_PROP_TYPE_BOOL},
	{"gpd.tee.cryptography.bsi-r", "", false, USER_TA_PROP_TYPE_BOOL},
	{"gpd.tee.cryptography.bsi-t", "", false, USER_TA_PROP_TYPE_BOOL},
	{"gpd.tee.cryptography.ietf", "", false, USER_TA_PROP_TYPE_BOOL},
	{"gpd.tee.cryptography.octa", "", false, USER_TA_PROP_TYPE_BOOL},
	/* There is no trusted storage. */
	{"gpd.tee.trustedStorage.antiRollback.protectionLevel", "", 0, USER_TA_PROP_TYPE_U32},
	{"gpd.tee.trustedos.implementation.version", "Merlon", 0, USER_TA_PROP_TYPE_STRING},
	{"gpd.tee.trustedos.implementation.binaryversion", "", MERLON_ABI_VERSION,
	 USER_TA_PROP_TYPE_U32},
	{"gpd.tee.trustedos.manufacturer", "Merlon", 0, USER_TA_PROP_TYPE_STRING},
	{"gpd.tee.firmware.implementation.version", "Merlon", 0, USER_TA_PROP_TYPE_STRING},
	{"gpd.tee.firmware.implementation.binaryversion", "", MERLON_ABI_VERSION,
	 USER_TA_PROP_TYPE_U32},
	{"gpd.tee.firmware.manufacturer", "Merlon", 0, USER_TA_PROP_TYPE_STRING},
};

#define TEE_PROP_COUNT (sizeof(tee_props) / sizeof(tee_props[0]))

static bool tee_prop(size_t index, struct prop *p)
{
	const struct tee_prop *t = &tee_props[index];

	if (index >= TEE_PROP_COUNT)
		return false;
	p->name = t->name;
	p->type = t->type;
	if (t->type == USER_TA_PROP_TYPE_STRING)
		p->text = t->text;
	else
		p->number = t->number;
	return true;
}

static bool client_prop(size_t index, struct prop *p)
{
	const struct merlon_identity *client = &rt_tcb()->call->client;

	switch (index) {
	case 0:
		p->name = "gpd.client.identity";
		p->type = USER_TA_PROP_TYPE_IDENTITY;
		p->identity.login = client->login;
		rt_uuid_from_octets(&p->identity.uuid, client->uuid);
		return true;
	case 1:
		p->name = "gpd.client.endian";
		p->type = USER_TA_PROP_TYPE_U32;
		p->number = 0; /* little */
		return true;
	default:
		return false;
	}
}

/* One that the TA brought along; its memory is the TA's, so nothing about it is trusted. */
static void own_prop(const struct user_ta_property *t, struct prop *p)
{
	p->name = t->name;
	p->type = t->type;
	switch (t->type) {
	case USER_TA_PROP_TYPE_BOOL:
		p->number = *(const bool *)t->value;
		break;
	case USER_TA_PROP_TYPE_U32:
		p->number = *(const uint32_t *)t->value;
		break;
	case USER_TA_PROP_TYPE_U64:
		p->number = *(const uint64_t *)t->value;
		break;
	case USER_TA_PROP_TYPE_UUID:
		p->identity.uuid = *(const TEE_UUID *)t->value;
		break;
	case USER_TA_PROP_TYPE_IDENTITY:
		p->identity = *(const TEE_Identity *)t->value;
		break;
	default:
		p->text = t->value;
		break;
	}
}

static bool ta_prop(size_t index, struct prop *p)
{
	if (!index) {
		p->name = "gpd.ta.appID";
		p->type = USER_TA_PROP_TYPE_UUID;
		p->identity.uuid = rt_program.head->uuid;
		return true;
	}
	if (index - 1 >= rt_program.nprops)
		return false;
	own_prop(&rt_program.props[index - 1], p);
	return true;
}

bool prop_at(TEE_PropSetHandle set, size_t index, struct prop *p)
{
	if (set == TEE_PROPSET_TEE_IMPLEMENTATION)
		return tee_prop(index, p);
	if (set == TEE_PROPSET_CURRENT_CLIENT)
		return client_prop(index, p);
	return ta_prop(index, p);
}

bool prop_is_set(TEE_PropSetHandle handle)
{
	return handle == TEE_PROPSET_TEE_IMPLEMENTATION || handle == TEE_PROPSET_CURRENT_CLIENT ||
	       handle == TEE_PROPSET_CURRENT_TA;
}
