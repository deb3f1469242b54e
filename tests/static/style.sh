#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# House rules that a script can check, for every file of ours.

files=$(git ls-files 2>/dev/null || find . -name build -prune -o -type f -print | sed 's|^\./||')
code=$(echo "$files" | grep -E '\.(c|h|S)$')

. tests/report.sh

echo 1..8

# shellcheck disable=SC2086
report 'clang-format' "$(echo "$code" | grep -v '\.S$' | xargs clang-format --dry-run 2>&1 |
	grep 'warning:')"

report 'each file has its licence line' "$(
	echo "$files" | grep -E '(\.(c|h|S|mk|sh|lds)|Makefile)$' | while read -r f; do
		head -3 "$f" | grep -q 'SPDX-License-Identifier:' || echo "$f"
	done)"

report 'nothing is left for later' "$(
	echo "$code" | xargs grep -nE '\b(TODO|FIXME|XXX|HACK)\b' /dev/null)"

report 'no blank at the end of a line' "$(
	echo "$code" | xargs grep -nE '[[:blank:]]$' /dev/null)"

report 'no file over 600 lines' "$(
	echo "$code" | while read -r f; do
		n=$(wc -l <"$f")
		[ "$n" -le 600 ] || echo "$f: $n lines"
	done)"

report 'no function over 80 lines' "$(
	echo "$code" | grep '\.c$' | xargs awk '
		FNR == 1 { at = 0 }
		/^\{/ { at = FNR }
		/^\}/ { if (at && FNR - at > 81) print FILENAME ":" at ": " FNR - at - 1; at = 0 }')"

report 'no code is switched off with #if 0' "$(
	echo "$code" | xargs grep -nE '^[ \t]*#[ \t]*if[ \t]+0\b' /dev/null)"

# shellcheck disable=SC2086
lines=$(cat $(echo "$code" | grep '^monitor/') | wc -l)
report "the monitor has at most 9000 lines ($lines)" "$([ "$lines" -le 9000 ] || echo "$lines")"
