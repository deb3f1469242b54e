# SPDX-License-Identifier: BSD-2-Clause
# The portable kernel on the host, over a fake architecture.

UNIT_KERNEL := $(wildcard kernel/core/*.c kernel/mm/*.c) tests/unit/fake_arch.c \
	tests/unit/programs.c tests/unit/ree.c tests/unit/harness.c
UNIT_KERNEL_CFLAGS := -Ikernel/include

$(eval $(call unit_test,kernel,$(UNIT_KERNEL) tests/unit/test_kernel.c,$(UNIT_KERNEL_CFLAGS)))
$(eval $(call unit_test,kernel_shm,$(UNIT_KERNEL) tests/unit/test_shm.c,$(UNIT_KERNEL_CFLAGS)))
$(eval $(call unit_test,kernel_death,$(UNIT_KERNEL) tests/unit/test_death.c,$(UNIT_KERNEL_CFLAGS)))
$(eval $(call unit_test,kernel_timer,$(UNIT_KERNEL) tests/unit/test_timer.c,$(UNIT_KERNEL_CFLAGS)))
$(eval $(call unit_test,mm,tests/unit/mm_test.c $(wildcard kernel/mm/*.c)))
$(eval $(call unit_test,kernel_parallel,$(UNIT_KERNEL) tests/unit/test_parallel.c,$(UNIT_KERNEL_CFLAGS)))
