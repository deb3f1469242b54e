# SPDX-License-Identifier: BSD-2-Clause

# The key whose TAs are accepted; sdk/build.mk makes it.
$(O)/services/loader/pubkey.o: $(O)/sdk/ta_pubkey.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -c -o $@ $<

$(eval $(call service,loader,6d65726c-6f6e-4c44-8000-000000000001,rpc+loader+concurrent, \
	$(wildcard services/loader/*.c)))
$(O)/services/loader/loader.elf: $(O)/services/loader/pubkey.o
$(O)/services/loader/main.o: $(O)/sdk/.key
$(O)/services/loader/main.o: RT_CFLAGS += \
	-DTA_KEY_IS_DEVELOPMENT=$(if $(filter $(O)/sdk/ta_dev_key.pem,$(TA_KEY)),1,0)
