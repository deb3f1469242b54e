# SPDX-License-Identifier: BSD-2-Clause
# Kernel modules, and a program, that attack the TEE from Linux. See linux/build.mk for how they are built.

ATTACK_SRC     := $(wildcard tests/attack/*.c tests/attack/*.h tests/attack/Kbuild) \
	tests/ta/include/test_ta.h
ATTACK_MODULES := $(foreach m,common memory regs hypercall dma sharing fuzz timer window machine storm cost,$(O)/tests/attack/attack_$(m).ko)

$(ATTACK_MODULES) &: $(ATTACK_SRC) $(ABI_HEADERS) tests/attack/build.mk linux/build.mk
	@mkdir -p $(@D)
	cp -p $(ATTACK_SRC) $(@D)/
	$(call kmodule,tests/attack)
	@touch $(ATTACK_MODULES)

ALL += $(ATTACK_MODULES)
GUEST_FILES += $(foreach m,$(ATTACK_MODULES),$(m):/$(notdir $(m)))

# The attack from user mode.
$(O)/tests/attack_user: tests/attack/user/user.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $<

ALL += $(O)/tests/attack_user
GUEST_FILES += $(O)/tests/attack_user:/tests/attack_user
