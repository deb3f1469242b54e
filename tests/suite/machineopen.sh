#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attacks of machine.sh by a Linux alone on the machine, without a monitor: they must succeed, or
# machine.sh would prove nothing.
#: checks 27
#: seat none
#: qemu-args -device edu,dma_mask=0xffffffff
. /tests/lib.sh

load_attack attack_machine
for name in msr_reads_refused msr_writes_refused msr_writes_ignored efer_svme svm_instructions \
	apic_base_stays port_too_wide port_by_string fw_cfg_copies_nothing fw_cfg_over_tee \
	pciexbar_stays smram_stays tseg_stays pmbase_stays rcba_stays config_too_wide window_over_memory smm_handler \
	hpet_writes_nothing hpet_over_tee msi_by_store \
	init_and_smi_by_ioapic init_and_smi_by_vector apic_id_stays smi_by_icr; do
	check "$name: taken" grep -q "attack_machine: FAIL $name: TAKEN" /tmp/attack
done
check 'the window of a device can be moved' grep -q 'attack_machine: PASS bar_moves' /tmp/attack
check 'the attack came to its end' at_end attack_machine
finish
