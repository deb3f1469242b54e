// SPDX-License-Identifier: BSD-2-Clause
/* What a TA asks of the TEE: time, cancellation, memory, other TAs. */
#include <string.h>

#include <commands.h>

TEE_Result test_wait(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	TEE_UnmaskCancellation();
	return TEE_Wait(p[0].value.a);
}

TEE_Result test_wait_masked(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	return TEE_Wait(p[0].value.a);
}

TEE_Result test_tick(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	volatile uint32_t *count = p[1].memref.buffer;

	if (p[1].memref.size < sizeof(*count))
		return TEE_ERROR_SHORT_BUFFER;
	for (uint32_t n = p[0].value.b; n; n--) {
		TEE_Wait(p[0].value.a);
		++*count;
	}
	return TEE_SUCCESS;
}

TEE_Result test_spin(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	TEE_UnmaskCancellation();
	while (!TEE_GetCancellationFlag())
		;
	return TEE_ERROR_CANCEL;
}

static void uuid_from_octets(TEE_UUID *u, const uint8_t o[16])
{
	u->timeLow = (uint32_t)o[0] << 24 | o[1] << 16 | o[2] << 8 | o[3];
	u->timeMid = o[4] << 8 | o[5];
	u->timeHiAndVersion = o[6] << 8 | o[7];
	memcpy(u->clockSeqAndNode, o + 8, 8);
}

TEE_Result test_call(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t inner = TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, 0, 0, 0), origin = 0;
	TEE_TASessionHandle session = TEE_HANDLE_NULL;
	TEE_Param q[4] = {0};
	uint8_t octets[16];
	TEE_Result res;
	TEE_UUID uuid;

	if (p[0].memref.size != sizeof(octets))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(octets, p[0].memref.buffer, sizeof(octets));
	uuid_from_octets(&uuid, octets);
	res = TEE_OpenTASession(&uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &session, &origin);
	if (!res) {
		q[0].value.a = p[2].value.a;
		q[0].value.b = p[2].value.b;
		res = TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, p[1].value.a, inner, q,
					  &origin);
		p[2].value.a = q[0].value.a;
		p[2].value.b = q[0].value.b;
		TEE_CloseTASession(session);
	}
	p[3].value.a = res;
	p[3].value.b = origin;
	return TEE_SUCCESS;
}

TEE_Result test_time(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	TEE_Time sys, ree;

	TEE_GetSystemTime(&sys);
	TEE_GetREETime(&ree);
	p[0].value.a = sys.seconds;
	p[0].value.b = sys.millis;
	p[1].value.a = ree.seconds;
	p[1].value.b = ree.millis;
	return TEE_SUCCESS;
}

#define HEAP_MOST 256

TEE_Result test_heap(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint32_t count = p[0].value.a, size = p[0].value.b, n;
	TEE_Result res = TEE_SUCCESS;
	uint8_t *b[HEAP_MOST];

	if (count > HEAP_MOST)
		return TEE_ERROR_EXCESS_DATA;
	for (n = 0; n < count; n++) {
		b[n] = TEE_Malloc(size, TEE_MALLOC_FILL_ZERO);
		if (!b[n]) {
			res = TEE_ERROR_OUT_OF_MEMORY;
			break;
		}
		if (size && (b[n][0] || b[n][size - 1]))
			res = TEE_ERROR_BAD_STATE; /* not zeroed */
		memset(b[n], (int)n, size);
	}
	while (n-- > 0) {
		if (size && (b[n][0] != (uint8_t)n || b[n][size - 1] != (uint8_t)n))
			res = TEE_ERROR_CORRUPT_OBJECT; /* two allocations overlap */
		TEE_Free(b[n]);
	}
	return res;
}

TEE_Result test_log(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	char text[256];
	size_t size = p[0].memref.size < sizeof(text) ? p[0].memref.size : sizeof(text) - 1;

	memcpy(text, p[0].memref.buffer, size);
	text[size] = '\0';
	IMSG_RAW("%s", text);
	return TEE_SUCCESS;
}

static void put16(uint8_t *o, uint16_t v)
{
	o[0] = v >> 8;
	o[1] = v;
}

TEE_Result test_identity(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	uint8_t *o = p[1].memref.buffer;
	TEE_Identity id;
	TEE_Result res;

	if (p[1].memref.size < 16)
		return TEE_ERROR_SHORT_BUFFER;
	res = TEE_GetPropertyAsIdentity(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", &id);
	if (res)
		return res;
	p[0].value.a = id.login;
	p[0].value.b = 0;
	put16(o, id.uuid.timeLow >> 16);
	put16(o + 2, id.uuid.timeLow);
	put16(o + 4, id.uuid.timeMid);
	put16(o + 6, id.uuid.timeHiAndVersion);
	memcpy(o + 8, id.uuid.clockSeqAndNode, 8);
	p[1].memref.size = 16;
	return TEE_SUCCESS;
}

TEE_Result test_work(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	volatile uint32_t x = p[0].value.b;

	for (uint32_t n = p[0].value.a; n; n--)
		x = x * 1664525u + 1013904223u;
	return TEE_SUCCESS;
}
