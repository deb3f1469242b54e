#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# clang-tidy: what its analyzer and its "bugprone" checks find beyond the compiler's warnings.
# Left out are checks that contradict the house style, or that are wrong about va_list.
checks='-*,clang-analyzer-*,bugprone-*'
for off in bugprone-easily-swappable-parameters bugprone-reserved-identifier \
	bugprone-narrowing-conversions bugprone-assignment-in-if-condition \
	bugprone-implicit-widening-of-multiplication-result bugprone-branch-clone \
	bugprone-suspicious-string-compare bugprone-macro-parentheses clang-analyzer-valist.* \
	bugprone-suspicious-include bugprone-sizeof-expression clang-analyzer-core.FixedAddressDereference \
	clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling; do
	checks="$checks,-$off"
done

# lint NAME FLAGS FILES...
lint() {
	name=$1
	flags=$2
	shift 2
	# shellcheck disable=SC2086
	found=$(clang-tidy --quiet -checks="$checks" "$@" -- -std=gnu11 -I. -Iinclude $flags 2>/dev/null |
		grep -E '(warning|error):')
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

echo 1..3
# shellcheck disable=SC2046
{
	lint client '-D_GNU_SOURCE -Iclient/libteec/include' $(files client)
	lint monitor "$ring0" $(files monitor lib)
	lint kernel "$ring0" $(files kernel)
}
