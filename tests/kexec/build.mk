# SPDX-License-Identifier: BSD-2-Clause
# What tests/suite/kexec.sh boots another Linux with.

$(O)/tests/kexec/kexec: tests/kexec/kexec.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $<

ALL += $(O)/tests/kexec/kexec
GUEST_FILES += $(O)/tests/kexec/kexec:/tests/kexec
