#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux tries to get at the TEE by way of the machine: model-specific registers, SVM's instructions, I/O
# ports, QEMU's fw_cfg, a device's window, the chipset's registers, SMM, INIT and SMI in all their guises. machineopen.sh shows that
# the attacks are real ones.
#: checks 46
#: seat world vm
#: qemu-args -device edu,dma_mask=0xffffffff
. /tests/lib.sh

PATH=$PATH:/tests

# So that the other CPU is in the TEE.
background /tmp/spin taskset 2 drivertest spin
spin=$pid
attack attack_machine
check 'a call that was running goes on' kill -0 $spin
is 'NMIs came while the TEE ran' "$(stat total.nmi)" -ge 1
kill -9 $spin
merlonctl log >/tmp/log
check 'refused MSRs are in the log' grep -q 'MSR: .* by REE refused' /tmp/log
check 'refused ports too' grep -q 'I/O: access to port 518 refused' /tmp/log
check 'closing gate A20 by the keyboard controller too' \
	grep -q 'keyboard controller: command dd refused' /tmp/log
check 'refused registers of the chipset too' grep -q 'chipset: write to register 60 of 00:00.0 refused' /tmp/log
check 'refused SMIs too' grep -q 'APIC: SMI request refused' /tmp/log
check 'the TA answers as before' hello
finish
