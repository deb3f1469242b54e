#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A hundred thousand calls, ten thousand sessions, a thousand panics, two hundred killed clients:
# then the TEE has as much of everything as before. And a TA that loops for ever.
#: checks 13
#: seat world vm
#: timeout 1200
. /tests/lib.sh

soak loop invokes 100000 opens 10000 panics 1000 kills 200 || failed=1
is 'Linux is well' "$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace')" -eq 0
finish
