#!/bin/sh
# Who may include whom: model/ only model/ and system headers; sim/ also model/; viz/ model/ and
# cgraph; only the program itself (sim/main.c, sim/cmd_*.c) sees both sim/ and viz/.  The back-end
# that drives the live kernel must see nothing of the model.
# Usage: includes.sh SOURCE_DIR
set -u
cd "$1"
status=0

# forbid FILES-GLOB REGEX WHY
forbid() {
	found=$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+[\"<]($2)" $1 2>/dev/null)
	[ -z "$found" ] && return
	echo "$found"
	echo "not ok: $3"
	status=1
}

forbid 'model/*.c model/*.h model/check/*.c model/check/*.h' '(\.\./)*(sim|viz)/' \
	'model/ includes nothing from sim/ or viz/'
forbid 'model/*.c model/*.h model/check/*.c model/check/*.h' '(graphviz/)?(cgraph|gvc)\.h|setjmp\.h|ucontext\.h' \
	'model/ includes no drawing and no switching of stacks'
forbid 'viz/*.c viz/*.h' '(\.\./)*sim/' 'viz/ includes nothing from sim/'
sim=$(ls sim/*.c sim/*.h | grep -vE '^sim/(main|cmd_[a-z_]*)\.[ch]$')
forbid "$sim" '(\.\./)*viz/|(graphviz/)?(cgraph|gvc)\.h' 'sim/ includes nothing from viz/ but in the program itself'
forbid 'sim/backend.h sim/observe.h sim/backend_live.c sim/live_*.[ch] sim/deep/*.[ch]' '(\.\./)*model/' \
	'what both back-ends share includes nothing from model/'
for header in cgraph.h; do
	users=$(grep -lE "include[[:space:]]+[\"<](graphviz/)?$header" viz/*.c viz/*.h 2>/dev/null)
	[ -z "$users" ] || [ "$users" = viz/graph.c ] || {
		echo "$users"; echo "not ok: only viz/graph.c includes $header"; status=1; }
done
words=$(grep -rnE 'ucontext|sigsetjmp' model sim --include=*.c | grep -v '^sim/coroutine' )
[ -z "$words" ] || { echo "$words"; echo "not ok: stacks are switched in sim/coroutine.c only"; status=1; }
[ $status -eq 0 ] && echo "ok: include directions"
exit $status
