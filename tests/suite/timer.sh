#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux keeps its CPUs busy with interrupts disabled, or keeps interrupts from ending a TA's turn: the
# TEE's own timer wakes the TA that sleeps, and bounds the turn. timeroff.sh shows that Linux can do
# both where there is no timer.
#: checks 15
#: seat world vm
#: cpus 1 2
. /tests/lib.sh

check 'merlonctl says that there is a timer' sh -c 'merlonctl status | grep -q "^timer *the TEE"'
wakes=$(stat tee.wakes)
attack attack_timer
is 'wakes are counted' $(($(stat tee.wakes) - wakes)) -ge 5
finish
