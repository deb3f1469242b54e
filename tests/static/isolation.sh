#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# docs/isolation.md against the tests: each suite, case and machine that it names is there, and each case of
# the attack modules is named. Then the same with a page and tests that differ, because a comparison that
# finds nothing proves nothing.

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
page=docs/isolation.md
suites=tests/suite
attacks=tests/attack

. tests/header.sh
. tests/report.sh

# cases FILES...: names of the cases in modules of attacks; what is filled in at run time is a *
cases() {
	cat "$@" | tr '\n' ' ' | grep -oE '\b(attack_(check|normal_invoke|gauges_check|report|log)|(hc_)?expect[a-z_]*|[A-Z]+_CASE|sweep)\(([A-Z_]+,)?[[:space:]]*"[^"]+"|snprintf\(name, sizeof\(name\), "[^"]+"' |
		sed 's/.*"\([^"]*\)"$/\1/; s/%[a-z]/*/g'
	# Tables of cases; and those of programs, as in "regs: a case".
	sed -n 's/^		*{"\([a-z]*_[a-z_]*\)",.*/\1/p; s/.*\<check(.*"\([a-z]*: [^"]*\)".*/\1/p' "$@"
}

# sources SUITE: what its cases come from besides the script itself
sources() {
	script=$suites/$1.sh
	for module in $(grep -oE '\battack_[a-z]+' "$script" | sort -u); do
		sed -n "s/^$module-y := //p" $attacks/Kbuild | tr ' ' '\n' | sed -n "s|^\(.*\)\.o$|$attacks/\1.c|p"
		[ "$module" != attack_user ] || echo $attacks/user/user.c
	done
	[ ! -e "tests/client/$1.c" ] || echo "tests/client/$1.c"
}

# rows PAGE: lines "ATTACK|SUITE|CASE|MACHINES|WHICH": one for each case that the page names, and one without a
# case for each suite. WHICH is case or proof.
rows() {
	awk -F ' *[|] *' '
		function names(field, which,    part, suite) {
			while (match(field, /`[^`]+`:?/)) {
				part = substr(field, RSTART + 1, RLENGTH - 1)
				field = substr(field, RSTART + RLENGTH)
				if (part ~ /:$/) {
					suite = substr(part, 1, length(part) - 2)
					part = ""
				} else {
					part = substr(part, 1, length(part) - 1)
				}
				if (suite)
					print $2 "|" suite "|" part "|" $6 "|" which
			}
		}
		/^[|]/ && !/^[|]---/ && !/expected result/ {
			if (NF != 7 || $2 == "" || $3 == "" || $4 == "" || $5 == "" || $6 == "")
				print $2 "||||field"
			names($4, "case")
			names($5, "proof")
		}' "$1"
}

# in_suite SUITE PATTERN: whether the suite has such a case, in its script or in what it loads
in_suite() {
	grep -v '^#' "$suites/$1.sh" | grep -qwF -- "$2" && return 0
	[ -e "$tmp/cases.$1" ] || {
		# shellcheck disable=SC2046
		cases /dev/null $(sources "$1") >"$tmp/cases.$1"
	}
	while read -r c; do
		# shellcheck disable=SC2254
		case $c in
		$2) return 0 ;;
		esac
	done <"$tmp/cases.$1"
	return 1
}

# machines SUITE: what its header says, as the page writes it
machines() {
	script=$suites/$1.sh
	seat=$(header "$script" seat world)
	boot=$(header "$script" boot '')
	iommu=$(header "$script" iommu '')
	echo "$(header "$script" cpus 2) CPUs; $seat${boot:+; $boot}${iommu:+; IOMMU $iommu}$(
		grep -q "/tests/$1.sh" $suites/bochs.sh && echo '; Bochs')"
}

# missing PAGE: what it names and the tests do not have
missing() {
	last=
	rows "$1" | while IFS='|' read -r attack suite name where which; do
		if [ "$which" = field ]; then
			echo "$attack: a field is empty"
		elif [ ! -e "$suites/$suite.sh" ]; then
			echo "$attack: no suite $suite"
		elif [ -n "$name" ]; then
			in_suite "$suite" "$name" || echo "$attack: $suite has no case $name"
		elif [ "$attack" != "$last" ] && [ "$which" = case ]; then
			[ "$where" = "$(machines "$suite")" ] ||
				echo "$attack: $suite runs on: $(machines "$suite")"
		fi
		last=$attack
	done
}

# unnamed PAGE FILES...: cases of attack modules that it does not name
unnamed() {
	rows "$1" | sed -n 's/^[^|]*|[^|]*|\([^|]*\)|[^|]*|case$/\1/p' | sort -u >"$tmp/patterns"
	shift
	cases "$@" | sort -u | while read -r c; do
		found=
		while read -r pattern; do
			# shellcheck disable=SC2254
			case $c in
			$pattern) found=yes ;;
			esac
		done <"$tmp/patterns"
		[ -n "$found" ] || echo "case $c is not in the page"
	done
}

# planted NAME LINES WORD: the search must have found it
planted() {
	if echo "$2" | grep -qF -- "$3"; then
		echo "ok $1"
	else
		echo "not ok $1: not found"
	fi
}

echo 1..8
report 'isolation: what the page names is there' "$(missing $page)"
# shellcheck disable=SC2046
report 'isolation: each case of an attack is in the page' \
	"$(unnamed $page $attacks/*.c $attacks/user/*.c)"
n=$(cases $attacks/*.c $attacks/user/*.c | sort -u | wc -l)
report "isolation: there are cases to look for ($n)" "$([ "$n" -gt 150 ] || echo "only $n")"

# change SED: the rows of the page that it makes a mistake in
change() {
	sed -n "$1" $page >"$tmp/page.md"
}
# shellcheck disable=SC2016
{
	change 's/`sharing`: `lend_races_read`/`sharing`: `lend_races_reed`/p'
	planted 'isolation: a case that is not there' "$(missing "$tmp/page.md")" lend_races_reed
	change 's/`worldregs`: /`worldregisters`: /p'
	planted 'isolation: a suite that is not there' "$(missing "$tmp/page.md")" 'no suite worldregisters'
	change 's/`unguarded`: `execute`/`unguarded`: `executed`/p'
	planted 'isolation: a proof that is not there' "$(missing "$tmp/page.md")" 'unguarded has no case executed'
	change 's/| 2 4 CPUs; world vm |/| 2 CPUs; world vm |/p'
	planted 'isolation: another machine' "$(missing "$tmp/page.md")" 'cpus runs on'
	change '/`tokens_\*`/!p'
	planted 'isolation: a case that is not named' "$(unnamed "$tmp/page.md" $attacks/answers.c)" \
		'tokens_invented'
}
