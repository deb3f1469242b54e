# SPDX-License-Identifier: BSD-2-Clause
# For suites: . /tests/lib.sh

failed=0

# check NAME COMMAND...: ok when the command succeeds
check() {
	name=$1
	shift
	if "$@"; then
		echo "ok $name"
	else
		echo "not ok $name: $* gave $?"
		failed=1
	fi
}

# is NAME VALUE OPERATOR BOUND: compares integers, as test(1) does
is() {
	if [ -n "$2" ] && [ "$2" "$3" "$4" ]; then
		echo "ok $1 ($2)"
	else
		echo "not ok $1: '$2' $3 $4 does not hold"
		failed=1
	fi
}

# stat NAME: one counter, as in: stat total.exits, stat tee.threads
stat() {
	merlonctl stats --raw "$1" | cut -d' ' -f2
}

# attack MODULE [PARAMETERS]: loads an attack module (tests/attack) and turns its lines in the kernel
# log into ours. One more check: it came to its end.
attack() {
	dmesg -c >/dev/null
	modprobe "$@" || echo "modprobe $* gave $?"
	dmesg >/tmp/attack
	sed -n "s/^.*\b$1: PASS \(.*\)/ok \1/p; s/^.*\b$1: FAIL \(.*\)/not ok \1/p" /tmp/attack
	! grep -q "\b$1: FAIL " /tmp/attack || failed=1
	check "$1 came to its end" grep -q "\b$1: [0-9]* passed, [0-9]* failed" /tmp/attack
	rmmod "$1" 2>/dev/null
}

# The last word of a suite.
finish() {
	exit $failed
}
