# SPDX-License-Identifier: BSD-2-Clause
# One non-recursive make. Each component's build.mk adds its products to ALL and puts
# everything that it makes under $(O)/<component>/.

all:

include config.mk

ALL :=
include lib/build.mk
include $(wildcard monitor/build.mk kernel/build.mk runtime/build.mk services/build.mk \
	linux/build.mk client/build.mk sdk/build.mk examples/build.mk tests/build.mk tools/build.mk)

all: $(ALL)

clean:
	rm -rf $(O)

.PHONY: all clean
.DELETE_ON_ERROR:
