#!/bin/sh
# Executions a second of the explorer, by lot so that there is always another one, for each race; the
# slowest first. To be used with an optimised build.
# Usage: explore_speed.sh MMSIM SOURCE_DIR [SECONDS]
set -u
mmsim=$1
seconds=${3:-1}
for file in "$2"/scenarios/races/*.mms; do
	line=$("$mmsim" explore -q --engine random --time "$seconds" --all --without-bugs --stats \
	       "$file" 2>&1 >/dev/null | tail -1)
	rate=$(echo "$line" | sed -n 's/.* \([0-9]*\) executions a second$/\1/p')
	echo "${rate:-0} $(basename "$file")"
done | sort -n | awk '{ print; rate[NR] = $1 }
	END { if (NR) printf "median %d, most %d executions a second\n", rate[int((NR + 1) / 2)], rate[NR] }'
