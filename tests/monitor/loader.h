/* SPDX-License-Identifier: BSD-2-Clause */
/* What the monitor's first steps need of a machine: parsing what a boot loader left. */
#ifndef LOADER_H
#define LOADER_H

#include <monitor/arch.h>
#include <monitor/monitor.h>

#define LOADER_LOW 0x10000

extern char loader_options[]; /* the monitor's command line */
extern uint8_t loader_low[]; /* the first memory of the machine; there is no other */
extern void *loader_device; /* what the next device that is mapped gets */

/* Nothing has been told yet. */
void loader_reset(void);

#endif
