#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The driver: many calls at once, killed clients, killed and missing supplicants, unload and
# reload. After each, the TEE holds what it held before.
#: checks 32
#: seat world vm
#: cpus 1 2
. /tests/lib.sh
PATH=$PATH:/tests

# clean NAME: the gauges are what they were. Killed calls may take a moment to end, and buffers
# that died with them are given back in the course of another call.
clean() {
	for n in 1 2 3 4 5 6 7 8 9 10; do
		now=$(gauges)
		[ "$now" = "$before" ] && break
		sleep 0.3
		drivertest null 1 >/dev/null
	done
	check "$1: nothing left behind" test "$now" = "$before"
}

quiet() {
	"$@" >/dev/null
}

supplicant() {
	setsid tee-supplicant </dev/null >/tmp/supplicant.log 2>&1 &
	supp=$!
}

kill_supplicant() {
	killall -9 tee-supplicant
	n=50
	while pidof tee-supplicant >/dev/null && [ $n -gt 0 ]; do
		sleep 0.1
		n=$((n - 1))
	done
}

# What TAs do once (loader, caches) has been done.
drivertest null 10 >/dev/null
before=$(gauges)

check 'calls' quiet drivertest null 200
check 'a call that waits' quiet drivertest wait 200
check 'more calls at once than the TEE has threads' drivertest waits 40 200
check 'cancellation' drivertest cancel
check 'a TA that panics' drivertest panic
check 'memory of all sizes' drivertest memory
check 'what belongs to another client' drivertest foreign
clean 'calls'

# Killed clients
background /tmp/1 drivertest spin
check 'Linux goes on beside a TA that spins' quiet drivertest null 10
kill -9 $pid
check 'a killed client of a TA that spins ends' gone $pid 4
wait
clean 'a TA that spins'
background /tmp/1 drivertest wait 60000
kill -9 $pid
check 'a killed client of a TA that waits ends' gone $pid 4
wait
clean 'a TA that waits'
background /tmp/1 drivertest waits 40 60000
sleep 1
kill -9 $pid
check 'a killed client with many calls ends' gone $pid 10
wait
clean 'many calls'
check 'and the next is served' quiet drivertest null 10

# Supplicants
kill_supplicant
echo 1 >/sys/module/merlon/parameters/supplicant_wait
check 'no supplicant: COMMUNICATION' drivertest expect ffff000e
echo 10 >/sys/module/merlon/parameters/supplicant_wait
drivertest expect 0 &
pid=$!
sleep 0.5
supplicant
check 'a supplicant that starts late is used' wait $pid
clean 'no supplicant'
kill_supplicant

: >/tmp/mute
drivertest mute >/tmp/mute 2>&1 &
mute=$!
sleep 0.3
drivertest expect ffff000e >/tmp/1 2>&1 &
pid=$!
check 'the supplicant has the request' started /tmp/mute
kill -9 $mute
check 'the supplicant is killed: COMMUNICATION' wait $pid
clean 'a killed supplicant'

: >/tmp/mute
drivertest mute >/tmp/mute 2>&1 &
mute=$!
sleep 0.3
drivertest expect 0 >/tmp/1 2>&1 &
pid=$!
check 'the supplicant has the request again' started /tmp/mute
kill -9 $pid
check 'a client killed while it is served ends' gone $pid 4
kill -9 $mute
wait
supplicant
sleep 0.3
check 'another supplicant serves' drivertest expect 0
clean 'a client killed while it is served'

# Unload
background /tmp/1 drivertest hold
check 'no unload while a session is open' sh -c '! rmmod merlon 2>/dev/null'
kill -9 $pid
wait $pid
kill_supplicant
check 'unload' rmmod merlon
check 'reload' modprobe merlon
supplicant
sleep 0.3
check 'calls after reload' quiet drivertest null 10
check 'no warning and no oops in Linux' \
	sh -c '! dmesg | grep -E "BUG:|WARNING: CPU|Oops|Call Trace|blocked for more"'
check 'the TEE made no complaint of its own' sh -c '! merlonctl log | grep -i "bug\|panic:"'
finish
