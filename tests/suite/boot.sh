#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# From power-on to the first answered call; what Linux sees of the machine.
#: checks 7
#: seat world vm
#: cpus 1 2 4
. /tests/lib.sh

check 'the TA answers' hello
is 'Linux has all CPUs' "$(grep -c ^processor /proc/cpuinfo)" -eq \
	"$(merlonctl stats --raw exits | grep -c ^cpu)"
is 'Linux sees no SVM' "$(grep -c '^flags.*\bsvm\b' /proc/cpuinfo)" -eq 0
is 'Linux sees no VMX' "$(grep -c '^flags.*\bvmx\b' /proc/cpuinfo)" -eq 0
is 'no refused access to memory' "$(stat total.violations)" -eq 0
is 'no warning and no oops in Linux' \
	"$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace|unchecked MSR')" -eq 0
check 'the TEE runs' sh -c 'merlonctl status | grep -q "^TEE.*running"'
finish
