#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attacks of sharing.sh on lent memory, on a monitor with its guard off: they must succeed, or
# sharing.sh would prove nothing.
#: checks 5
#: seat vm
#: monitor merlon-unguarded
. /tests/lib.sh

hello >/dev/null
load_attack attack_sharing
for name in lent_is_out_of_reach retrieved_is_out_of_reach donated_is_out_of_reach lend_races_read; do
	check "$name: LEAK" grep -q "attack_sharing: FAIL $name: LEAK" /tmp/attack
done
check 'the attack came to its end' at_end attack_sharing
finish
