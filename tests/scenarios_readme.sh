#!/bin/sh
# scenarios/README.md lists every scenario exactly once, and nothing that is not there.
# Usage: scenarios_readme.sh SOURCE_DIR
set -u
cd "$1/scenarios" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

complain() {	# FILE-OF-NAMES WHAT
	[ -s "$1" ] || return
	sed "s|^|not ok: $2: |" "$1"
	status=1
}

find . -name '*.mms' | sed 's|^\./||' | sort > "$work/there"
sed -n 's|^- .*](\([^)]*\.mms\))$|\1|p' README.md | sort > "$work/listed"
if ! [ -s "$work/there" ] || ! [ -s "$work/listed" ]; then
	echo "not ok: no scenarios, or none listed"
	exit 1
fi

uniq -d "$work/listed" > "$work/twice"
sort -u "$work/listed" > "$work/once"
comm -23 "$work/there" "$work/once" > "$work/missing"
comm -13 "$work/there" "$work/once" > "$work/gone"
complain "$work/twice" "listed more than once in scenarios/README.md"
complain "$work/missing" "not listed in scenarios/README.md"
complain "$work/gone" "listed in scenarios/README.md and not there"
[ "$status" -eq 0 ] && echo "ok: $(wc -l < "$work/once") scenarios are listed"
exit "$status"
