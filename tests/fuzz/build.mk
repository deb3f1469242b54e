# SPDX-License-Identifier: BSD-2-Clause
# Fuzz targets of the kernel; other components add theirs in folders of their own.

FUZZ_KERNEL := $(wildcard kernel/core/*.c kernel/mm/*.c) tests/unit/fake_arch.c \
	tests/unit/programs.c tests/unit/ree.c tests/fuzz/kernel_fuzz.c

# GCC and clang both allow a struct with a flexible array inside another; only clang says so.
FUZZ_KERNEL_CFLAGS := -Wno-gnu-variable-sized-type-not-at-end

$(eval $(call fuzzer,kernel_call,$(FUZZ_KERNEL) tests/fuzz/fuzz_call.c,$(FUZZ_KERNEL_CFLAGS)))
$(eval $(call fuzzer,kernel_pagelist,$(FUZZ_KERNEL) tests/fuzz/fuzz_pagelist.c,$(FUZZ_KERNEL_CFLAGS)))
$(eval $(call fuzzer,kernel_syscall,$(FUZZ_KERNEL) tests/fuzz/fuzz_syscall.c,$(FUZZ_KERNEL_CFLAGS)))
