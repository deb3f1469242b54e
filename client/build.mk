# SPDX-License-Identifier: BSD-2-Clause
# libteec, tee-supplicant, merlonctl, merlon-symbolize: Linux programs.

client-o := $(O)/client
client-cflags = $(HOST_CFLAGS) -Iclient/libteec/include -fvisibility=default

libteec-objs := $(patsubst %.c,$(client-o)/%.o,$(wildcard client/libteec/*.c))
libteec-pic := $(libteec-objs:.o=.pic.o)
supplicant-objs := $(patsubst %.c,$(client-o)/%.o,$(wildcard client/supplicant/*.c))
merlonctl-objs := $(patsubst %.c,$(client-o)/%.o,$(wildcard client/merlonctl/*.c))
symbolize-objs := $(patsubst %.c,$(client-o)/%.o,$(wildcard client/symbolize/*.c))

client-products := $(addprefix $(client-o)/,libteec.so.1.0 libteec.so.1 libteec.so libteec.a \
	teec.pc tee-supplicant merlonctl merlon-symbolize)
ALL += $(client-products)

$(client-o)/client/%.pic.o: client/%.c
	@mkdir -p $(@D)
	$(CC) $(client-cflags) -fPIC -c $< -o $@

$(client-o)/client/%.o: client/%.c
	@mkdir -p $(@D)
	$(CC) $(client-cflags) -fPIE -c $< -o $@

$(client-o)/libteec.so.1.0: $(libteec-pic) client/libteec/libteec.map
	$(CC) -shared -Wl,-soname,libteec.so.1 -Wl,--version-script=client/libteec/libteec.map \
		-Wl,-z,now -Wl,-z,defs $(libteec-pic) -pthread -o $@

$(client-o)/libteec.so.1: $(client-o)/libteec.so.1.0
	ln -sf libteec.so.1.0 $@

$(client-o)/libteec.so: $(client-o)/libteec.so.1
	ln -sf libteec.so.1 $@

$(client-o)/libteec.a: $(libteec-objs)
	rm -f $@
	$(AR) rcs $@ $^

$(client-o)/teec.pc: client/libteec/teec.pc.in
	@mkdir -p $(@D)
	sed 's|@PREFIX@|$(or $(PREFIX),/usr)|' $< > $@

$(client-o)/tee-supplicant: $(supplicant-objs)
	$(CC) -pie -Wl,-z,now $^ -pthread -o $@

$(client-o)/merlonctl: $(merlonctl-objs)
	$(CC) -pie -Wl,-z,now $^ -o $@

$(client-o)/merlon-symbolize: $(symbolize-objs)
	$(CC) -pie -Wl,-z,now $^ -o $@

client: $(client-products)
.PHONY: client

-include $(libteec-objs:.o=.d) $(libteec-pic:.o=.d) $(supplicant-objs:.o=.d) \
	$(merlonctl-objs:.o=.d) $(symbolize-objs:.o=.d)

GUEST_FILES += $(client-o)/libteec.so.1:/usr/lib/libteec.so.1 \
	$(client-o)/tee-supplicant:/usr/sbin/tee-supplicant \
	$(client-o)/merlonctl:/usr/sbin/merlonctl
