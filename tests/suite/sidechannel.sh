#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The policy words for side channels: what is forced on is done at each switch in its direction and
# counted; what the CPU cannot do is said in the log. sidechanneloff.sh has them all off.
#: checks 8
#: seat world vm
#: monitor-args ibpb=always l1d=always verw=auto rsb=always
. /tests/lib.sh
PATH=$PATH:/tests

merlonctl stats --raw >/tmp/before
drivertest null 1000 >/dev/null
merlonctl stats --raw >/tmp/after
calls=$(grown total.tee_calls)
is 'a thousand calls' "$calls" -ge 1000
is 'return predictions are overwritten at each' "$(grown total.rsb)" -eq "$calls"
is 'no IBPB on a CPU without' "$(grown total.ibpb)" -eq 0
is 'no L1D flush on a CPU without' "$(grown total.l1d)" -eq 0
is 'no VERW on a CPU of AMD' "$(grown total.verw)" -eq 0
merlonctl log >/tmp/log
check 'the log says what cannot be done' grep -q 'ibpb=always, but this CPU has no IBPB' /tmp/log
check 'of each' grep -q 'l1d=always, but this CPU has no IA32_FLUSH_CMD' /tmp/log
check 'and what is done' grep -q 'side channels: rsb is on (always)' /tmp/log
finish
