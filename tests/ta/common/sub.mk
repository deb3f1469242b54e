# SPDX-License-Identifier: BSD-2-Clause
global-incdirs-y += ../include .
srcs-y += test_ta.c params.c faults.c regs.c tee.c
# A function of its own for each fault, and a frame for each function.
cflags-faults.c-y += -fno-optimize-sibling-calls -fno-inline
