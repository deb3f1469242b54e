# SPDX-License-Identifier: BSD-2-Clause
# The TEE kernel: one flat, position-independent image (abi/boot.h) and its symbols.

KERNEL_CFLAGS := $(RING0_CFLAGS) -fpie -mcmodel=small -fvisibility=hidden -mcld \
	-fno-jump-tables -fcf-protection=none
KERNEL_LDS := kernel/arch/x86_64/kernel.lds
KERNEL_SRCS := $(LIB_SRCS) $(wildcard kernel/*.c kernel/core/*.c kernel/mm/*.c \
	kernel/transport/*.c kernel/arch/x86_64/*.c)
KERNEL_ASMS := $(wildcard kernel/arch/x86_64/*.S)
KERNEL_OBJS := $(KERNEL_SRCS:%.c=$(O)/kernel/%.o) $(KERNEL_ASMS:%.S=$(O)/kernel/%.o)

# Code that runs before there is a GS to hold the canary.
$(O)/kernel/kernel/arch/x86_64/boot.o $(O)/kernel/kernel/arch/x86_64/cpu.o: \
	KERNEL_CFLAGS += -fno-stack-protector

$(O)/kernel/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@

$(O)/kernel/%.o: %.S
	@mkdir -p $(@D)
	$(CC) -I. -MMD -MP -c $< -o $@

# Anything but a relative relocation would need a loader that the kernel does not have.
$(O)/kernel/kernel.elf: $(KERNEL_OBJS) $(KERNEL_LDS)
	$(LD) -pie --no-dynamic-linker -z noexecstack -z max-page-size=4096 --gc-sections \
		--orphan-handling=error -T $(KERNEL_LDS) $(KERNEL_OBJS) -o $@.tmp
	@mv $@.tmp $@

$(O)/kernel/kernel.bin: $(O)/kernel/kernel.elf
	$(OBJCOPY) -O binary $< $@

ALL += $(O)/kernel/kernel.bin
-include $(KERNEL_OBJS:.o=.d)
