#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two threads on two CPUs, an instance each, make at least 1.7 times the calls of one: 85 % of what
# is possible. A busy host has no second CPU to give; so what a program that only computes gains at
# the same time is the measure then. Best of five, because the host's load comes and goes.
#: checks 1
#: thread multi
#: timeout 300
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
	possible=$(best compute_speedup_2cpu $possible)
	[ "$calls" -lt 170 ] || break
done
[ "$possible" -lt 200 ] || possible=200
echo "two CPUs against one, in percent: $calls; a program that only computes: $possible"
is 'gain in calls, in percent of the gain that this host allows' $((calls * 100 / possible)) -ge 85
finish
