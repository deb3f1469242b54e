# SPDX-License-Identifier: BSD-2-Clause
# The TA development kit, exported to $(O)/sdk, and the tool that signs TAs.

sdk-o := $(O)/sdk

# --- merlon-sign ----------------------------------------------------------------------------

sign-objs := $(patsubst %.c,$(sdk-o)/obj/%.o,$(wildcard sdk/sign/*.c))

$(sdk-o)/obj/sdk/sign/%.o: sdk/sign/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -fPIE -c $< -o $@

$(sdk-o)/bin/merlon-sign: $(sign-objs)
	@mkdir -p $(@D)
	$(CC) -pie -Wl,-z,now $^ -lcrypto -o $@

# --- The key: TA_KEY=file.pem names your own; else one is made for this build and no other. --

TA_KEY ?= $(sdk-o)/ta_dev_key.pem

$(sdk-o)/ta_dev_key.pem:
	@mkdir -p $(@D)
	umask 077 && openssl genrsa -out $@.new 2048 2>/dev/null && mv $@.new $@

# Naming another key, even an older file, remakes all that holds one.
$(sdk-o)/.key: FORCE
	@mkdir -p $(@D)
	@echo '$(TA_KEY)' | cmp -s - $@ || echo '$(TA_KEY)' >$@

# What the loader service is built with.
$(sdk-o)/ta_pubkey.c: $(TA_KEY) $(sdk-o)/.key $(sdk-o)/bin/merlon-sign
	$(sdk-o)/bin/merlon-sign pubkey --key $(TA_KEY) --out $@

ALL += $(sdk-o)/bin/merlon-sign $(sdk-o)/ta_pubkey.c

-include $(sign-objs:.o=.d)

# --- The kit ----------------------------------------------------------------------------------

# Of the C library, the headers of what the runtime has.
sdk-libc := alloca assert byteswap ctype endian errno features float inttypes iso646 limits setjmp \
	stdalign stdarg stdbool stddef stdint stdio stdlib stdnoreturn string strings
sdk-sources := $(wildcard sdk/kit/mk/* sdk/kit/src/* runtime/include/*)
sdk-kit := $(sdk-o)/.kit

$(sdk-kit): $(sdk-sources) sdk/build.mk $(MUSL_GEN)/bits/alltypes.h $(O)/runtime/runtime.so \
	$(sdk-o)/bin/merlon-sign $(TA_KEY) $(sdk-o)/.key
	rm -rf $(sdk-o)/mk $(sdk-o)/src $(sdk-o)/include $(sdk-o)/lib $(sdk-o)/keys
	mkdir -p $(sdk-o)/include/libc/bits $(sdk-o)/lib $(sdk-o)/keys
	cp -r sdk/kit/mk sdk/kit/src $(sdk-o)/
	cp -r runtime/include/* $(sdk-o)/include/
	cp $(sdk-libc:%=$(MUSL)/include/%.h) $(sdk-o)/include/libc/
	cp $(MUSL)/arch/generic/bits/*.h $(sdk-o)/include/libc/bits/
	cp $(MUSL)/arch/x86_64/bits/*.h $(MUSL_GEN)/bits/*.h $(sdk-o)/include/libc/bits/
	cp $(O)/runtime/runtime.so $(sdk-o)/lib/
	cp $(TA_KEY) $(sdk-o)/keys/ta_key.pem
	chmod 600 $(sdk-o)/keys/ta_key.pem
	touch $@

ALL += $(sdk-kit)

# $(call build_ta,NAME,DIRECTORY,UUID): builds a TA of this tree as its user would, with the kit:
# $(O)/NAME/UUID.ta and .elf.
define build_ta
$(O)/$(1)/$(3).ta: $(sdk-kit) $(shell find $(2) -type f)
	$$(MAKE) --no-print-directory -C $(2) O=$$(abspath $$(@D)) CROSS_COMPILE= \
		TA_DEV_KIT_DIR=$$(abspath $(sdk-o))
	touch $$@
endef
