#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Damaged TA images (tests/badta) are refused: an error of security or format for the client, a line in
# the log for the administrator, and the next good image loads.
#: checks 84
#: seat world vm
. /tests/lib.sh

uuid=8aaaf200-2450-11e4-abe2-0002a5d5c51b
ta=/lib/merlon/$uuid.ta
mkdir /tmp/badta
tar -xf /tests/badta.tar -C /tmp/badta
mv /tmp/badta/good.ta /tmp/good.ta
cp $ta /tmp/as_installed.ta

complaints() {
	merlonctl log -l warn | grep -c -E 'service|ta|kernel'
}

for image in /tmp/badta/*.ta; do
	name=$(basename "$image" .ta)
	cp "$image" $ta
	before=$(complaints)
	answer=$(hello 2>&1)
	case $answer in
	*0xffff000f* | *0xffff0005*) echo "ok $name is refused" ;;
	*)
		echo "not ok $name is refused: $answer"
		failed=1
		;;
	esac
	is "$name is in the log" $(($(complaints) - before)) -gt 0
done
cp /tmp/good.ta $ta
check 'the image without damage loads' hello
cp /tmp/as_installed.ta $ta
is 'no process is left but the services' "$(stat tee.processes)" -le 1
finish
