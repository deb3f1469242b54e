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

# grown NAME: by how much a counter grew between two outputs of merlonctl stats --raw, /tmp/before and /tmp/after
grown() {
	echo $(($(sed -n "s/^$1 //p" /tmp/after) - $(sed -n "s/^$1 //p" /tmp/before)))
}

# gauges: what the TEE holds of everything
gauges() {
	for g in pages_free threads sessions processes shm memobjs; do
		stat tee.$g
	done | tr '\n' ' '
}

# load_attack MODULE [PARAMETERS]: loads an attack module (tests/attack); what it says is in /tmp/attack
load_attack() {
	dmesg -c >/dev/null
	modprobe "$@" || echo "modprobe $* gave $?"
	dmesg >/tmp/attack
}

# at_end MODULE: it came to its end
at_end() {
	grep -q "\b$1: [0-9]* passed, [0-9]* failed" /tmp/attack
}

# attack MODULE [PARAMETERS]: the same, and turns its lines into ours. One more check: it came to its end.
attack() {
	load_attack "$@"
	sed -n "s/^.*\b$1: PASS \(.*\)/ok \1/p; s/^.*\b$1: FAIL \(.*\)/not ok \1/p" /tmp/attack
	! grep -q "\b$1: FAIL " /tmp/attack || failed=1
	check "$1 came to its end" at_end "$1"
	rmmod "$1" 2>/dev/null
}

# tee_range: the TEE's memory, as parameters of attack modules
tee_range() {
	merlonctl log | sed -n 's/.*TEE at \([0-9a-f]*\) with \([0-9]*\) MiB.*/\1 \2/p' |
		while read -r base mib; do
			echo "base=0x$base size=$((mib << 20))"
		done
}

# callers_start, callers_end: as many clients of the TEE as CPUs, each call a line of /tmp/calls; when one
# fails, /tmp/failed is there
callers_start() {
	touch /tmp/go
	for _ in $(seq "$(nproc)"); do
		(
			while [ -e /tmp/go ]; do
				hello >/dev/null || touch /tmp/failed
				echo x >>/tmp/calls
			done
		) &
	done
}
callers_end() {
	rm /tmp/go
	wait
}

# started FILE: a command that runs in the background has written something there
started() {
	n=100
	until [ -s "$1" ] || [ $n -eq 0 ]; do
		sleep 0.1
		n=$((n - 1))
	done
	[ -s "$1" ]
}

# background FILE COMMAND...: starts it and waits until it says that it is there; its pid: $pid
background() {
	out=$1
	shift
	: >"$out"
	"$@" >"$out" 2>&1 &
	pid=$!
	started "$out"
}

# gone PID SECONDS: it ends in that time
gone() {
	n=$(($2 * 10))
	while [ "$n" -gt 0 ] && kill -0 "$1" 2>/dev/null; do
		sleep 0.1
		n=$((n - 1))
	done
	! kill -0 "$1" 2>/dev/null
}

# The last word of a suite.
finish() {
	exit $failed
}
