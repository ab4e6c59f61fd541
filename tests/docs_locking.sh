#!/bin/sh
# docs/locking.md against the headers: the table of lock classes has the rows of LOCK_CLASSES in
# model/lock.h in the same order, and each field of the structures it describes has its row.
# Usage: docs_locking.sh SOURCE_DIR [DOCUMENT]
set -u
cd "$1" || exit 1
document=${2:-docs/locking.md}
status=0

# LOCK_MMAP|mmap_lock|yes
classes_in_header() {
	sed -n 's/^[[:space:]]*C(\(LOCK_[A-Z_]*\),[[:space:]]*"\([^"]*\)",[[:space:]]*\([01]\)).*/\1|\2|\3/p' \
		model/lock.h | sed 's/|0$/|no/; s/|1$/|yes/'
}
classes_in_document() {
	sed -n 's/^| `\(LOCK_[A-Z_]*\)`[ ]*| `\([^`]*\)`[ ]*| \(no\|yes\)[ ]*|.*/\1|\2|\3/p' "$1"
}

# The names of the fields of struct $2 in header $1, one a line.
fields() {
	sed -n "/^struct $2 {/,/^}/p" "$1" | sed '1d; $d' | tr '\n' ' ' |
		sed 's:/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/: :g; s/ : [0-9]*//g; s/\[[A-Za-z0-9_]*\]//g' |
		tr ';' '\n' | tr ',' '\n' | sed -n 's/.*[ *]\([a-z_0-9]*\)[[:space:]]*$/\1/p' | grep .
}

# The rows of the section of struct $2, fields in backticks of the first column only.
documented() {
	awk -v name="struct $2" '/^##/ { on = index($0 " ", name " ") || index($0 ",", name ",") }
		on && /^\|/ { split($0, column, "|"); print column[2] }' "$1"
}

missing_fields() {	# DOCUMENT
	while read -r header struct; do
		names=$(fields "$header" "$struct")
		[ -n "$names" ] || echo "not ok: no fields of struct $struct in $header"
		for name in $names; do
			documented "$1" "$struct" | grep -q "\`$name\`" ||
				echo "not ok: $1 has no row for $name of struct $struct"
		done
	done <<-END
	model/mm.h vm_area_struct
	model/mm.h mm_struct
	model/rmap.h anon_vma
	model/rmap.h anon_vma_chain
	model/folio.h folio
	model/folio.h folio_large
	model/folio.h page
	model/ksm.h ksm_stable_node
	model/ksm.h ksm_rmap_item
	model/pgtable.h pgtable
	END
}

header=$(classes_in_header)
[ "$(echo "$header" | grep -c LOCK_)" -gt 5 ] || { echo "not ok: model/lock.h has no LOCK_CLASSES"; exit 1; }
if [ "$header" != "$(classes_in_document "$document")" ]; then
	echo "not ok: the classes in $document are not those of model/lock.h"
	printf '%s\n' "$header" >"${TMPDIR:-/tmp}/classes.$$"
	classes_in_document "$document" | diff "${TMPDIR:-/tmp}/classes.$$" -
	rm -f "${TMPDIR:-/tmp}/classes.$$"
	status=1
fi
missing=$(missing_fields "$document")
[ -z "$missing" ] || { echo "$missing"; status=1; }
[ $status -eq 0 ] && echo "ok: $(echo "$header" | wc -l) classes, and every field has a row"
exit $status
