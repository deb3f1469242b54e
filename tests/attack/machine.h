/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of attack_machine.ko share: attacks by way of the machine rather than of memory. They
 * also run without a monitor, where they must succeed: then the cases say FAIL with TAKEN in the reason.
 */
#ifndef ATTACK_MACHINE_H
#define ATTACK_MACHINE_H

#include "attack.h"

/* Whether there is a monitor; and where what it keeps from Linux lies, else a page of Linux's own. */
extern bool machine_monitor;
extern u64 machine_secret;

/* A byte, word or double word to a port; false when it was answered by a fault. */
bool machine_out(u16 port, unsigned int size, u32 value);

/* msr.c: model-specific registers, and SVM's instructions, on each CPU. */
void machine_attack_msrs(void);
/* port.c: I/O ports. */
void machine_attack_ports(void);
/* Asks for a sleep that never comes. With the guard off it can be seen what is left of the TEE. */
void machine_attack_sleep(const struct attack_range *tee);
/* chipset.c: windows over memory, SMM. */
void machine_attack_chipset(void);
/* hpet.c: a timer that stores. */
void machine_attack_hpet(void);
/* interrupt.c: interrupts that are none. */
void machine_attack_interrupts(void);

#endif
