#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Seat vm: what a hostile Linux offers, takes back and touches; that a call costs two exits and no
# hypercall but itself; that unloading the driver takes everything back. sharingopen.sh shows that the
# attacks on lent memory are real ones.
#: checks 58
#: seat vm
#: cpus 1 2 4
. /tests/lib.sh
PATH=$PATH:/tests

attack attack_sharing

# outstanding: pages that Linux offers, and that the TEE has
outstanding() {
	echo $(($(stat total.shared) - $(stat total.reclaimed))) \
		$(($(stat total.retrieved) - $(stat total.relinquished)))
}

# Reading a counter is a hypercall of the CPU that reads: always the same one, or two snapshots would
# differ by how many of these they hold.
snapshot() {
	taskset 1 merlonctl stats --raw
}

# measure COUNT: the counters of that many calls in a session, whose image is loaded each time
measure() {
	snapshot >/tmp/before
	drivertest null "$1" >/dev/null
	snapshot >/tmp/after
	calls=$(grown total.tee_calls)
	shares=$(grown total.shared)
	# TEE_CALL and TEE_RETURN; and each snapshot's own. The timer's entries have a TEE_RETURN only.
	own=$(($(grown tee.timers) + $(grown tee.kicks)))
	others=$(($(grown total.hypercalls) - 2 * calls - $(grown total.timer) - own))
	exits=$(($(grown total.exits_tee) - $(grown total.preempts) - $(grown total.slices) - own))
}

# Counters are not read in one moment: what happens on another CPU meanwhile is in one and not in the next. So the
# best of some measurements counts.
drivertest null 10 >/dev/null
for _ in 1 2 3 4 5; do
	measure 1
	few_calls=$calls few_shares=$shares few_others=$others few_exits=$exits
	measure 1001
	calls=$((calls - few_calls)) shares=$((shares - few_shares))
	others=$((others - few_others)) exits=$((exits - few_exits))
	[ $others -ne 0 ] || [ $shares -ne 0 ] || break
done
is 'a thousand calls' "$calls" -ge 1000
is 'share nothing' $shares -eq 0
is 'make no hypercall but themselves, each' $others -eq 0
# NMIs of the timer's ticks are not told apart.
is 'and each leaves the TEE once' $exits -le $((calls + calls / 10))

# What a session shares for its life goes when it ends.
for n in 1 2 3 4; do
	hello >/dev/null
done
first=$(outstanding)
for n in 1 2 3 4 5 6 7 8; do
	hello >/dev/null
done
after=$(outstanding)
check 'sessions leave nothing shared' test "${after% *}" = "${first% *}"

killall tee-supplicant
sleep 1
rmmod merlon
modprobe merlon
first=$(outstanding)
rmmod merlon
modprobe merlon
check 'a new driver starts with what the last one started with' test "$(outstanding)" = "$first"
is 'and the TEE has given all back' "${first#* }" -le 8
finish
