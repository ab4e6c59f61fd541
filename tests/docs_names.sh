#!/bin/sh
# The names in the documents: each path in backticks exists; where `path` `function()` stands, the
# file has that function; checks.md has a row for each invariant.
# Usage: docs_names.sh MMSIM SOURCE_DIR [DOCUMENT]...
set -u
mmsim=$(realpath "$1") || exit 1
cd "$2" || exit 1
shift 2
[ $# -gt 0 ] || set -- docs/*.md README.md
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT

# Prints what is wrong in the documents, and "names N" at the end.
check_names() {
	names=0
	for document; do
		tr '\n' ' ' <"$document" | tr -s ' ' >"$list.text"
		grep -oE '`(model|sim|viz|tests|scenarios|docs)/[a-zA-Z0-9_./-]+`' "$list.text" |
			tr -d '`' | grep -v NAME | sort -u >"$list"
		while read -r path; do
			names=$((names + 1))
			[ -e "$path" ] || echo "not ok: $document: there is no $path"
		done <"$list"
		grep -oE '`(model|sim|viz)/[a-z0-9_/]+\.[ch]` `[A-Za-z0-9_]+(\(\)|\[\])`' "$list.text" |
			tr -d '`()[]' | sort -u >"$list"
		while read -r path name; do
			names=$((names + 1))
			grep -qE "(^|[ *])$name[([]" "$path" 2>/dev/null ||
				echo "not ok: $document: $path has no $name"
		done <"$list"
		rm -f "$list.text"
	done
	echo "names $names"
}

printf '`model/mm.h` `no_such_thing()` and `sim/none.c`\n' >"$list.md"
[ "$(check_names "$list.md" | grep -c '^not ok')" -eq 2 ] || {
	echo "not ok: wrong names are not noticed"; exit 1; }
rm -f "$list.md"

status=0
found=$(check_names "$@")
if echo "$found" | grep '^not ok'; then status=1; fi

"$mmsim" list invariants | grep -E '^[a-z]' >"$list"
rows=$(sed -n 's/^| `\([a-z][a-z-]*\)` |.*/\1/p' docs/checks.md)
if [ "$rows" != "$(cat "$list")" ]; then
	echo "not ok: the table of docs/checks.md is not that of mmsim list invariants:"
	echo "$rows" | diff - "$list"
	status=1
fi
[ $status -eq 0 ] && echo "ok: $(echo "$found" | sed -n 's/^names //p') names"
exit $status
