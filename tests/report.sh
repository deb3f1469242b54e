# SPDX-License-Identifier: BSD-2-Clause
# For static checks: . tests/report.sh

# report NAME LINES: no line means ok
report() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "$2" | head -20
		echo "not ok $1: see above"
	fi
}
