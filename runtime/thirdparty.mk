# SPDX-License-Identifier: BSD-2-Clause
# musl and Mbed TLS, from Debian's source packages: only the files that the runtime needs.

TP       := $(O)/thirdparty
TP_STAMP := $(TP)/.fetched
MUSL     := $(TP)/src/musl
MBEDTLS  := $(TP)/src/mbedtls

$(TP_STAMP): tools/thirdparty/fetch
	tools/thirdparty/fetch $(TP)
	touch $@

# Code for ring 3: position independent, frame pointers for crash dumps, the stack guard at
# %fs:0x28. No AVX by itself: the CPU is asked first where it is used.
USER_CFLAGS := -O2 -g -fPIC -fno-semantic-interposition -fno-omit-frame-pointer \
	-fno-strict-aliasing -fno-common -fno-asynchronous-unwind-tables -fstack-protector-strong \
	-ffunction-sections -fdata-sections -fcf-protection=none -mno-red-zone -nostdinc

# --- musl ---------------------------------------------------------------------------------

MUSL_GEN := $(TP)/gen/musl

MUSL_STRING := bcmp bcopy bzero explicit_bzero index memccpy memchr memcmp memmem mempcpy memrchr \
	rindex stpcpy stpncpy strcasecmp strcasestr strcat strchr strchrnul strcmp strcpy strcspn \
	strdup strlcat strlcpy strlen strncasecmp strncat strncmp strncpy strndup strnlen strpbrk \
	strrchr strsep strspn strstr strtok strtok_r strverscmp swab \
	x86_64/memcpy x86_64/memmove x86_64/memset
MUSL_STDLIB := abs atof atoi atol atoll bsearch div imaxabs imaxdiv labs ldiv llabs lldiv qsort \
	qsort_nr strtod strtol
MUSL_INTERNAL := floatscan intscan shgetc
MUSL_STDIO := __towrite asprintf fwrite snprintf sprintf vasprintf vfprintf vsnprintf vsprintf
MUSL_CTYPE := isalnum isalpha isascii isblank iscntrl isdigit isgraph islower isprint ispunct \
	isspace isupper isxdigit toascii tolower toupper
MUSL_MATH := __fpclassifyl __signbitl copysignl frexpl scalbn scalbnl x86_64/fabsl x86_64/fmodl
MUSL_SETJMP := x86_64/longjmp x86_64/setjmp

MUSL_OBJS := $(addprefix $(TP)/obj/musl/,$(addsuffix .o, \
	$(addprefix string/,$(MUSL_STRING)) $(addprefix stdlib/,$(MUSL_STDLIB)) \
	$(addprefix internal/,$(MUSL_INTERNAL)) $(addprefix stdio/,$(MUSL_STDIO)) \
	$(addprefix ctype/,$(MUSL_CTYPE)) $(addprefix math/,$(MUSL_MATH)) \
	$(addprefix setjmp/,$(MUSL_SETJMP))))

# musl's own sources are written against its internal headers.
MUSL_CFLAGS := $(USER_CFLAGS) -std=c99 -ffreestanding -fno-builtin -w -Wa,--noexecstack -D_XOPEN_SOURCE=700 \
	-frounding-math -I$(MUSL)/arch/x86_64 -I$(MUSL)/arch/generic -I$(MUSL)/src/include \
	-I$(MUSL)/src/internal -I$(MUSL_GEN) -I$(MUSL)/include

$(MUSL_GEN)/bits/alltypes.h: $(TP_STAMP)
	@mkdir -p $(@D)
	sed -f $(MUSL)/tools/mkalltypes.sed $(MUSL)/arch/x86_64/bits/alltypes.h.in \
		$(MUSL)/include/alltypes.h.in >$@
	cp $(MUSL)/arch/x86_64/bits/syscall.h.in $(@D)/syscall.h

$(TP)/obj/musl/%.o: $(MUSL_GEN)/bits/alltypes.h
	@mkdir -p $(@D)
	$(CC) $(MUSL_CFLAGS) -c -o $@ $(firstword $(wildcard $(MUSL)/src/$*.[cs]))

# --- Mbed TLS -------------------------------------------------------------------------------

MBEDTLS_SRC := aes aesni asn1parse asn1write bignum bignum_core bignum_mod bignum_mod_raw \
	block_cipher ccm constant_time ctr_drbg des ecdh ecdsa ecp \
	ecp_curves ecp_curves_new gcm hkdf md md5 oid platform platform_util rsa \
	rsa_alt_helpers sha1 sha256 sha3 sha512
MBEDTLS_OBJS := $(addprefix $(TP)/obj/mbedtls/,$(addsuffix .o,$(MBEDTLS_SRC)))
MBEDTLS_INC := -isystem $(MBEDTLS)/include -DMBEDTLS_CONFIG_FILE='"runtime/mbedtls_config.h"'
LIBC_INC := -isystem $(MUSL)/include -isystem $(MUSL_GEN) -isystem $(MUSL)/arch/x86_64 \
	-isystem $(MUSL)/arch/generic
GCC_INC := -isystem $(shell $(CC) -print-file-name=include)

$(TP)/obj/mbedtls/%.o: $(MUSL_GEN)/bits/alltypes.h runtime/mbedtls_config.h
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -std=c99 -w -I. $(MBEDTLS_INC) $(LIBC_INC) $(GCC_INC) \
		-c -o $@ $(MBEDTLS)/library/$*.c

$(TP)/libmusl.a: $(MUSL_OBJS)
$(TP)/libmbedcrypto.a: $(MBEDTLS_OBJS)
$(TP)/lib%.a:
	rm -f $@
	$(AR) rcs $@ $^

