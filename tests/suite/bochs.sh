#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same image on Intel VMX, and on AMD SVM for a second opinion on QEMU's: from boot to an answer,
# what a call costs, GP's behaviour, and that Linux reaches neither memory nor registers of the TEE.
# make test MACHINE=bochs-vmx SUITES=... runs any other suite there.
#: checks 196 203
#: machine bochs-vmx bochs-svm
#: cpus 1 2
. /tests/lib.sh

dmesg -c >/dev/null # Linux does not like what Bochs says of two CPUs' topology
check 'the TA answers' hello
is 'Linux sees neither SVM nor VMX' "$(grep -cE '^flags.*\b(svm|vmx)\b' /proc/cpuinfo)" -eq 0
# Bochs is slow: with one CPU only.
[ "$(nproc)" != 1 ] || {
	bench count >/tmp/count
	is 'null invoke, VM exits' "$(awk '$1 == "null_invoke_exits" { print $2 }' /tmp/count)" -eq 2
}
sh /tests/conformance.sh || failed=1
EVERY=8 sh /tests/isolation.sh || failed=1
sh /tests/worldregs.sh || failed=1
# For bochs.host; the debugger traces CPU 0.
taskset 1 modprobe attack_cost
check 'the TEE runs' sh -c 'merlonctl status | grep -q "^TEE.*running"'
finish
