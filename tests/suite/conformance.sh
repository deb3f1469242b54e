#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The GP Client API as a client sees it, and a TA's life: parameters, cancellation, panics.
#: checks 161
#: seat world vm
#: cpus 1 2 4
. /tests/lib.sh

conformance || failed=1
# Its last groups made TAs crash: each left registers, mappings and a backtrace in the log.
merlonctl log -l err >/tmp/log
is 'a crash shows registers' "$(grep -c 'crash: rip=[0-9a-f]* rsp=' /tmp/log)" -gt 10
is 'a crash shows mappings' "$(grep -c 'crash: map 0x[0-9a-f]*-0x[0-9a-f]* r-x image' /tmp/log)" -gt 10
is 'a crash shows a backtrace' "$(grep -c 'crash: #1 0x[0-9a-f]* [a-z]*+0x' /tmp/log)" -gt 10
is 'Linux is well' "$(dmesg | grep -cE 'BUG:|WARNING: CPU|Oops|Call Trace')" -eq 0
is 'the TEE refused nothing of it' "$(stat tee.refused)" -eq 0
finish
