#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two threads on two CPUs, an instance each, make at least 1.7 times the calls of one: 85 % of what
# is possible. A busy host has no second CPU to give, and QEMU handles VM exits one at a time; so what
# a program gains there and then that leaves its virtual machine as often, without driver and TEE, is
# the measure where 1.7 is out of reach. Best of five, because the host's load comes and goes.
# On CPUs 1 and 2, and without the TEE's timer, whose ticks are CPU 0's: with a thread for each CPU, QEMU 7.2 now
# and then spoils the state of CPU 0 when it leaves its guest (docs/testing.md).
#: checks 1
#: cpus 3
#: thread multi
#: timeout 300
#: alone yes
#: monitor-args timer=off
. /tests/lib.sh

# best NAME SO_FAR: in percent
best() {
	awk -v name="$1" -v best="$2" '$1 == name && $2 * 100 > best { best = int($2 * 100) }
		END { print best }' /tmp/parallel
}

calls=0
possible=0
for _ in 1 2 3 4 5; do
	bench parallel >/tmp/parallel
	cat /tmp/parallel
	calls=$(best parallel_speedup_2cpu $calls)
	possible=$(best exits_speedup_2cpu $possible)
	[ "$calls" -lt 170 ] || break
done
[ "$possible" -lt 200 ] && [ "$possible" -gt 0 ] || possible=200
echo "two CPUs against one, in percent: $calls; a program that only computes and exits: $possible"
is 'gain in calls, in percent of the gain that this host allows' $((calls * 100 / possible)) -ge 85
finish
