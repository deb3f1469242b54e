# SPDX-License-Identifier: BSD-2-Clause
# Damaged images of the hello TA, for the suite badta. They go into the guest as one archive.

badta-o := $(O)/tests/badta
badta-elf := $(hello-o)/$(hello-uuid)

$(badta-o)/damage: tests/badta/damage.c include/abi/ta_image.h
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $< -lcrypto

$(badta-o)/other_key.pem:
	@mkdir -p $(@D)
	openssl genrsa -out $@ 2048 2>/dev/null

$(badta-o)/badta.tar: $(badta-o)/damage $(badta-o)/other_key.pem $(badta-elf).ta
	rm -rf $(badta-o)/images
	mkdir -p $(badta-o)/images
	$< $(TA_KEY) $(badta-o)/other_key.pem $(hello-uuid) \
		$(badta-elf).stripped.elf $(badta-o)/images
	tar -cf $@ -C $(badta-o)/images .

ALL += $(badta-o)/badta.tar
GUEST_FILES += $(badta-o)/badta.tar:/tests/badta.tar
