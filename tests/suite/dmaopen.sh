#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The attack of dma.sh with the guard off: the same devices behind the same IOMMUs must get TEE
# memory, or dma.sh would prove nothing.
#: checks 5
#: iommu intel amd
#: monitor merlon-unguarded
#: qemu-args -device edu,dma_mask=0xffffffff -device e1000
. /tests/lib.sh

hello >/dev/null
load_attack attack_dma
for name in edu_reads_nothing edu_writes_nothing e1000_reads_nothing; do
	check "$name: not so" grep -q "attack_dma: FAIL $name: LEAK" /tmp/attack
done
check 'the attack came to its end' at_end attack_dma
check 'the TA answers as before' hello
finish
