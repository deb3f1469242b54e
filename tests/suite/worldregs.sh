#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Registers across a world switch, on each CPU: what Linux left in them it finds again, and nothing
# else: general, x87, SSE and AVX, debug registers and MSRs.
#: checks 9 17 33 9 17 33
#: seat world vm
#: cpus 1 2 4
. /tests/lib.sh

attack attack_regs
finish
