# SPDX-License-Identifier: BSD-2-Clause
# For the runner: what a suite's header says (tests/suite/README).

# header FILE KEY DEFAULT: value of a line "#: KEY VALUE" in a suite.
header() {
	value=$(sed -n "s/^#: $2  *//p" "$1")
	echo "${value:-$3}"
}

# time_limit FILE: seconds for one machine
time_limit() {
	header "$1" timeout 240
}
