#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every CPU sends every CPU interrupts of all kinds but INIT, as fast as it can, while clients call the TEE.
# Neither world may notice.
#: checks 9
#: seat world vm
#: cpus 4
. /tests/lib.sh

hello >/dev/null
callers_start
sleep 1
attack attack_storm
sed -n 's/^.*attack_storm: \([0-9]* NMIs came\)/storm: \1/p' /tmp/attack
callers_end
is 'clients called' "$(wc -l </tmp/calls)" -ge 2
check 'no call failed' test ! -e /tmp/failed
is 'no oops' "$(dmesg | grep -cE 'BUG:|Oops|general protection|lockup|stall')" -eq 0
finish
