#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A TEE that nobody calls costs nothing: it is never entered, so it runs no instruction.
#: checks 3
#: seat world vm
#: cpus 1 2
. /tests/lib.sh

# exits FILE: exits of the TEE that are not due to an interrupt for Linux
exits() {
	awk '$1 == "total.exits_tee" { n += $2 } $1 == "total.preempts" { n -= $2 } END { print n }' "$1"
}
calls() {
	sed -n 's/^total.tee_calls //p' "$1"
}

# Reading the counters makes calls itself, always as many: two readings in a row show how many. Only an interrupt in
# the middle of a call makes it two, so the best of some measurements counts.
look() {
	for n in 1 2; do
		merlonctl stats --raw >/tmp/$n
	done
	sleep 1
	merlonctl stats --raw >/tmp/3
	reading=$(($(exits /tmp/2) - $(exits /tmp/1)))
	exits=$(($(exits /tmp/3) - $(exits /tmp/2) - reading))
	calls=$(($(calls /tmp/3) - $(calls /tmp/2) - ($(calls /tmp/2) - $(calls /tmp/1))))
}

hello >/dev/null
for _ in 1 2 3 4 5; do
	look
	[ $exits -ne 0 ] || [ $calls -ne 0 ] || break
done
is 'reading the counters has its cost' "$reading" -gt 0
is 'exits of the idle TEE in 1 s' $exits -eq 0
is 'entries into the idle TEE in 1 s' $calls -eq 0
finish
