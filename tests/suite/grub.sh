#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Started by GRUB from a disc, as on a real machine, rather than by QEMU itself: the TEE answers, and
# firmware's memory map reaches Linux without the monitor's block, of which Linux can read nothing.
#: checks 14 16
#: machine qemu
#: boot grub-bios grub-uefi
. /tests/lib.sh

# size NAME: MiB that /proc/iomem has under this name, at the top level
size() {
	total=0
	for range in $(sed -n "s/^\([0-9a-f]*-[0-9a-f]*\) : $1\$/\1/p" /proc/iomem); do
		total=$((total + (0x${range#*-} - 0x${range%-*} + 1) / 1024))
	done
	echo $((total / 1024))
}

check 'the TA answers' hello
is 'Linux has all CPUs' "$(grep -c ^processor /proc/cpuinfo)" -eq 2
# 1 GiB less the TEE's 64 MiB, the monitor's 12 and what firmware keeps.
is 'Linux has its RAM' "$(size 'System RAM')" -gt 900
is 'and no more' "$(size 'System RAM')" -lt 949
tee=$(merlonctl log | sed -n 's/.* TEE at \([0-9a-f]*\) with .*/\1/p')
check 'the block of the TEE is a hole' grep -q "^$tee-.* : Reserved" /proc/iomem
is 'Linux has the screen that firmware set up' \
	"$(ls /sys/bus/platform/devices | grep -c '^\(vga\|efi\)-framebuffer')" -eq 1
if [ -d /sys/firmware/efi ]; then
	check 'Linux has the services of UEFI' modprobe efivarfs
	mount -t efivarfs efivarfs /sys/firmware/efi/efivars
	is 'and reads its variables' "$(ls /sys/firmware/efi/efivars | wc -l)" -gt 5
fi
is 'no refused access to memory' "$(stat total.violations)" -eq 0
is 'no warning and no oops in Linux' \
	"$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace|unchecked MSR')" -eq 0
attack attack_memory write=0
check 'the TEE runs' sh -c 'merlonctl status | grep -q "^TEE.*running"'
finish
