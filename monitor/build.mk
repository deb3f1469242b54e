# SPDX-License-Identifier: BSD-2-Clause
# Two images: merlon, and merlon-unguarded for tests that must see an attack succeed. They differ
# in one object. GUARD=off makes the product `merlon` the unguarded one.

GUARD ?= on

MONITOR_ALL := $(wildcard monitor/*.c monitor/arch/x86/*.c monitor/svm/*.c monitor/vmx/*.c monitor/iommu/*.c) $(LIB_SRCS) \
	$(wildcard monitor/arch/x86/*.S monitor/svm/*.S monitor/vmx/*.S)
MONITOR_SRCS := $(filter-out monitor/guard_%.c,$(MONITOR_ALL))
MONITOR_OBJS := $(patsubst %,$(O)/monitor/obj/%.o,$(MONITOR_SRCS))
# Retpolines: what Linux taught the branch predictors steers nothing in here.
MONITOR_CFLAGS := $(RING0_CFLAGS) -fno-pie -mcmodel=kernel -mindirect-branch=thunk \
	-mindirect-branch-register -fno-jump-tables -fomit-frame-pointer

$(O)/monitor/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(MONITOR_CFLAGS) -c $< -o $@

$(O)/monitor/obj/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(MONITOR_CFLAGS) -c $< -o $@

# $(call monitor_image,NAME,GUARD)
define monitor_image
$(O)/monitor/$(1).elf: $(MONITOR_OBJS) $(O)/monitor/obj/monitor/guard_$(2).c.o monitor/monitor.lds
	$(LD) -n -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments --gc-sections \
		-T monitor/monitor.lds -o $$@ $$(filter %.o,$$^)
$(O)/monitor/$(1): $(O)/monitor/$(1).elf
	$(OBJCOPY) -O binary $$< $$@
ALL += $(O)/monitor/$(1)
endef

$(eval $(call monitor_image,merlon,$(GUARD)))
$(eval $(call monitor_image,merlon-unguarded,off))

-include $(patsubst %,$(O)/monitor/obj/%.d,$(MONITOR_ALL))
