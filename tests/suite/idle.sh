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

hello >/dev/null
# Reading the counters makes calls itself, always as many: two readings in a row show how many.
for n in 1 2; do
	merlonctl stats --raw >/tmp/$n
done
sleep 1
merlonctl stats --raw >/tmp/3
cost=$(($(exits /tmp/2) - $(exits /tmp/1)))
is 'reading the counters has its cost' "$cost" -gt 0
is 'exits of the idle TEE in 1 s' $(($(exits /tmp/3) - $(exits /tmp/2) - cost)) -eq 0
cost=$(($(calls /tmp/2) - $(calls /tmp/1)))
is 'entries into the idle TEE in 1 s' $(($(calls /tmp/3) - $(calls /tmp/2) - cost)) -le 0
finish
