#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux reads, writes and runs every page of the TEE and the monitor, from each CPU, in its kernel and in
# user mode: nothing leaks, nothing changes, the attempts are logged, both worlds go on. unguarded.sh
# shows that the attack is a real one.
#: checks 21
#: seat world vm
#: cpus 1 2 4
. /tests/lib.sh

# Each page with two CPUs; else, and in suite bochs, there is no time for more than each eighth.
[ "$(nproc)" -eq 2 ] || EVERY=8
attack attack_memory "every=${EVERY:-1}"
check 'a window for user mode' modprobe attack_window
/tests/attack_user "${EVERY:-1}" || failed=1
rmmod attack_window
is 'refused accesses are counted' "$(stat total.violations)" -gt 1000
check 'and logged, with address and CPU' sh -c \
	'merlonctl log | grep -E "monitor .*(violation|refused).*[0-9a-f]{6}.*"'
check 'the TA answers as before' hello
finish
