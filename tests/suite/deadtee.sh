#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The TEE dies, here because Linux may overwrite it when the guard is off: Linux goes on, calls
# fail with TARGET_DEAD, the log can still be read.
#: checks 11
#: seat world vm
#: monitor merlon-unguarded
. /tests/lib.sh
PATH=$PATH:/tests

check 'the TEE lives' drivertest expect 0
background /tmp/spin drivertest spin
sleep 1
# shellcheck disable=SC2046
modprobe attack_memory wipe=1 $(tee_range)
check 'a call that was running ends' gone "$pid" 10
check 'its result: TARGET_DEAD' grep -q 0xffff3024 /tmp/spin
check 'a call: TARGET_DEAD' drivertest expect ffff3024
check 'another: TARGET_DEAD' drivertest expect ffff3024
check 'the status' sh -c 'merlonctl status | grep -q "^TEE.*dead"'
check 'the log' sh -c 'merlonctl log | grep -q "the TEE is dead"'
killall tee-supplicant
sleep 0.5
rmmod attack_memory attack_common
check 'unload' rmmod merlon
check 'reload' modprobe merlon
check 'the log again' sh -c 'merlonctl log | grep -q "the TEE is dead"'
check 'no warning and no oops in Linux' \
	sh -c '! dmesg | grep -E "BUG:|WARNING: CPU|Oops|Call Trace|blocked for more"'
finish
