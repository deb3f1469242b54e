# SPDX-License-Identifier: BSD-2-Clause
# Reads ./sub.mk and those of the directories that it names. A sub.mk may set, with += and relative
# to itself:
#   srcs-y            sources (.c or .S); subdirs-y: directories with a sub.mk of their own
#   global-incdirs-y  include directories for all sources; incdirs-y: for those of this directory
#   cflags-y cppflags-y aflags-y cflags-remove-y     for the sources of this directory
#   cflags-FILE-y cppflags-FILE-y aflags-FILE-y incdirs-FILE-y cflags-remove-FILE-y   for one source
#   global-cppflags-y for all sources
# and libnames, libdirs, libdeps (as they are: for the link). -y may be -$(CFG_SOMETHING).
#
# Gives: srcs, objs, incdirs, cppflags, ta-makefiles; for each source s: flags-of-s, incdirs-of-s,
# cflags-remove-of-s.

srcs :=
incdirs :=
ta-makefiles := $(ta-makefile)

ta-dir-vars := srcs-y subdirs-y global-incdirs-y incdirs-y cflags-y cppflags-y aflags-y \
	cflags-remove-y global-cppflags-y

# $(call ta-join,DIR,NAMES): names that are relative to a directory.
ta-join = $(foreach n,$(2),$(if $(filter /%,$(n)),$(n),$(if $(filter .,$(1)),$(n),$(1)/$(n))))
# Objects of sources outside the directory stay below the output directory too.
obj-of = $(ta-out)/$(basename $(patsubst /%,%,$(subst ../,__/,$(1)))).o

# $(1) directory, $(2) source as sub.mk names it, $(3) as seen from here
define ta-source
srcs += $(3)
flags-of-$(3) := $$(cppflags-y) $$(cppflags-$(2)-y) $$(if $$(filter %.S,$(2)),$$(aflags-y) \
	$$(aflags-$(2)-y),$$(cflags-y) $$(cflags-$(2)-y))
incdirs-of-$(3) := $(1) $$(call ta-join,$(1),$$(incdirs-y) $$(incdirs-$(2)-y))
cflags-remove-of-$(3) := $$(cflags-remove-y) $$(cflags-remove-$(2)-y)
cflags-$(2)-y :=
cppflags-$(2)-y :=
aflags-$(2)-y :=
incdirs-$(2)-y :=
cflags-remove-$(2)-y :=
endef

define ta-directory
$(foreach v,$(ta-dir-vars),$(v) :=
)
sub-dir := $(1)
include $(1)/sub.mk
ta-makefiles += $(1)/sub.mk
incdirs += $$(call ta-join,$(1),$$(global-incdirs-y))
cppflags += $$(global-cppflags-y)
ta-subdirs-of-$(1) := $$(call ta-join,$(1),$$(subdirs-y))
$$(foreach s,$$(srcs-y),$$(eval $$(call ta-source,$(1),$$(s),$$(call ta-join,$(1),$$(s)))))
$$(foreach d,$$(ta-subdirs-of-$(1)),$$(eval $$(call ta-directory,$$(d))))
endef

$(eval $(call ta-directory,.))

objs := $(foreach s,$(srcs),$(call obj-of,$(s)))
