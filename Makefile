# SPDX-License-Identifier: BSD-2-Clause
# One non-recursive make. Each component's build.mk adds its products to ALL and puts
# everything that it makes under $(O)/<component>/.

O ?= build

# Goals that a newcomer types. They first install what the machine lacks, then make starts again:
# only then may makefiles ask gcc or dpkg about anything.
FRONT := all run test bench check lint fmt
GOALS := $(or $(MAKECMDGOALS),all)

all:

help:
	@sed -n 's/^#: //p' Makefile

clean:
	rm -rf $(O)

#: make            build everything into $(O) (build/)
#: make run        boot monitor, TEE and Linux in QEMU; demonstration, then a shell in the guest
#: make run CMD=.. run one command in the guest, power off, end with its exit status
#: make test       all tests: unit, fuzz, static checks, and the suites in virtual machines
#: make test SUITES="hello soak"   only these
#: make check      the tests that need no virtual machine
#: make bench      measure, print beside the peer's figures, write $(O)/bench.tsv
#: make lint       warnings that the compilers do not give (clang-tidy); format check
#: make fmt        format the C files
#: make clean      remove $(O)
#: knobs:          MACHINE=qemu (bochs-vmx, bochs-svm) BOOT=direct (grub-bios, grub-uefi) SEAT=world IOMMU=off CPUS=2 MEM=1024 (MiB) O=build ICOUNT=1 TIMEOUT=seconds V=1

ifeq ($(MERLON_SETUP)$(filter-out $(FRONT),$(GOALS)),)

again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) \
	MERLON_SETUP=done

# The commands of the build are for who works on it: V=1 shows them, and so does plain make.
ifeq ($(V),1)
quietly = $(1)
else
quietly = mkdir -p $(O) && echo "build: into $(O)/, commands in $(O)/build.log" && \
	{ $(1) >$(O)/build.log 2>&1 || { tail -n 15 $(O)/build.log; exit 1; }; }
endif

$(filter all lint fmt,$(GOALS)): .setup
	+@$(again) $@
bench: .setup
	+@$(call quietly,$(again) all)
	+@$(again) $@
test check: .setup
	+@$(call quietly,$(again) all test-programs)
	+@$(again) $@

# make run ends with the status of the command in the guest: tools/make_status.c says how.
STATUS_SO := $(O)/tools/make_status.so
run: $(STATUS_SO)
	@rm -f $(O)/run.status
	+@$(call quietly,$(again) all)
	+@$(again) $@ $(eval -load $(STATUS_SO))
	@$(if $(filter $(STATUS_SO),$(.LOADED)),,exit $$(cat $(O)/run.status))
$(STATUS_SO): tools/make_status.c | .setup
	@mkdir -p $(@D)
	@gcc -O2 -Wall -shared -fPIC -o $@ $<

# Bochs is a big package: only who runs it gets it. Likewise GRUB.
.setup:
	@tools/setup $(if $(filter test,$(GOALS))$(filter bochs-%,$(MACHINE)),bochs) \
		$(if $(filter test,$(GOALS))$(filter grub-%,$(BOOT)),grub)

else

include config.mk

ALL :=
GUEST_FILES :=
UNIT_TESTS :=
FUZZERS :=
include $(wildcard lib/build.mk monitor/build.mk kernel/build.mk runtime/build.mk services/build.mk \
	linux/build.mk client/build.mk sdk/build.mk examples/build.mk tests/build.mk tools/build.mk)

all: $(ALL)

endif

.PHONY: help clean .setup $(FRONT)
.DELETE_ON_ERROR:
