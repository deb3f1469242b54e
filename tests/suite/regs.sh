#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Vector registers as programs see them: a client's and a TA's secrets stay their own.
#: checks 8
#: seat world vm
#: cpus 1 2
. /tests/lib.sh

regs || failed=1
finish
