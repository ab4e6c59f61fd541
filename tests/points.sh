#!/bin/sh
# Every point("...") in the model is in the catalogue, and every row of it stands somewhere.
# Usage: points.sh SOURCE_DIR
cd "$1" || exit 1
in_code=$(grep -ohE 'point\("[^"]+"\)' model/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u)
in_table=$(grep -oE '^POINT\("[^"]+"' model/points.def | sed 's/.*"\(.*\)"/\1/' | sort)
if [ "$in_code" = "$in_table" ] && [ -n "$in_code" ]; then
	echo "ok: $(echo "$in_code" | wc -l) points"
	exit 0
fi
printf 'not ok: only in the code or only in model/points.def:\n'
printf '%s\n%s\n' "$in_code" "$in_table" | sort | uniq -u
exit 1
