#!/bin/sh
# No race of the model touches what its steps do not tell: dpor would leave orders out that matter.
# Usage: watch.sh MMSIM_WATCH SOURCE_DIR
# Which races: tests/watch.txt.  Names of functions and lines need addr2line.
set -u
watch=$1
cd "$2"
status=0
places=$(mktemp)
trap 'rm -f "$places"' EXIT
for name in $(grep -v '^#' tests/watch.txt); do
	file=scenarios/races/$name
	"$watch" explore -q --count 60 "$file" 2>&1 >/dev/null | grep '^undeclared' > "$places" || continue
	echo "not ok: $file"
	status=1
	while read -r line; do
		for address in $(echo "$line" | grep -oE 'at 0x[0-9a-f]+' | cut -d' ' -f2); do
			place=$(addr2line -s -f -e "$watch" "$address" 2>/dev/null | paste -s -d' ')
			line=$(echo "$line" | sed "s|at $address|in ${place:-$address}|")
		done
		echo "  $line"
	done < "$places"
done
[ $status -eq 0 ] && echo "ok: what the races of tests/watch.txt touch is told"
exit $status
