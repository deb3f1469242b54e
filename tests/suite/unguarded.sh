#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attack of isolation.sh on a monitor with its guard off: it must succeed in reading, or
# isolation.sh would prove nothing.
#: checks 5
#: monitor merlon-unguarded
. /tests/lib.sh

hello >/dev/null
dmesg -c >/dev/null
modprobe attack_memory write=0
dmesg >/tmp/attack
for name in read_cached read_uncached read_whole_page; do
	check "$name finds TEE memory" grep -q "attack_memory: FAIL $name: LEAK" /tmp/attack
done
check 'the attack came to its end' grep -q 'attack_memory: [0-9]* passed, [0-9]* failed' /tmp/attack
check 'the monitor says that its guard is off' sh -c 'merlonctl log | grep -q "GUARD OFF"'
finish
