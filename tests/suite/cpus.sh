#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux takes CPUs away and brings them back (INIT, SIPI), and sends NMIs to all of them, while every
# CPU is in and out of the TEE. Neither world may notice.
#: checks 6
#: seat world vm
#: cpus 2 4
. /tests/lib.sh

# nmis: that Linux has counted, on all CPUs
nmis() {
	awk '$1 == "NMI:" { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n }' /proc/interrupts
}

hello >/dev/null
rounds=10
before=$(nmis)
init=$(stat total.init)

callers_start
for _ in $(seq $rounds); do
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo l >/proc/sysrq-trigger
	echo 1 >/sys/devices/system/cpu/cpu1/online
	echo l >/proc/sysrq-trigger
done
callers_end

check 'no call failed' test ! -e /tmp/failed
is 'all CPUs are back' "$(nproc)" -eq "$(grep -c ^processor /proc/cpuinfo)"
is 'INIT and SIPI went through the monitor' $(($(stat total.init) - init)) -ge $((2 * rounds))
# The CPU that asks is the only one that gets none.
is 'every NMI came, and came once' $(($(nmis) - before)) -eq $((rounds * (2 * $(nproc) - 3)))
is 'no oops' "$(dmesg | grep -cE 'BUG:|Oops|general protection|lockup|unknown reason')" -eq 0
check 'the TEE answers on the CPU that was away' taskset 2 hello
finish
