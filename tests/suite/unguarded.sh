#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attacks of isolation.sh on a monitor with its guard off: they must succeed, from each CPU, or
# isolation.sh would prove nothing. All of the range is read; only the TEE's memory, which nobody uses
# meanwhile, is written and run.
#: checks 18
#: seat world vm
#: monitor merlon-unguarded
. /tests/lib.sh

# leaks FILE CASE...: each leaks on both CPUs
leaks() {
	file=$1
	shift
	for name in "$@"; do
		check "$name finds TEE memory, on each CPU" \
			grep -q "\(FAIL\|^not ok\) $name: LEAK on 2 CPUs" "$file"
	done
}

hello >/dev/null
load_attack attack_memory write=0
leaks /tmp/attack read_cached read_uncached
check 'read_whole_page too' grep -q 'FAIL read_whole_page: LEAK' /tmp/attack
check 'the attack came to its end' at_end attack_memory
rmmod attack_memory

# shellcheck disable=SC2046
load_attack attack_memory $(tee_range)
leaks /tmp/attack write_cached write_uncached execute execute_log0 execute_log1
check 'write_monitor_log too' grep -q 'FAIL write_monitor_log: LEAK' /tmp/attack
check 'write_tee_log too' grep -q 'FAIL write_tee_log: LEAK' /tmp/attack
check 'the attack came to its end again' at_end attack_memory

# shellcheck disable=SC2046
modprobe attack_window $(tee_range)
/tests/attack_user >/tmp/user
leaks /tmp/user user_read user_write user_execute
check 'the TA answers as before' hello
check 'no warning and no oops in Linux' \
	sh -c '! dmesg | grep -E "BUG:|WARNING: CPU|Oops|Call Trace|general protection"'
check 'the monitor says that its guard is off' sh -c 'merlonctl log | grep -q "GUARD OFF"'
finish
