#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux puts the machine to sleep, after which firmware would wake it without the monitor: nothing of the
# TEE may be left. The guard is off, so that Linux can see that it was there and is gone.
#: checks 7
#: seat world vm
#: monitor merlon-unguarded
. /tests/lib.sh

check 'the TA answers' hello
# shellcheck disable=SC2046
attack attack_machine $(tee_range)
check 'the log says why' sh -c 'merlonctl log | grep -q "the TEE is dead: Linux puts the machine to sleep"'
check 'the status' sh -c 'merlonctl status | grep -q "^TEE.*dead"'
finish
