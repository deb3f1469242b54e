#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# All policy words for side channels off: nothing is done.
#: checks 3
#: monitor-args ibpb=off l1d=off verw=off rsb=off
. /tests/lib.sh
PATH=$PATH:/tests

calls=$(stat total.tee_calls)
drivertest null 1000 >/dev/null
is 'a thousand calls' $(($(stat total.tee_calls) - calls)) -ge 1000
is 'nothing is flushed' $(($(stat total.ibpb) + $(stat total.l1d) + $(stat total.verw) +
	$(stat total.rsb))) -eq 0
check 'the log says so' sh -c \
	'[ "$(merlonctl log | grep -c "side channels: .* is off (off)")" = 4 ]'
finish
