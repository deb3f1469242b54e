# SPDX-License-Identifier: BSD-2-Clause
# The runtime and its services on the host: parsers under sanitizers and fuzzers; the built
# image and services, unchanged, on an imitated kernel.

ELF_CHECKER := runtime/elf/elf_plan.c runtime/elf/elf_dyn.c runtime/elf/elf_link.c

$(eval $(call unit_test,elf_plan,tests/runtime/elf_plan_test.c $(ELF_CHECKER), \
	-DLOADER_ELF='"$(O)/services/loader/loader.stripped"'))
$(O)/tests/unit/elf_plan: | $(O)/services/loader/loader.stripped
$(eval $(call unit_test,ta_header,tests/runtime/ta_header_test.c services/loader/header.c))
$(eval $(call unit_test,sha256,tests/runtime/sha256_test.c runtime/crypto/sha256.c, \
	$(MBEDTLS_INC)))
$(O)/tests/unit/sha256.o.d/runtime/crypto/sha256.o: $(TP_STAMP)
$(eval $(call fuzzer,elf,tests/runtime/elf_fuzz.c $(ELF_CHECKER)))
$(eval $(call fuzzer,ta_header,tests/runtime/ta_header_fuzz.c services/loader/header.c))

# Something good for each fuzzer to start from, besides what it finds.
$(O)/tests/fuzz/elf: | $(O)/test/corpus/elf/loader
$(O)/test/corpus/elf/loader: $(O)/services/loader/loader.stripped
	@mkdir -p $(@D)
	cp $< $@

HELLO_TA := $(O)/examples/hello/8aaaf200-2450-11e4-abe2-0002a5d5c51b.ta
$(O)/tests/fuzz/ta_header: | $(O)/test/corpus/ta_header/hello
$(O)/test/corpus/ta_header/hello: $(HELLO_TA)
	@mkdir -p $(@D)
	cp $< $@

# The image as the kernel gets it: no sanitizer fits between it and the imitated kernel.
HOSTED := $(O)/tests/unit/runtime
HOSTED_TA := $(O)/tests/runtime/ta/probe.elf

$(O)/tests/runtime/ta/%.o: tests/runtime/ta/%.c $(MUSL_GEN)/bits/alltypes.h
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -c -o $@ $<
$(HOSTED_TA): $(patsubst %.c,$(O)/%.o,$(wildcard tests/runtime/ta/*.c)) $(RT_SO)
	$(LD) $(SERVICE_LDFLAGS) -o $@ $^

$(HOSTED): tests/runtime/runtime_test.c tests/runtime/fakekernel.c $(RT_IMG) $(HOSTED_TA) \
		$(O)/services/loader/loader.stripped $(O)/sdk/bin/merlon-sign $(O)/sdk/.key
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -U_FORTIFY_SOURCE -O1 -mfsgsbase -DBUILD='"$(O)"' \
		-DKEY='"$(TA_KEY)"' -o $@ $(filter %.c,$^) -lcmocka
UNIT_TESTS += $(HOSTED)
-include $(wildcard $(O)/tests/runtime/ta/*.d)
