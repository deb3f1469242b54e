# SPDX-License-Identifier: BSD-2-Clause
# The runtime: one shared object with the GP API, the C library and cryptography, and the same
# as an image that the kernel maps into every process.

include runtime/thirdparty.mk

RT      := $(O)/runtime
RT_SO   := $(RT)/runtime.so
RT_IMG  := $(RT)/runtime.img
RT_SRCS := $(wildcard runtime/crt/*.c runtime/elf/*.c runtime/libc/*.c runtime/tee/*.c \
	runtime/crypto/*.c)
RT_OBJS := $(RT)/crt/entry.o $(patsubst runtime/%.c,$(RT)/%.o,$(RT_SRCS))

# What programs of ring 3 are compiled against: GP headers of ours, the C library's from musl.
TA_INC    := -isystem runtime/include $(LIBC_INC) $(GCC_INC)
RT_CFLAGS := -MMD -MP -std=gnu11 $(USER_CFLAGS) $(WARN) -ffreestanding -I. -Iinclude \
	$(TA_INC) $(MBEDTLS_INC)
# Before relocation no jump table or pointer in data is valid yet.
$(RT)/crt/reloc.o: RT_CFLAGS += -fno-jump-tables -fno-tree-loop-distribute-patterns

$(RT)/%.o: runtime/%.c $(MUSL_GEN)/bits/alltypes.h
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -c -o $@ $<

$(RT)/%.o: runtime/%.S
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -I. -Iinclude -c -o $@ $<

RT_LDFLAGS := -shared -soname merlon-runtime.so -e rt_start -Bsymbolic --no-undefined \
	--gc-sections --hash-style=gnu -z separate-code -z max-page-size=4096 -z relro -z now \
	-z noexecstack --build-id=sha1 --version-script=runtime/exports.map

$(RT_SO): $(RT_OBJS) $(TP)/libmbedcrypto.a $(TP)/libmusl.a runtime/exports.map
	$(LD) $(RT_LDFLAGS) -o $@ $(RT_OBJS) --whole-archive $(TP)/libmbedcrypto.a \
		$(TP)/libmusl.a --no-whole-archive $(shell $(CC) -print-libgcc-file-name)

$(RT)/mkimage: runtime/mkimage.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $<

$(RT_IMG): $(RT_SO) $(RT)/mkimage
	$(RT)/mkimage $< $@

ALL += $(RT_SO) $(RT_IMG)
-include $(wildcard $(RT_OBJS:.o=.d))
