// SPDX-License-Identifier: BSD-2-Clause
/* conformance: GP behaviour as a client sees it. conformance GROUP... runs only these. */
#include <string.h>

#include "conformance.h"

static const struct {
	const char *name;
	void (*run)(TEEC_Context *c);
} groups[] = {
	{"sessions", test_sessions},   {"instances", test_instances},	{"values", test_values},
	{"temporary", test_temporary}, {"registered", test_registered}, {"tee", test_tee},
	{"threads", test_threads},     {"cancel", test_cancel},		{"panics", test_panics},
};

static bool wanted(int argc, char **argv, const char *name)
{
	int n;

	for (n = 1; n < argc; n++) {
		if (!strcmp(argv[n], name))
			return true;
	}
	return argc == 1;
}

int main(int argc, char **argv)
{
	TEEC_Context c;
	unsigned int n;

	if (wanted(argc, argv, "contexts"))
		test_contexts();
	connect_tee(&c);
	for (n = 0; n < sizeof(groups) / sizeof(groups[0]); n++) {
		if (wanted(argc, argv, groups[n].name))
			groups[n].run(&c);
	}
	TEEC_FinalizeContext(&c);
	return checks_status();
}
