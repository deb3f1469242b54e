// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/event.h>

#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_DF 8
#define VECTOR_PF 14

static bool is_contributory(uint8_t vector)
{
	return vector == 0 || (vector >= 10 && vector <= VECTOR_PF);
}

uint64_t event_merge(uint64_t first, uint8_t vector)
{
	uint64_t event;

	if (event_is(first, EVENT_TYPE_EXC)) {
		if (EVENT_VECTOR(first) == VECTOR_DF)
			return 0;
		if (is_contributory(EVENT_VECTOR(first)) && is_contributory(vector))
			vector = VECTOR_DF;
	}
	event = event_make(EVENT_TYPE_EXC, vector);
	if (vector == VECTOR_DF || is_contributory(vector))
		event |= vector ? EVENT_HAS_ERROR : 0;
	return event;
}

uint64_t event_again(uint64_t interrupted)
{
	uint64_t type = EVENT_TYPE(interrupted);

	if (!(interrupted & EVENT_VALID) || type >= EVENT_TYPE_SOFT)
		return 0;
	if (type == EVENT_TYPE_EXC &&
	    (EVENT_VECTOR(interrupted) == VECTOR_BP || EVENT_VECTOR(interrupted) == VECTOR_OF))
		return 0;
	return interrupted;
}
