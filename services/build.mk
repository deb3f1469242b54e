# SPDX-License-Identifier: BSD-2-Clause
# Services: programs of ring 3 in the boot image. Each folder's build.mk calls
#   $(eval $(call service,NAME,UUID,PRIV[+PRIV...],SOURCES[,MORE_CFLAGS]))
# The TEE image is made here too: kernel, runtime, services.

SERVICES     := # NAME,UUID,PRIV,FILE for tools/mkteeimg.c
SERVICE_ELFS :=

# As a TA is linked, against the runtime only.
SERVICE_LDFLAGS := -shared -Bsymbolic --no-undefined --gc-sections --hash-style=gnu \
	-z separate-code -z max-page-size=4096 -z relro -z now -z noexecstack --build-id=sha1

# Its sources see the same headers as the runtime's.
define service
$(patsubst %.c,$(O)/%.o,$(4)): $(O)/%.o: %.c $(MUSL_GEN)/bits/alltypes.h
	@mkdir -p $$(@D)
	$(CC) $$(RT_CFLAGS) -fvisibility=hidden $(5) -c -o $$@ $$<
$(O)/services/$(1)/$(1).elf: $(patsubst %.c,$(O)/%.o,$(4)) $(RT_SO)
	$(LD) $(SERVICE_LDFLAGS) -o $$@ $$(filter %.o,$$^) $(RT_SO)
$(O)/services/$(1)/$(1).stripped: $(O)/services/$(1)/$(1).elf
	$(OBJCOPY) --strip-unneeded $$< $$@
SERVICES += $(1),$(2),$(3),$(O)/services/$(1)/$(1).stripped
SERVICE_ELFS += $(O)/services/$(1)/$(1).stripped
-include $$(wildcard $(patsubst %.c,$(O)/%.d,$(4)))
endef

include $(wildcard services/*/build.mk)

$(O)/tools/mkteeimg: tools/mkteeimg.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $<

$(O)/tee.img: $(O)/kernel/kernel.bin $(RT_IMG) $(SERVICE_ELFS) $(O)/tools/mkteeimg
	$(O)/tools/mkteeimg $@ $< $(RT_IMG) $(SERVICES)

ALL += $(SERVICE_ELFS) $(O)/tools/mkteeimg $(O)/tee.img
