// SPDX-License-Identifier: BSD-2-Clause
/* Commands, values, results and origins. */
#include "conformance.h"

void test_values(TEEC_Context *c)
{
	TEEC_Operation op = {.paramTypes = TYPES(VALUE_INPUT, VALUE_OUTPUT, VALUE_INOUT, NONE)};
	uint32_t origin = 0;
	TEEC_Session s;
	TEEC_Result res;

	open_ta(c, &s, &test_ta);
	res = TEEC_InvokeCommand(&s, TEST_NOP, NULL, &origin);
	check_origin("invoke: no operation", res, TEEC_SUCCESS, origin, TEEC_ORIGIN_TRUSTED_APP);
	check_result("invoke: no returnOrigin", TEEC_InvokeCommand(&s, TEST_NOP, NULL, NULL),
		     TEEC_SUCCESS);
	res = TEEC_InvokeCommand(&s, 0xfffffff0, NULL, &origin);
	check_origin("invoke: unknown command", res, TEEC_ERROR_NOT_SUPPORTED, origin,
		     TEEC_ORIGIN_TRUSTED_APP);
	res = TEEC_InvokeCommand(&s, TEST_VALUES, NULL, &origin);
	check_origin("invoke: wrong types", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_TRUSTED_APP);
	check_result("invoke: NULL session", TEEC_InvokeCommand(NULL, TEST_NOP, NULL, NULL),
		     TEEC_ERROR_BAD_PARAMETERS);

	op.params[0].value.a = 0x11223344;
	op.params[0].value.b = 0xffffffff;
	op.params[1].value.a = 7;
	op.params[2].value.a = 1;
	op.params[2].value.b = 0xf0f0f0f0;
	res = TEEC_InvokeCommand(&s, TEST_VALUES, &op, &origin);
	check_result("values: invoke", res, TEEC_SUCCESS);
	check(op.params[0].value.a == 0x11223344 && op.params[0].value.b == 0xffffffff,
	      "values: input stays", "0x%x 0x%x", op.params[0].value.a, op.params[0].value.b);
	check(op.params[1].value.a == 0xffffffff && op.params[1].value.b == 0x11223344,
	      "values: output", "0x%x 0x%x", op.params[1].value.a, op.params[1].value.b);
	check(op.params[2].value.a == 0x11223345 && op.params[2].value.b == 0x0f0f0f0f,
	      "values: inout", "0x%x 0x%x", op.params[2].value.a, op.params[2].value.b);

	op.paramTypes = TYPES(VALUE_INPUT, NONE, NONE, NONE);
	op.params[0].value.a = 0x80001234;
	res = TEEC_InvokeCommand(&s, TEST_RESULT, &op, &origin);
	check_origin("result: the TA's own", res, 0x80001234, origin, TEEC_ORIGIN_TRUSTED_APP);
	op.paramTypes = 4; /* no such type */
	res = TEEC_InvokeCommand(&s, TEST_NOP, &op, &origin);
	check_origin("invoke: invalid type", res, TEEC_ERROR_BAD_PARAMETERS, origin,
		     TEEC_ORIGIN_API);
	op.paramTypes = TYPES(VALUE_INPUT, NONE, VALUE_OUTPUT, VALUE_OUTPUT);
	res = TEEC_InvokeCommand(&s, TEST_DESCRIBE, &op, &origin);
	check(!res && op.params[3].value.a == op.paramTypes, "types: a gap is kept",
	      "0x%x instead of 0x%x", op.params[3].value.a, op.paramTypes);
	TEEC_CloseSession(&s);
}
