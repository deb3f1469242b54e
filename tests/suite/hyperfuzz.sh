#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random hypercalls on all CPUs, with the monitor's invariants asserted after each. No crash, nothing
# stays shared, the TEE goes on. Half a million in each seat; make test SUITES=hyperfuzz HYPERFUZZ=10000000
# makes ten million.
#: checks 10
#: seat world vm
#: cpus 2
#: timeout 1800
#: monitor-args check log=err
. /tests/lib.sh

hello >/dev/null
before=$(gauges)
killall tee-supplicant
sleep 1
rmmod merlon
calls=$(sed -n 's/^.*hyperfuzz=\([0-9]*\).*$/\1/p' /proc/cmdline)
attack attack_fuzz "calls=${calls:-500000}"
sed -n 's/^.*attack_fuzz: \([0-9]* calls.*\)/fuzz: \1/p' /tmp/attack
modprobe merlon
tee-supplicant </dev/null >/dev/null 2>&1 &
sleep 1
check 'a client is served' hello
check 'the TEE holds what it held' test "$(gauges)" = "$before"
check 'the monitor has no complaint' sh -c '! merlonctl log | grep -q "TEE is dead\|is broken\|is wrong"'
finish
