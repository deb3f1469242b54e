/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An event on its way into a guest. SVM's EVENTINJ (APM volume 2, 15.20) and VMX's interruption
 * information (SDM volume 3, 25.8.3) have the same form; VMX keeps the error code elsewhere.
 */
#ifndef MONITOR_EVENT_H
#define MONITOR_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_VALID	    (1ull << 31)
#define EVENT_HAS_ERROR	    (1ull << 11)
#define EVENT_VECTOR(e)	    ((uint8_t)(e))
#define EVENT_TYPE(e)	    (((e) >> 8) & 7)
#define EVENT_ERROR(e)	    ((uint32_t)((e) >> 32))
#define EVENT_TYPE_EXTERNAL 0ull
#define EVENT_TYPE_NMI	    2ull
#define EVENT_TYPE_EXC	    3ull
#define EVENT_TYPE_SOFT	    4ull /* and above: VMX has three kinds */

static inline uint64_t event_make(uint64_t type, uint8_t vector)
{
	return EVENT_VALID | type << 8 | vector;
}

static inline bool event_is(uint64_t event, uint64_t type)
{
	return event & EVENT_VALID && EVENT_TYPE(event) == type;
}

/*
 * What the exception `vector` becomes when `first` was being delivered: itself, or #DF (APM
 * volume 2, 8.2.9; SDM volume 3, table 6-5). A displaced interrupt is lost, as it is on hardware
 * when its delivery faults. Error code 0. 0: the guest shuts down.
 */
uint64_t event_merge(uint64_t first, uint8_t vector);

/*
 * The part of an interrupted delivery that must be delivered again; 0: none. Software interrupts
 * and exceptions are not: RIP is still at their instruction, which runs again.
 */
uint64_t event_again(uint64_t interrupted);

#endif
