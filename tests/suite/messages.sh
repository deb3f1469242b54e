#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A hostile Linux: raw hypercalls and messages with wrong lengths, foreign addresses, answers that
# lie, used thread tokens, arguments that change while they are read. Each is refused, both worlds go on.
#: checks 134
#: seat world vm
#: cpus 1 2 4
. /tests/lib.sh

attack attack_hypercall
is 'refused requests are counted' "$(stat tee.refused)" -gt 100
check 'the TA answers as before' hello
finish
