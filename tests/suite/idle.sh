#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A TEE that nobody calls costs nothing: it is never entered, so it runs no instruction.
#: checks 3
#: cpus 1 2
. /tests/lib.sh

hello >/dev/null
# Reading the counters makes calls itself, always as many: measured first, taken off later.
first=$(stat total.exits_tee)
second=$(stat total.exits_tee)
cost=$((second - first))
calls=$(stat total.tee_calls)
before=$(stat total.exits_tee)
sleep 1
after=$(stat total.exits_tee)
calls_after=$(stat total.tee_calls)

is 'reading the counters costs a fixed number of calls' "$cost" -gt 0
is 'exits of the idle TEE in 1 s' $((after - before - cost)) -eq 0
is 'entries into the idle TEE in 1 s' $((calls_after - calls - 3 * cost)) -eq 0
finish
