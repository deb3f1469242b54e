#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# clang-tidy: what its analyzer and its "bugprone" checks find beyond the compiler's warnings.
# Left out are checks that contradict the house style, or that are wrong about va_list.
O=${O:-build}
checks='-*,clang-analyzer-*,bugprone-*'
for off in bugprone-easily-swappable-parameters bugprone-reserved-identifier \
	bugprone-narrowing-conversions bugprone-assignment-in-if-condition \
	bugprone-implicit-widening-of-multiplication-result bugprone-branch-clone \
	bugprone-misplaced-widening-cast clang-analyzer-optin.portability.UnixAPI \
	clang-analyzer-security.insecureAPI.strcpy \
	bugprone-suspicious-string-compare bugprone-macro-parentheses clang-analyzer-valist.* \
	bugprone-suspicious-include bugprone-sizeof-expression clang-analyzer-core.FixedAddressDereference \
	clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling; do
	checks="$checks,-$off"
done

# The analyzer does not know that a system call or a checked helper writes through a pointer.
not_seen='clang-analyzer-core.UndefinedBinaryOperatorResult clang-analyzer-core.uninitialized.Assign
	clang-analyzer-core.NullDereference'
for off in $not_seen; do
	checks="$checks,-$off"
done

# lint NAME FLAGS FILES...
lint() {
	name=$1
	flags=$2
	shift 2
	# shellcheck disable=SC2086
	found=$(printf '%s\n' "$@" | xargs -P 2 -n 6 sh -c '
		checks=$1 flags=$2
		shift 2
		clang-tidy --quiet -checks="$checks" "$@" -- -std=gnu11 -I. -Iinclude $flags
	' lint "$checks" "$flags" 2>/dev/null | grep -E '(warning|error):' | sort -u)
	if [ -z "$found" ]; then
		echo "ok lint $name"
	else
		echo "$found"
		echo "not ok lint $name: see above"
	fi
}

files() {
	find "$@" -name '*.c' 2>/dev/null | sort
}

ring0="-ffreestanding -nostdinc -isystem lib/include -mno-red-zone -mgeneral-regs-only
	-isystem $(clang -print-resource-dir)/include"

user="-ffreestanding -nostdinc -isystem runtime/include -isystem $O/thirdparty/src/musl/include
	-isystem $O/thirdparty/src/musl/arch/x86_64 -isystem $O/thirdparty/src/musl/arch/generic
	-isystem $O/thirdparty/gen/musl -I$O/thirdparty/src/mbedtls/include
	-isystem $(clang -print-resource-dir)/include -DMBEDTLS_CONFIG_FILE=<runtime/mbedtls_config.h>
	-DTA_KEY_IS_DEVELOPMENT=1"

echo 1..5
# shellcheck disable=SC2046
{
	lint sdk '-D_GNU_SOURCE' $(files sdk/sign)
	lint client '-D_GNU_SOURCE -Iclient/libteec/include' $(files client)
	lint monitor "$ring0" $(files monitor lib)
	lint runtime "$user" $(files runtime services)
	lint kernel "$ring0" $(files kernel)
}
