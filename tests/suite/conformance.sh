#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The GP Client API as a client sees it, and a TA's life: parameters, cancellation, panics.
#: checks 158
#: cpus 1 2 4
#: timeout 180
. /tests/lib.sh

conformance || failed=1
is 'Linux is well' "$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace')" -eq 0
is 'the TEE refused nothing of it' "$(stat tee.refused)" -eq 0
finish
