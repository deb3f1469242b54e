#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two threads on two CPUs, an instance each, make at least 1.7 times the calls of one.
#: checks 1
#: timeout 120
. /tests/lib.sh

bench parallel >/tmp/parallel
cat /tmp/parallel
is 'calls per second of two CPUs against one, in percent' \
	"$(awk '$1 == "parallel_speedup_2cpu" { print int($2 * 100) }' /tmp/parallel)" -ge 170
finish
