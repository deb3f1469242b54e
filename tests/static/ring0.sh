#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What must not be in ring 0: an ELF or TA image parser, third-party code, cryptography. Looks at the
# linked monitor and kernel, and at what their objects were made from; then plants each forbidden
# thing in an object of its own, because a search that finds nothing proves nothing.

O=${O:-build}
CC=${CC:-gcc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

. tests/report.sh

# Tables and constants that no implementation does without, as octets in memory: found in data and
# in instructions alike. SHA-256 and SHA-512 and SHA-1 round constants, the AES S-box and its inverse,
# ChaCha's words, MD5's first constant, GCM's polynomial table, P-256's prime; ELF and TA magic.
constants='
sha256 \x98\x2f\x8a\x42
sha512 \x22\xae\x28\xd7\x98\x2f\x8a\x42
sha1 \x99\x79\x82\x5a
aes \x63\x7c\x77\x7b
aes-inverse \x52\x09\x6a\xd5
chacha expand\x2032-byte
md5 \x78\xa4\x6a\xd7
elf \x7fELF
ta-image \x48\x53\x54\x4f
'

names='(^|_)(elf|elf32|elf64)(_|$)|aes|(^|_)sha[0-9]|(^|_)md5|rsa_|(^|_)ecc?_|ecdsa|hmac|chacha|poly1305|crypt|mbedtls|musl|ltc_|pss_|bignum|shdr'

# Looks at what is loaded into memory only: the file's own header is ELF, of course.
constants_in() {
	readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' |
		awk '$2 == "PROGBITS" && $7 ~ /A/ { print $1 }' | while read -r section; do
		objcopy -O binary -j "$section" "$1" "$tmp/section" 2>/dev/null
		echo "$constants" | while read -r name octets; do
			[ -n "$name" ] || continue
			LC_ALL=C grep -qaP "$octets" "$tmp/section" &&
				echo "$1: $section: constant of $name"
		done
	done
}

names_in() {
	nm "$1" | awk '{ print $NF }' | grep -iE "$names" | sed "s|^|$1: symbol |"
	# Types in use: abi/ta_image.h is included for the TA flags, its structs must not be used.
	readelf --debug-dump=info "$1" 2>/dev/null | sed -n 's/.*DW_AT_name *: *//p' |
		sed 's/^([^)]*): //' | grep -iE '^(elf(32|64)_|shdr)' | sort -u | sed "s|^|$1: type |"
}

# Instructions that only cryptography uses.
instructions_in() {
	objdump -d --no-show-raw-insn "$1" | grep -oE '\b(aes(enc|dec|imc|keygen)[a-z]*|sha(1|256)[a-z0-9]+|pclmul[a-z]*)\b' |
		sort -u | sed "s|^|$1: instruction |"
}

# sources_in FILE FOLDERS: compile units that do not come from our folders
sources_in() {
	readelf --debug-dump=info --dwarf-depth=1 "$1" 2>/dev/null |
		sed -n 's/.*DW_AT_name *: *//p' | sed 's/^([^)]*): //; s/[[:space:]]*$//' |
		grep -vE "^($2)/" | sed "s|^|$1: made from |"
	# Objects without debugging information still name their file.
	readelf -sW "$1" | awk '$4 == "FILE" && $8 != "" { print $8 }' | sort -u | while read -r f; do
		find $(echo "$2" | tr '|' ' ') -name "${f%.o}*" | grep -q . || echo "$1: file symbol $f"
	done
}

# Headers that objects were made from, by the compiler's own list.
headers_in() {
	find "$1" -name '*.d' -exec cat {} + | tr ' \\' '\n\n' | grep '\.h' | sed 's/:$//' | sort -u |
		grep -vE "^($2|include/abi)/[^ ]*\.h$|/lib/gcc/" | sed "s|^|$1: includes |"
	find "$1" -name '*.d' -exec cat {} + | grep -oE '[^ ]*(/elf\.h|mbedtls/[^ ]*)' |
		sort -u | sed "s|^|$1: includes |"
}

# The linked images, with their symbols; tests/build.mk names them.
echo 1..16
for part in monitor kernel; do
	eval "image=\${RING0_$part}"
	[ -f "$image" ] || {
		echo "not ok $part: no image $image"
		continue
	}
	n=$(nm "$image" | wc -l)
	[ "$n" -gt 100 ] && report "$part has its symbols" '' || report "$part has its symbols" "only $n"
	report "$part: only our own sources" "$(sources_in "$image" "$part|lib")"
	report "$part: only our own headers" "$(headers_in "$O/$part" "$part|lib")"
	report "$part: no forbidden name" "$(names_in "$image")"
	report "$part: no constant of cryptography, ELF or TA images" "$(constants_in "$image")"
	report "$part: no instruction of cryptography" "$(instructions_in "$image")"
done

# --- Each search finds what it is for. ---
cat >"$tmp/planted.c" <<'END'
const unsigned char te0[] = { 0x63, 0x7c, 0x77, 0x7b, 0xf2 };
struct shdr { int magic; } shdr_of;
int elf_load(unsigned *p);
int elf_load(unsigned *p) { return *p == 0x464c457f; }
void mbedtls_aes_init(void);
void mbedtls_aes_init(void) { __asm__ volatile("aesenc %xmm0, %xmm1"); }
END
$CC -O2 -g -c -o "$tmp/planted.o" "$tmp/planted.c"
found() {
	[ "$(echo "$2" | grep -c .)" -ge "$3" ] && echo "ok $1" || echo "not ok $1: found only '$2'"
}
found 'planted names are found' "$(names_in "$tmp/planted.o")" 4
found 'planted constants are found' "$(constants_in "$tmp/planted.o")" 2
found 'planted instruction is found' "$(instructions_in "$tmp/planted.o")" 1
found 'planted source is found' "$(sources_in "$tmp/planted.o" 'kernel|lib')" 1
