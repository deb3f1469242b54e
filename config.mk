# SPDX-License-Identifier: BSD-2-Clause
# The few knobs. Override on the command line: make O=/tmp/b run SEAT=world CPUS=4 MEM=2048

O     ?= build
SEAT  ?= world
MACHINE ?= qemu
BOOT  ?= direct
CPUS  ?= 2
MEM   ?= 1024
DEBUG ?= 0

CC      := gcc
LD      := ld
AR      := ar
OBJCOPY := objcopy
NM      := nm
CLANG   := clang

WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wundef -Wvla -Wwrite-strings -Wno-unused-parameter -Werror

# Ring 0 (monitor and kernel): no SSE, no red zone, nobody else's code.
RING0_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -nostdinc -isystem lib/include \
	-isystem $(shell $(CC) -print-file-name=include) -I. -Iinclude -mno-red-zone \
	-mgeneral-regs-only -fno-strict-aliasing -fno-common -fno-omit-frame-pointer \
	-fno-asynchronous-unwind-tables -fstack-protector-strong -mstack-protector-guard=tls \
	-mstack-protector-guard-reg=gs -mstack-protector-guard-offset=40 \
	-ffunction-sections -fdata-sections -MMD -MP

# Linux programs of ours, and tools that run on the build machine.
HOST_CFLAGS := -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -I. -Iinclude -fstack-protector-strong \
	-D_FORTIFY_SOURCE=2 -MMD -MP

# KVER, KDIR: version and build folder of the Debian kernel that the tests' guest runs. It changes
# with each security update, so nobody names a version.
$(O)/guest/kernel.mk: tools/guest-kernel
	@tools/guest-kernel $(@D)
include $(O)/guest/kernel.mk
