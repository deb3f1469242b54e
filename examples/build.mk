# SPDX-License-Identifier: BSD-2-Clause

hello-uuid := 8aaaf200-2450-11e4-abe2-0002a5d5c51b
hello-o := $(O)/examples/hello

$(eval $(call build_ta,examples/hello,examples/hello/ta,$(hello-uuid)))

# What a user's machine has after libteec is installed.
$(O)/client/export/lib/libteec.so: $(O)/client/libteec.so client/libteec/include/tee_client_api.h
	@mkdir -p $(@D) $(@D)/../include
	cp -P $(O)/client/libteec.so* $(@D)/
	cp client/libteec/include/tee_client_api.h $(@D)/../include/

$(hello-o)/hello: examples/hello/host/hello.c examples/hello/ta/include/hello_ta.h \
	$(O)/client/export/lib/libteec.so
	@mkdir -p $(@D)
	$(MAKE) --no-print-directory -C examples/hello/host O=$(abspath $(@D)) CROSS_COMPILE= \
		TEEC_EXPORT=$(abspath $(O)/client/export)

ALL += $(hello-o)/hello $(hello-o)/$(hello-uuid).ta
GUEST_FILES += $(hello-o)/hello:/usr/bin/hello \
	$(hello-o)/$(hello-uuid).ta:/lib/merlon/$(hello-uuid).ta
