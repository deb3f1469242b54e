# SPDX-License-Identifier: BSD-2-Clause
# The test TAs, built by the kit as any TA is.

test-ta-uuid = 6d65726c-6f6e-5445-8000-00000000000$(1)
test-ta-common := $(shell find tests/ta/common tests/ta/include -type f)

test-ta = $(O)/tests/ta/$(1)/$(call test-ta-uuid,$(2)).ta

# $(1) directory, $(2) last digit of the UUID
define test_ta
$(call build_ta,tests/ta/$(1),tests/ta/$(1),$(call test-ta-uuid,$(2)))
$(call test-ta,$(1),$(2)): $(test-ta-common)
ALL += $(call test-ta,$(1),$(2))
GUEST_FILES += $(call test-ta,$(1),$(2)):/lib/merlon/$(call test-ta-uuid,$(2)).ta
endef

$(eval $(call test_ta,test,1))
$(eval $(call test_ta,single,2))
$(eval $(call test_ta,lone,3))
$(eval $(call test_ta,keep,4))
