#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux starts another Linux with kexec, below which the monitor and the TEE go on: what was refused to the
# first kernel is refused to the second, whose driver finds a TEE that serves it and holds nothing of the
# first one's. This script runs once under each; the second has "life=2" on its command line.
#: checks 13
#: seat world vm
#: qemu-args -fw_cfg name=opt/kernel,file=$O/guest/bzImage -fw_cfg name=opt/initramfs,file=$O/guest/initramfs.cpio.gz
. /tests/lib.sh
PATH=$PATH:/tests

read -r line </proc/cmdline
case $line in
*life=2*) ;;
*)
	check 'the TA answers' hello
	background /tmp/hold drivertest hold
	background /tmp/spin drivertest spin
	is 'sessions are open' "$(stat tee.sessions)" -ge 2
	kexec opt/kernel opt/initramfs "$line life=2"
	echo "not ok kexec: gave $?"
	exit 1
	;;
esac

check 'the second Linux: the driver is there' sh -c 'merlonctl status | grep -q "^TEE.*running"'
is 'all CPUs' "$(nproc)" -eq 2
is 'no session of the first is left' "$(stat tee.sessions)" -eq 0
check 'the TA answers again' hello
attack attack_memory write=0
check 'a call on each CPU' sh -c 'taskset 1 hello && taskset 2 hello'
is 'no warning and no oops' "$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace|unchecked MSR')" -eq 0
finish
