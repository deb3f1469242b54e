# SPDX-License-Identifier: BSD-2-Clause
# What tests/suite/driver.sh runs in the guest: a TA and its clients.

driver-uuid := 6d65726c-6f6e-4452-8000-000000000001
driver-o    := $(O)/tests/driver

$(eval $(call build_ta,tests/driver,tests/driver/ta,$(driver-uuid)))

$(driver-o)/drivertest: tests/driver/drivertest.c tests/driver/ta/include/driver_ta.h \
	$(O)/client/export/lib/libteec.so
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -pthread -I$(O)/client/export/include -o $@ $< \
		-L$(O)/client/export/lib -lteec

ALL += $(driver-o)/drivertest $(driver-o)/$(driver-uuid).ta
GUEST_FILES += $(driver-o)/drivertest:/tests/drivertest \
	$(driver-o)/$(driver-uuid).ta:/lib/merlon/$(driver-uuid).ta
