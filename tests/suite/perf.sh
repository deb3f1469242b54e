#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The cost of calls, in guest instructions and VM exits: what is promised, with OP-TEE's figures behind it.
#: checks 5
#: icount 1
#: cpus 1
. /tests/lib.sh

bench count >/tmp/count
cat /tmp/count
value() {
	awk -v name="$1" '$1 == name { print $2 }' /tmp/count
}

is 'null invoke, instructions' "$(value null_invoke_instructions)" -le 10000 # 58,400
is 'null invoke, VM exits' "$(value null_invoke_exits)" -eq 2
is 'invoke with 4 KiB in and out, instructions' "$(value invoke_4k_instructions)" -le 16000 # 128,000
is 'open and close, warm, instructions' "$(value open_close_warm_instructions)" -le 40000 # 187,000
is 'open and close, cold, instructions' "$(value open_close_cold_instructions)" -le 6000000 # 28,700,000
finish
