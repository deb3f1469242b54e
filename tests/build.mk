# SPDX-License-Identifier: BSD-2-Clause
# Tests. A folder of tests has a build.mk of its own, which adds
#   to UNIT_TESTS   host programs (cmocka), run under ASan and UBSan
#   to FUZZERS      libFuzzer programs; seeds in tests/fuzz/corpus/<program's name>/
#   to GUEST_FILES  what the guest needs, as product:/path/in/the/guest
# The two templates below do that for the first two:
#   $(eval $(call unit_test,NAME,SOURCES[,MORE_CFLAGS]))   makes $(O)/tests/unit/NAME
#   $(eval $(call fuzzer,NAME,SOURCES[,MORE_CFLAGS]))      makes $(O)/tests/fuzz/NAME
# MORE_CFLAGS come last, so that they can take a warning back or put another include path in front.
# Suites that run in a virtual machine: tests/suite/README.

SANITIZE	:= -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
UNIT_CFLAGS	:= -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE -DUNIT_TEST -I. -Iinclude $(SANITIZE) -MMD -MP
FUZZ_CFLAGS	:= -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE -DFUZZ_TEST -I. -Iinclude \
		   -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -MMD -MP

# $(call test_objects,KIND,NAME,SOURCES): each test compiles its sources for itself, since their
# flags differ.
test_objects = $(patsubst %.c,$(O)/tests/$(1)/$(2).o.d/%.o,$(3))

define unit_test
$(call test_objects,unit,$(1),$(2)): $(O)/tests/unit/$(1).o.d/%.o: %.c
	@mkdir -p $$(@D)
	$(CC) $(UNIT_CFLAGS) $(3) -c -o $$@ $$<
$(O)/tests/unit/$(1): $(call test_objects,unit,$(1),$(2))
	$(CC) $(SANITIZE) -o $$@ $$^ -lcmocka
UNIT_TESTS += $(O)/tests/unit/$(1)
-include $(patsubst %.o,%.d,$(call test_objects,unit,$(1),$(2)))
endef

define fuzzer
$(call test_objects,fuzz,$(1),$(2)): $(O)/tests/fuzz/$(1).o.d/%.o: %.c
	@mkdir -p $$(@D)
	$(CLANG) $(FUZZ_CFLAGS) $(3) -c -o $$@ $$<
$(O)/tests/fuzz/$(1): $(call test_objects,fuzz,$(1),$(2))
	$(CLANG) -fsanitize=fuzzer,address,undefined -o $$@ $$^
FUZZERS += $(O)/tests/fuzz/$(1)
-include $(patsubst %.o,%.d,$(call test_objects,fuzz,$(1),$(2)))
endef

include $(wildcard tests/*/build.mk tests/vm/*/build.mk)

# What the ring-0 check looks at: the linked images, with their symbols.
export RING0_monitor := $(O)/monitor/merlon.elf
export RING0_kernel := $(O)/kernel/kernel.elf
export UNIT_TESTS FUZZERS

test-programs: $(UNIT_TESTS) $(FUZZERS)
test: all test-programs
	@tests/run
check: all test-programs
	@tests/run -n
lint:
	@SUITES='style lint' tests/run -n
fmt:
	git ls-files '*.c' '*.h' | xargs clang-format -i
