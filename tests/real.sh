#!/bin/sh
# The recorded programs of scenarios/real: import each log, replay it and each recording, and
# compare the areas of every process with what /proc/PID/maps showed just before its exit, offsets
# included.
# Usage: real.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
logs=$2/scenarios/real
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
number=0

ok() {	# STATUS WHAT
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
		echo "not ok $number - $2"; failed=1; fi
}

for log in "$logs"/*.perf.log; do
	name=$(basename "$log" .perf.log)
	"$mmsim" import -q "$log" -o "$work/$name.mms"
	ok $? "import $name"

	# Every process with a copy of its maps at exit is compared, and every area of it.
	set -- "$logs/$name".*.exit.maps
	processes=$#
	compared=$(grep -c '^expect maps' "$work/$name.mms")
	[ "$compared" -ge "$processes" ]
	ok $? "$name: $compared of $processes processes are compared"
	areas=$(cat "$@" | grep -vc vsyscall)
	lines=$(awk '/^expect maps/ {on = 1; next} /^}/ {on = 0} on' "$work/$name.mms" | wc -l)
	[ "$lines" -ge "$areas" ]
	ok $? "$name: $lines of $areas areas are compared"

	"$mmsim" run -q --check=every:100 "$work/$name.mms"
	ok $? "replay $name"

	# A log that were different would be noticed.
	sed 's/^\(	0x[0-9a-f]*-0x[0-9a-f]*\) r--p/\1 rwxp/' "$work/$name.mms" >"$work/wrong.mms"
	"$mmsim" run -q --check=never "$work/wrong.mms" >/dev/null 2>&1
	[ $? -eq 1 ]
	ok $? "$name: other permissions are noticed"
done

# Recordings by `mmsim record` are scenarios already.
for recording in "$logs"/*.rec; do
	name=$(basename "$recording" .rec)
	! grep -q '/tmp\|/home\|/root' "$recording"
	ok $? "$name: no private path"
	[ "$(stat -c %s "$recording")" -lt 150000 ]
	ok $? "$name: of modest size"
	grep -q '^expect maps' "$recording"
	ok $? "$name: areas are compared"
	"$mmsim" run -q --check=every:100 "$recording"
	ok $? "replay $name"
	for wrong in 's/ r--p/ rwxp/' 's/ pgoff=0x\([0-9a-f]*\)/ pgoff=0x1\1/'; do
		sed "/^expect maps/,/^}/$wrong" "$recording" >"$work/wrong.mms"
		"$mmsim" run -q --check=never "$work/wrong.mms" >/dev/null 2>&1
		[ $? -eq 1 ]
		ok $? "$name: other areas are noticed ($wrong)"
	done
done
echo "1..$number"
exit $failed
