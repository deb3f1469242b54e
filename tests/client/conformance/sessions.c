// SPDX-License-Identifier: BSD-2-Clause
/* Contexts, opening sessions, and which instance a session gets. */
#include <string.h>
#include <unistd.h>

#include "conformance.h"

static const TEEC_UUID nobody = {
	0x12345678, 0x9abc, 0x4def, {0x80, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}};

void test_contexts(void)
{
	TEEC_Context c;
	TEEC_Result res;

	res = TEEC_InitializeContext(NULL, &c);
	check_result("context: no name", res, TEEC_SUCCESS);
	if (!res)
		TEEC_FinalizeContext(&c);
	res = TEEC_InitializeContext("/dev/tee0", &c);
	check_result("context: name of a device", res, TEEC_SUCCESS);
	if (!res)
		TEEC_FinalizeContext(&c);
	check_result("context: unknown name", TEEC_InitializeContext("no such TEE", &c),
		     TEEC_ERROR_ITEM_NOT_FOUND);
	check_result("context: NULL", TEEC_InitializeContext(NULL, NULL),
		     TEEC_ERROR_BAD_PARAMETERS);
	TEEC_FinalizeContext(NULL);
	check(true, "context: finalizing NULL", "-");
}

static TEEC_Result open_login(TEEC_Context *c, TEEC_Session *s, uint32_t method, const void *data,
			      uint32_t *origin)
{
	*origin = 0;
	return TEEC_OpenSession(c, s, &test_ta, method, data, NULL, origin);
}

/* What the TA sees of its client. */
static bool identity(TEEC_Session *s, uint32_t *login, uint8_t uuid[16])
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_OUTPUT, MEMREF_TEMP_OUTPUT, NONE, NONE)};

	op.params[1].tmpref.buffer = uuid;
	op.params[1].tmpref.size = 16;
	if (TEEC_InvokeCommand(s, TEST_IDENTITY, &op, NULL))
		return false;
	*login = op.params[0].value.a;
	return true;
}

static void login_check(TEEC_Context *c, uint32_t method, const void *data, const char *name,
			uint8_t uuid[16])
{
	uint32_t origin, login = UINT32_MAX;
	TEEC_Session s;
	TEEC_Result res = open_login(c, &s, method, data, &origin);
	bool known;

	memset(uuid, 0, 16);
	if (res) {
		check(false, name, "open: 0x%08x, origin %u", res, origin);
		return;
	}
	known = identity(&s, &login, uuid);
	check(known && login == method, name, "the TA sees login 0x%x", login);
	TEEC_CloseSession(&s);
}

static void test_logins(TEEC_Context *c)
{
	static const uint8_t zero[16];
	uint8_t public[16], user[16], again[16], group[16];
	gid_t gid = getegid();
	uint32_t origin;
	TEEC_Session s;
	TEEC_Result res;

	login_check(c, TEEC_LOGIN_PUBLIC, NULL, "login: public", public);
	check(!memcmp(public, zero, 16), "login: public client has the nil UUID", "another");
	login_check(c, TEEC_LOGIN_USER, NULL, "login: user", user);
	login_check(c, TEEC_LOGIN_USER, NULL, "login: user again", again);
	login_check(c, TEEC_LOGIN_GROUP, &gid, "login: group", group);
	check(memcmp(user, zero, 16) && !memcmp(user, again, 16), "login: a user has one UUID",
	      "two, or none");
	check(memcmp(user, group, 16), "login: a group has another UUID", "the same");
	res = open_login(c, &s, TEEC_LOGIN_GROUP, NULL, &origin);
	check_origin("login: group without a group", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
	res = open_login(c, &s, 3, NULL, &origin);
	check_origin("login: unknown method", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
}

static void test_refusals(TEEC_Context *c)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INPUT, VALUE_INOUT, NONE, NONE)};
	uint32_t origin = 0;
	TEEC_Session s;
	TEEC_Result res;

	res = TEEC_OpenSession(c, &s, &nobody, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	check_origin("open: unknown TA", res, TEEC_ERROR_ITEM_NOT_FOUND, origin, TEEC_ORIGIN_TEE);
	op.params[0].value.a = 0xffff1234;
	res = TEEC_OpenSession(c, &s, &test_ta, TEEC_LOGIN_PUBLIC, NULL, &op, &origin);
	check_origin("open: refused by the TA", res, 0xffff1234, origin, TEEC_ORIGIN_TRUSTED_APP);
	op.params[0].value.a = 0;
	op.params[1].value.a = 41;
	res = TEEC_OpenSession(c, &s, &test_ta, TEEC_LOGIN_PUBLIC, NULL, &op, &origin);
	check_origin("open: with parameters", res, TEEC_SUCCESS, origin, TEEC_ORIGIN_TRUSTED_APP);
	check(op.params[1].value.a == 42, "open: parameter comes back", "%u", op.params[1].value.a);
	if (!res)
		TEEC_CloseSession(&s);
	res = TEEC_OpenSession(c, &s, &test_ta, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL);
	check_result("open: without returnOrigin", res, TEEC_SUCCESS);
	if (!res)
		TEEC_CloseSession(&s);
	check_result("open: NULL session",
		     TEEC_OpenSession(c, NULL, &test_ta, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
		     TEEC_ERROR_BAD_PARAMETERS);
	check_result("open: NULL TA",
		     TEEC_OpenSession(c, &s, NULL, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
		     TEEC_ERROR_BAD_PARAMETERS);
	TEEC_CloseSession(NULL);
	check(true, "close: NULL", "-");
}

static void test_many(TEEC_Context *c)
{
	TEEC_Session s[32];
	unsigned int n, m;

	for (n = 0; n < 32; n++) {
		if (TEEC_OpenSession(c, &s[n], &single_ta, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL))
			break;
	}
	check(n == 32, "open: 32 sessions at once", "only %u", n);
	for (m = 0; m < n; m++)
		TEEC_CloseSession(&s[m]);
}

void test_sessions(TEEC_Context *c)
{
	test_logins(c);
	test_refusals(c);
	test_many(c);
}

static void count(TEEC_Session *s, uint32_t *instance, uint32_t *session)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_OUTPUT, NONE, NONE, NONE)};

	*instance = *session = 0;
	if (!TEEC_InvokeCommand(s, TEST_COUNT, &op, NULL)) {
		*instance = op.params[0].value.a;
		*session = op.params[0].value.b;
	}
}

static void two_sessions(TEEC_Context *c, const TEEC_UUID *uuid, bool shared, const char *name)
{
	uint32_t ia, sa, ib, sb;
	TEEC_Session a, b;

	open_ta(c, &a, uuid);
	open_ta(c, &b, uuid);
	count(&a, &ia, &sa);
	count(&b, &ib, &sb);
	check(sa == 1 && sb == 1 && ib == (shared ? ia + 1 : 1), name,
	      "instance %u then %u, session %u then %u", ia, ib, sa, sb);
	TEEC_CloseSession(&a);
	TEEC_CloseSession(&b);
}

static uint32_t count_once(TEEC_Context *c, const TEEC_UUID *uuid)
{
	uint32_t instance, session;
	TEEC_Session s;

	open_ta(c, &s, uuid);
	count(&s, &instance, &session);
	TEEC_CloseSession(&s);
	return instance;
}

void test_instances(TEEC_Context *c)
{
	uint32_t first, second, origin = 0;
	TEEC_Session a, b;
	TEEC_Result res;

	two_sessions(c, &test_ta, false, "instance: one for each session");
	two_sessions(c, &single_ta, true, "instance: one for all sessions");
	open_ta(c, &a, &lone_ta);
	res = TEEC_OpenSession(c, &b, &lone_ta, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	check_origin("instance: one session only", res, TEEC_ERROR_BUSY, origin, TEEC_ORIGIN_TEE);
	TEEC_CloseSession(&a);
	res = TEEC_OpenSession(c, &b, &lone_ta, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	check_result("instance: one session only, after it is closed", res, TEEC_SUCCESS);
	if (!res)
		TEEC_CloseSession(&b);
	first = count_once(c, &single_ta);
	second = count_once(c, &single_ta);
	check(first == 1 && second == 1, "instance: ends with its last session", "%u, %u", first,
	      second);
	first = count_once(c, &keep_ta);
	second = count_once(c, &keep_ta);
	check(second == first + 1, "instance: kept alive without a session", "%u, %u", first,
	      second);
}
