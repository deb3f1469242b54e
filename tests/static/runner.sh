#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The runner itself: it must count what passes, and must not let a failure pass. A small tree of
# tests, with a stand-in for the virtual machine that plays back what a suite says.

top=$PWD
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/static" "$tree/tests/suite" "$tree/tools"
cat >"$tree/tools/launch" <<'END'
#!/bin/sh
name=${MERLON_CMD##*/}
sh "tests/suite/$name" >"$RESULT"
END
chmod +x "$tree/tools/launch"

# expect NAME LAST_LINE STATUS: runs a suite whose body comes from standard input
expect() {
	rm -f "$tree"/tests/suite/* "$tree"/tests/static/*
	cat >"$tree/tests/suite/t.sh"
	out=$(cd "$tree" && UNIT_TESTS='' FUZZERS='' SUITES='' O=out sh "$top/tests/run" 2>&1)
	status=$?
	last=$(echo "$out" | tail -1)
	if [ "$last" = "$2" ] && [ $status = "$3" ]; then
		echo "ok $1"
	else
		echo "$out"
		echo "not ok $1: '$last', status $status"
	fi
}

echo 1..16
expect 'all checks pass' '2 passed, 0 failed' 0 <<'END'
#: checks 2
echo ok a; echo noise; echo ok b
END
expect 'once for each number of CPUs' '3 passed, 0 failed' 0 <<'END'
#: checks 1
#: cpus 1 2 4
echo ok a
END
expect 'promises for each number of CPUs' '4 passed, 1 failed' 1 <<'END'
#: checks 1 2
#: cpus 1 2
echo ok a; [ "$CPUS" = 1 ] || { echo ok b; echo ok c; }
END
expect 'a failed check' '1 passed, 1 failed' 1 <<'END'
#: checks 2
echo ok a; echo not ok b: why; exit 1
END
expect 'a failed check with status 0' '1 passed, 1 failed' 1 <<'END'
#: checks 2
echo ok a; echo not ok b: why
END
expect 'a check that is missing' '1 passed, 1 failed' 1 <<'END'
#: checks 2
echo ok a
END
expect 'a status without a failed check' '1 passed, 1 failed' 1 <<'END'
#: checks 1
echo ok a; exit 3
END
expect 'running out of time' '1 passed, 1 failed' 1 <<'END'
#: checks 1
echo ok a; exit 124
END
expect 'no check at all' '0 passed, 1 failed' 1 <<'END'
#: checks -
true
END

expect 'a test whose verdict is lost' '0 passed, 1 failed' 1 <<'END'
#: checks 1
echo ok a; kill -9 $(ps -o ppid= $PPID)
END

# at_a_time NAME JOBS MOST [HEADER]: so many of three machines run at once, at most
at_a_time() {
	rm -f "$tree"/tests/suite/*
	cat >"$tree/tests/suite/t.sh" <<'END'
#: checks 1
#: cpus 1 2 4
echo x >>$TOGETHER.$CPUS; sleep 1; cat $TOGETHER.* | wc -l >>$TOGETHER; rm $TOGETHER.$CPUS; echo ok a
END
	echo "$4" >>"$tree/tests/suite/t.sh"
	rm -f "$tree/together"
	(cd "$tree" && TOGETHER=$tree/together UNIT_TESTS='' FUZZERS='' SUITES='' O=out JOBS=$2 \
		sh "$top/tests/run" >/dev/null 2>&1)
	most=$(sort -n "$tree/together" | tail -1)
	if [ "$most" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $most at once"
	fi
}
at_a_time 'one at a time' 1 1 ''
at_a_time 'three at a time' 3 3 ''
at_a_time 'a suite that wants to be alone' 3 1 '#: alone yes'

# relaunch NAME MESSAGE DEATHS STATUS: the launcher, with a QEMU whose Linux dies so often with MESSAGE
mkdir -p "$tree/bin"
cat >"$tree/bin/qemu-system-x86_64" <<'END'
#!/bin/sh
echo x >>"$STARTS"
[ "$(wc -l <"$STARTS")" -gt "$DEATHS" ] || { echo "$MESSAGE" >"$CONSOLE"; exit 0; }
echo merlon-exit 0 >"$RESULT"
END
chmod +x "$tree/bin/qemu-system-x86_64"
relaunch() {
	rm -f "$tree/starts"
	MESSAGE=$2 DEATHS=$3 STARTS=$tree/starts CONSOLE=$tree/console RESULT=$tree/result SEAT=none \
		MERLON_CMD=true PATH="$tree/bin:$PATH" tools/launch >/dev/null 2>&1 </dev/null
	status=$?
	if [ $status = "$4" ]; then
		echo "ok $1"
	else
		echo "not ok $1: status $status"
	fi
}
relaunch 'the launcher: a breakpoint of its own, twice' 'Oops: int3: 0000' 2 0
relaunch 'the launcher: for ever' 'Oops: int3: 0000' 9 125
relaunch 'the launcher: any other death' 'Oops: general protection' 1 125
