# SPDX-License-Identifier: BSD-2-Clause
# Builds one Trusted Application (BINARY=<uuid>), or a static library for TAs (LIBNAME=<name>), from
# a directory with a sub.mk, by the conventions of OP-TEE's TA development kit.
#
# Set before it is included:
#   BINARY, or LIBNAME    what to build
# On the command line or in the makefile, if needed:
#   O=<dir>               where the products go (normally: here)
#   CROSS_COMPILE=<pfx>   prefix of gcc, ar, objcopy
#   TA_SIGN_KEY=<pem>     signs the TA (normally: the kit's development key)
#   CFG_TA_VERSION=<n>    version in the signed header (normally 0)
#   CFG_TEE_TA_LOG_LEVEL=<0..4>  most talkative log macro that is compiled in (normally 2, info)
#   CFLAGS, LDADD         more for the compiler; more for the linker
#   CFG_<NAME>=y|<value>  all of them reach the sources as macros of the same name, and sub.mk
#   V=1                   shows the commands
# Products: <uuid>.ta (for /lib/merlon), <uuid>.elf (with debug information, for merlon-symbolize).

ta-kit := $(patsubst %/,%,$(abspath $(dir $(lastword $(MAKEFILE_LIST)))..))
ta-makefile := $(firstword $(MAKEFILE_LIST))
ta-out := $(if $(O),$(O),.)

ifneq (,$(SHLIBNAME))
$(error SHLIBNAME: shared libraries of TAs are not supported; use LIBNAME)
endif
ifneq (1,$(words $(BINARY) $(LIBNAME)))
$(error Set exactly one of BINARY (a UUID) and LIBNAME before ta_dev_kit.mk is included)
endif

CC      := $(CROSS_COMPILE)gcc
AR      := $(CROSS_COMPILE)ar
OBJCOPY := $(CROSS_COMPILE)objcopy
CFG_TEE_TA_LOG_LEVEL ?= 2
TA_SIGN_KEY ?= $(ta-kit)/keys/ta_key.pem

ifeq ($(V),1)
q :=
say = @:
else
q := @
say = @echo
endif

.PHONY: all clean
all:

# --- What sub.mk says -------------------------------------------------------------------------

cppflags :=
include $(ta-kit)/mk/subdir.mk

ifneq (,$(BINARY))
ta-objs := $(objs) $(ta-out)/user_ta_header.o
else
ta-objs := $(objs)
endif

# --- Compiling --------------------------------------------------------------------------------

# A TA sees the kit's headers and the compiler's own, never those of the build machine.
ta-cppflags = -nostdinc -I. -isystem $(ta-kit)/include -isystem $(ta-kit)/include/libc \
	-isystem $(shell $(CC) -print-file-name=include) $(addprefix -I,$(incdirs)) $(cppflags) \
	-DTRACE_LEVEL=$(CFG_TEE_TA_LOG_LEVEL) \
	$(foreach v,$(filter CFG_%,$(.VARIABLES)),$(if $(filter-out n,$($(v))),-D$(v)=$(if \
		$(filter y,$($(v))),1,'$($(v))')))

# Frame pointers are for the backtrace of a crash. Nothing in a TA can be interposed.
ta-cflags = -std=gnu11 -O2 -g -Wall -fPIC -fno-semantic-interposition -fno-omit-frame-pointer \
	-mno-omit-leaf-frame-pointer -fno-common -fstack-protector-strong -ffunction-sections \
	-fdata-sections -fno-asynchronous-unwind-tables -fcf-protection=none $(CFLAGS)

# $(call compile,SOURCE): flags of one source come from its own sub.mk.
compile = $(CC) $(ta-cppflags) $(addprefix -I,$(incdirs-of-$(1))) $(filter-out \
	$(cflags-remove-of-$(1)),$(ta-cflags)) $(flags-of-$(1)) -MD -MP -c

define ta-object
$(call obj-of,$(1)): $(1) $(ta-makefiles)
	$$(say) '  CC      $$@'
	@mkdir -p $$(@D)
	$$(q)$$(call compile,$(1)) $$< -o $$@
endef
$(foreach s,$(srcs),$(eval $(call ta-object,$(s))))

$(ta-out)/user_ta_header.o: $(ta-kit)/src/user_ta_header.c $(ta-makefiles)
	$(say) '  CC      $@'
	@mkdir -p $(@D)
	$(q)$(call compile,user_ta_header) $< -o $@

-include $(ta-objs:.o=.d)

# --- Linking and signing ------------------------------------------------------------------------

# A shared object without a C library: the runtime has it. Code, constants and data are separate
# pages, the stack is not executable, all symbols are bound when the TA is loaded.
ta-ldflags = -shared -nostdlib -Wl,-Bsymbolic -Wl,-z,defs -Wl,-z,now -Wl,-z,relro \
	-Wl,-z,noexecstack -Wl,-z,separate-code -Wl,-z,max-page-size=4096 -Wl,--build-id=none \
	-Wl,--gc-sections -Wl,--hash-style=gnu -Wl,--version-script=$(ta-kit)/mk/ta.map

ifneq (,$(BINARY))
ta-elf := $(ta-out)/$(BINARY).elf
ta-products := $(ta-elf) $(ta-out)/$(BINARY).ta
all: $(ta-products)

$(ta-elf): $(ta-objs) $(libdeps) $(ta-kit)/lib/runtime.so $(ta-kit)/mk/ta.map
	$(say) '  LD      $@'
	$(q)$(CC) $(ta-ldflags) -o $@ $(ta-objs) $(addprefix -L,$(libdirs)) \
		-Wl,--start-group $(addprefix -l,$(libnames)) $(LDADD) -Wl,--end-group \
		$(ta-kit)/lib/runtime.so $(shell $(CC) -print-libgcc-file-name)

$(ta-out)/$(BINARY).stripped.elf: $(ta-elf)
	$(q)$(OBJCOPY) --strip-unneeded $< $@

$(ta-out)/$(BINARY).ta: $(ta-out)/$(BINARY).stripped.elf $(TA_SIGN_KEY)
	$(say) '  SIGN    $@'
	$(q)$(ta-kit)/bin/merlon-sign --uuid $(BINARY) --key $(TA_SIGN_KEY) \
		--version $(or $(CFG_TA_VERSION),0) --in $< --out $@
else
ta-products := $(ta-out)/$(LIBNAME).a
all: $(ta-products)

$(ta-out)/$(LIBNAME).a: $(ta-objs)
	$(say) '  AR      $@'
	$(q)rm -f $@
	$(q)$(AR) rcs $@ $^
endif

clean:
	$(say) '  CLEAN   $(ta-out)'
	$(q)rm -f $(ta-objs) $(ta-objs:.o=.d) $(ta-products) \
		$(if $(BINARY),$(ta-out)/$(BINARY).stripped.elf)
