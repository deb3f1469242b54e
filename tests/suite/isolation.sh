#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux reads and writes every page of the TEE and the monitor: nothing leaks, nothing changes, the
# attempts are logged, both worlds go on. unguarded.sh shows that the attack is a real one.
#: checks 16
#: cpus 1 2 4
. /tests/lib.sh

attack attack_memory
is 'refused accesses are counted' "$(stat total.violations)" -gt 1000
check 'and logged, with address and CPU' sh -c \
	'merlonctl log | grep -E "monitor .*(violation|refused).*[0-9a-f]{6}.*"'
check 'the TA answers as before' hello
finish
