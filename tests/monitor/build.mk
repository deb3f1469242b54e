# SPDX-License-Identifier: BSD-2-Clause
# The monitor's policy on a fake machine with a fake backend: no vendor, no privilege.

MONITOR_POLICY := $(addprefix monitor/,apic.c chipset.c cpuid.c events.c exchange.c exit.c fault.c guest.c hypercall.c \
	insn.c io.c memory.c mitigate.c msr.c second_level.c share.c switch.c tick.c)

$(eval $(call unit_test,monitor_memory,tests/monitor/memory.c tests/monitor/fake.c $(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_share,tests/monitor/share.c tests/monitor/fake.c $(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_mitigate,tests/monitor/mitigate.c tests/monitor/fake.c \
	$(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_policy,tests/monitor/policy.c tests/monitor/fake.c $(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_chipset,tests/monitor/chipset.c tests/monitor/fake.c \
	$(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_timer,tests/monitor/timer.c tests/monitor/fake.c $(MONITOR_POLICY)))
$(eval $(call unit_test,monitor_input,tests/monitor/input.c tests/monitor/fake.c $(MONITOR_POLICY) \
	monitor/options.c monitor/guard_on.c))
$(eval $(call unit_test,monitor_event,tests/monitor/event.c monitor/event.c))
$(eval $(call fuzzer,monitor_insn,tests/monitor/fuzz_insn.c monitor/insn.c))
$(eval $(call unit_test,monitor_iommu,tests/monitor/iommu.c tests/monitor/fake.c $(MONITOR_POLICY) \
	monitor/iommu/config.c))
$(eval $(call fuzzer,monitor_iommu_tables,tests/monitor/fuzz_iommu.c monitor/iommu/config.c))

# What comes before policy: the boot loader's word.
MONITOR_LOADER := tests/monitor/loader.c $(addprefix monitor/,firmware.c layout.c multiboot.c multiboot2.c \
	ranges.c screen.c)

$(eval $(call unit_test,monitor_boot,tests/monitor/boot.c $(MONITOR_LOADER)))
$(eval $(call fuzzer,monitor_multiboot2,tests/monitor/fuzz_multiboot2.c $(MONITOR_LOADER)))
