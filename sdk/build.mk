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

# What the loader service is built with.
$(sdk-o)/ta_pubkey.c: $(TA_KEY) $(sdk-o)/bin/merlon-sign
	$(sdk-o)/bin/merlon-sign pubkey --key $(TA_KEY) --out $@

ALL += $(sdk-o)/bin/merlon-sign $(sdk-o)/ta_pubkey.c

-include $(sign-objs:.o=.d)
