#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attacks of timer.sh on a monitor that has no timer: they must succeed, or timer.sh would prove
# nothing. The TEE still works.
#: checks 7
#: cpus 2
#: monitor-args timer=off
. /tests/lib.sh

check 'merlonctl says that there is none' sh -c 'merlonctl status | grep -q "^timer *none"'
load_attack attack_timer rounds=20 tries=3
for name in one_cpu_spins all_cpus_spin turn_is_bounded; do
	check "$name: not so" grep -q "attack_timer: FAIL $name: " /tmp/attack
done
check 'the attack came to its end' at_end attack_timer
check 'the TA slept and woke by Linux' grep -q 'attack_timer: PASS ta_goes_on_after' /tmp/attack
check 'the TA answers as before' hello
finish
