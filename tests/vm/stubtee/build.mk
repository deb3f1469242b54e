# SPDX-License-Identifier: BSD-2-Clause
# A TEE for tests of the monitor alone.

$(O)/tests/vm/stubtee.img: tests/vm/stubtee/stub.S
	@mkdir -p $(@D)
	$(CC) -m32 -c -o $(@:.img=.o) $<
	$(OBJCOPY) -O binary -j .text $(@:.img=.o) $@
