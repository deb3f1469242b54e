# SPDX-License-Identifier: BSD-2-Clause
# The test guest (kernel, initramfs) and the commands that start it. Comes last of all build.mk,
# so that it sees everything that the others added to GUEST_FILES (product:/path/in/the/guest).

GUEST := $(O)/guest

# GUEST_EXTRA="mine.ta:/lib/merlon/mine.ta ...": a user's own files.
GUEST_FILES += $(GUEST_EXTRA)
# Files of the guest that need no building.
GUEST_FILES += tools/guest/init:/init tools/guest/demo:/bin/demo tools/guest/motd:/etc/motd tests/vm/lib.sh:/tests/lib.sh \
	$(foreach s,$(wildcard tests/suite/*.sh),$(s):/tests/$(notdir $(s)))

$(GUEST)/bzImage: $(GUEST)/kernel.mk
	cp $(GUEST)/linux/bzImage $@

# The list is a prerequisite of its own: taking a file away must rebuild the initramfs too.
$(GUEST)/files: FORCE
	@mkdir -p $(@D)
	@echo $(GUEST_FILES) | tr ' ' '\n' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

guest_sources := $(foreach f,$(GUEST_FILES),$(firstword $(subst :, ,$(f))))
$(GUEST)/initramfs.cpio.gz: tools/mkinitramfs $(GUEST)/files $(GUEST)/kernel.mk $(guest_sources)
	tools/mkinitramfs $@ $(GUEST)/linux/modules $(GUEST)/files

$(O)/tools/tsc_khz: tools/tsc_khz.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $<

ALL += $(GUEST)/bzImage $(GUEST)/initramfs.cpio.gz $(O)/tools/tsc_khz

FORCE:

# $(value): a dollar sign in CMD is for the guest's shell, not for make.
export MERLON_CMD := $(value CMD)
export O SEAT MACHINE BOOT IOMMU CPUS MEM ICOUNT TIMEOUT APPEND QEMU_ARGS SUITES KVER CC CLANG NM

bench: all
	@tools/bench
run: all
	@tools/launch; echo $$? >$(O)/run.status
