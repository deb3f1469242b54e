#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two threads on two CPUs, an instance each, make at least 1.7 times the calls of one. The ratio is of
# one run, but something else on the host can spoil a run: the best of five counts.
#: checks 1
#: timeout 300
. /tests/lib.sh

best=0
for try in 1 2 3 4 5; do
	bench parallel >/tmp/parallel
	cat /tmp/parallel
	now=$(awk '$1 == "parallel_speedup_2cpu" { print int($2 * 100) }' /tmp/parallel)
	[ "$now" -le "$best" ] || best=$now
	[ "$best" -lt 170 ] || break
done
is 'calls per second of two CPUs against one, in percent' "$best" -ge 170
finish
