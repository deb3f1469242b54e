# SPDX-License-Identifier: BSD-2-Clause
# Programs for the guest that test the TEE from Linux, as clients of libteec.

tc-o := $(O)/tests/client
tc-cflags = $(HOST_CFLAGS) -Iclient/libteec/include

# $(1) name, $(2) sources besides common.c
define client_test
$(patsubst %.c,$(tc-o)/obj/%.o,$(2)): $(tc-o)/obj/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC) $$(tc-cflags) -c $$< -o $$@
$(tc-o)/$(1): $(patsubst %.c,$(tc-o)/obj/%.o,$(2)) $(tc-o)/obj/tests/client/common.o \
	$(O)/client/libteec.so
	$$(CC) -o $$@ $$(filter %.o,$$^) -L$(O)/client -lteec -pthread
ALL += $(tc-o)/$(1)
GUEST_FILES += $(tc-o)/$(1):/usr/bin/$(1)
-include $(patsubst %.c,$(tc-o)/obj/%.d,$(2))
endef

$(tc-o)/obj/tests/client/common.o: tests/client/common.c
	@mkdir -p $(@D)
	$(CC) $(tc-cflags) -c $< -o $@
-include $(tc-o)/obj/tests/client/common.d

$(eval $(call client_test,conformance,$(wildcard tests/client/conformance/*.c)))
$(eval $(call client_test,bench,tests/client/bench.c))
$(eval $(call client_test,regs,tests/client/regs.c))
$(eval $(call client_test,soak,tests/client/soak.c))
