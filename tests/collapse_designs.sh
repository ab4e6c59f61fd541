#!/bin/sh
# Every scenario about huge pages, and every race of a collapse, under each design of the collapse: what
# the file expects has to hold whichever it is.  A file that chooses a design itself is run with those
# others that collapse to the same sizes; one that puts a bug back, with its own alone.
# Usage: collapse_designs.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
cd "$2" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
tried=0

designs=$("$mmsim" list features | sed -n 's/^collapse = //p')
[ "$(echo "$designs" | wc -l)" -ge 4 ] || { echo "not ok: fewer than four designs"; exit 1; }

# FILE DESIGN: a copy of the file with that design.
with_design() {
	if grep -q '^set collapse = ' "$1"; then
		sed "s/^set collapse = .*/set collapse = $2/" "$1"
	else
		echo "set collapse = $2"
		cat "$1"
	fi >"$work/$2.mms"
}

try() {	# FILE DESIGN
	with_design "$1" "$2"
	tried=$((tried + 1))
	"$mmsim" test "$work/$2.mms" >"$work/out" 2>&1 && return
	echo "not ok: $1 with collapse = $2"
	grep -v '^ok' "$work/out" | head -20
	status=1
}

for file in scenarios/thp/*.mms scenarios/races/collapse-*.mms; do
	grep -q '^bug ' "$file" && continue
	for design in $designs; do
		# 2 MiB only
		if [ "$design" = mainline ] && grep -q '^set collapse = ' "$file"; then
			continue
		fi
		try "$file" "$design"
	done
done
echo "$tried runs"
exit $status
