# SPDX-License-Identifier: BSD-2-Clause
# The Linux driver, built out of tree against the headers of the guest's kernel (KDIR). The
# kernel's build writes next to its sources, so it gets a copy of them.

LINUX_SRC   := $(wildcard linux/*.c linux/*.h linux/Kbuild)
ABI_HEADERS := $(wildcard include/abi/*.h)

# $(call kmodule,directory under $(O)): runs the kernel's build there, which must not see
# our command line: O= has another meaning for it.
kmodule = env -u MAKEFLAGS -u O $(MAKE) -s -j2 -C $(KDIR) M=$(abspath $(O)/$(1)) \
	MERLON_INC=$(abspath include) W=1 modules

$(O)/linux/merlon.ko: $(LINUX_SRC) $(ABI_HEADERS) linux/build.mk
	@mkdir -p $(@D)
	cp -p $(LINUX_SRC) $(@D)/
	$(call kmodule,linux)
	@touch $@

ALL += $(O)/linux/merlon.ko
GUEST_FILES += $(O)/linux/merlon.ko:/merlon.ko
