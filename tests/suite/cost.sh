#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A round trip into the TEE, the monitor's and the kernel's instructions together. The monitor's alone must
# be 1,200 at most, which suite bochs counts; the kernel's are fewer than 200.
# make test MACHINE=bochs-vmx SUITES=cost counts there.
#: checks 1
#: seat world vm
#: cpus 1
#: icount 1
. /tests/lib.sh

most=1200
! merlonctl log | grep -q 'Intel VMX' || most=1400
load_attack attack_cost
is 'instructions of a round trip' \
	"$(sed -n 's/^.*attack_cost: round trip, \([0-9]*\) .*/\1/p' /tmp/attack)" -le $most
finish
