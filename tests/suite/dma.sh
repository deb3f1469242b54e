#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Devices behind an IOMMU are told to read and write TEE and monitor memory, directly and through a
# descriptor ring: refused and logged, while they go on serving Linux. dmaopen.sh shows that the
# attack is a real one.
#: checks 14 12
#: iommu intel amd
#: qemu-args -device edu,dma_mask=0xffffffff -device e1000
. /tests/lib.sh

check 'the monitor says that DMA is contained' sh -c 'merlonctl log | grep -q "DMA is contained by"'
check 'merlonctl says so too' sh -c 'merlonctl status | grep -q "^DMA *contained by"'
attack attack_dma
sleep 0.1
# QEMU's AMD-Vi of that time never writes its event log.
if ! merlonctl log | grep -q 'contained by AMD-Vi'; then
	is 'refused accesses are counted' "$(stat total.dma_faults)" -gt 10
	check 'and logged, with address and device' sh -c \
		'merlonctl log | grep -q "DMA: read of [0-9a-f]* by device [0-9a-f:.]* refused"'
fi
check 'Linux sees no table of an IOMMU' sh -c \
	'! ls /sys/firmware/acpi/tables | grep -qE "DMAR|IVRS"'
is 'no refused access of Linux itself' "$(stat total.violations)" -eq 0
# Where QEMU has the units' registers.
for base in 0xfed90000 0xfed80000; do
	modprobe attack_memory base=$base size=4096 write=0 2>/dev/null
	rmmod attack_memory
done
is 'the registers are kept from Linux' "$(stat total.violations)" -gt 0
finish
