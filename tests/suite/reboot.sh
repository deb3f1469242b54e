#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux resets the machine, in each way that it knows: firmware, GRUB and the monitor come up again.
# This script runs once in each life of the machine; the year of its clock counts them, for
# that is what a reset leaves alone and Linux can set.
#: checks 8 10
#: machine qemu
#: boot grub-bios grub-uefi
#: cpus 2
#: timeout 400
#: qemu-args -action reboot=reset
. /tests/lib.sh

FIRST=2040

life=$(($(date +%Y) - FIRST))
[ $life -ge 0 ] || life=0
ways='acpi kbd triple'
[ ! -d /sys/firmware/efi ] || ways="$ways efi"
echo
check "life $life: the TA answers" hello
is "life $life: Linux has all CPUs" "$(grep -c ^processor /proc/cpuinfo)" -eq 2
way=$(echo "$ways" | cut -d' ' -f$((life + 1)))
if [ -n "$way" ]; then
	date -s "$((FIRST + life + 1))-06-01 00:00:00" >/dev/null
	hwclock -w -u
	echo "$way" >/sys/kernel/reboot/type
	echo "now a reset by $way"
	sleep 0.5
	reboot -f
	sleep 60
	echo "not ok reset by $way: nothing happened"
fi
finish
