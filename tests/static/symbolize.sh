#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# merlon-symbolize, on a made-up dump with real addresses of the test TA and of the runtime.
O=${O:-build}
uuid=6d65726c-6f6e-5445-8000-000000000001
elf=$O/tests/ta/test/$uuid.elf
so=$O/runtime/runtime.so
out=$(mktemp)
trap 'rm -f "$out"' EXIT

addr() {
	nm "$1" | sed -n "s/^\([0-9a-f]*\) . $2\$/0x\1/p"
}

has() {
	if grep -q "$2" "$out"; then
		echo "ok symbolize: $1"
	else
		cat "$out"
		echo "not ok symbolize: $1: no \"$2\""
	fi
}

fault=$(addr "$elf" undefined)
panic=$(addr "$so" TEE_Panic)
{
	echo "[    1.5] cpu0 ta[7] err: crash: pid 7 uuid $uuid invalid opcode addr=0x0 code=0x0"
	echo "[    1.5] cpu0 ta[7] err: crash: #0 0x7f0000000000 image+$fault"
	printf '[    1.5] cpu0 ta[7] err: crash: #1 0x7f0000000000 runtime+0x%x\n' $((panic + 1))
	echo "[    1.6] cpu0 ta[7] info: something else"
} | "$O/client/merlon-symbolize" --ta "$O/tests/ta/test" --runtime "$so" >"$out"

echo 1..4
has 'function and line of a TA' 'in undefined at .*faults\.c:[0-9]'
has 'function and line of the runtime' 'in TEE_Panic at .*panic\.c:[0-9]'
has 'other lines are kept' 'something else$'
echo "crash: pid 7 uuid $uuid x
crash: #0 0x1 image+0x1" | "$O/client/merlon-symbolize" >"$out"
has 'says what it misses' 'name its directory with --ta'
