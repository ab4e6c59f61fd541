#!/bin/sh
# Scenarios as C programs: all that can be emitted are, a part of them (EMIT_EVERY=1: all) is
# compiled and run on this host, where everything has to hold; and what is wrong has to be found.
# Skipped (77) without a C compiler.
# Usage: emit.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
every=${EMIT_EVERY:-6}
cd "$2" || exit 1
cc=$(command -v "${CC:-cc}" || command -v gcc || command -v clang) || { echo "no C compiler"; exit 77; }
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

fail() {	# TEXT
	echo "not ok $1"
	status=1
}

# Compiles and runs NAME.c; its exit status.
try() {	# NAME
	"$cc" -O0 -Wall -Wextra -Werror -o "$folder/$1" "$folder/$1.c" 2> "$folder/$1.cc" || {
		fail "$1.c does not compile"; head -5 "$folder/$1.cc"; return 99; }
	timeout 120 "$folder/$1" > "$folder/$1.out" 2>&1
}

expect() {	# NAME WANTED GOT
	[ "$3" = "$2" ] && { echo "ok $1"; return; }
	fail "$1: exit status $3, expected $2"
	[ ! -e "$folder/$1.out" ] || grep -v '^ok' "$folder/$1.out" | head -12
}

"$mmsim" doctor > "$folder/doctor" 2>&1
here=no
grep -q '^yes kernel' "$folder/doctor" && here=yes

nr=0 emitted=0 run=0
for scenario in $(find scenarios -name '*.mms' ! -path 'scenarios/real/*' | sort); do
	name=$(echo "$scenario" | tr '/' '_')
	nr=$((nr + 1))
	"$mmsim" emit "$scenario" --as c -o "$folder/$name.c" 2> "$folder/why"
	case $? in
	0) emitted=$((emitted + 1)) ;;
	3) continue ;;
	*) fail "emit $scenario"; cat "$folder/why"; continue ;;
	esac
	case $scenario in
	*first.mms|*vfork*|*brk-in-order*|*execute-permission*|*userfaultfd-reg*) ;;
	*) [ $((emitted % every)) -eq 0 ] || { rm "$folder/$name.c"; continue; } ;;
	esac
	run=$((run + 1))
	try "$name"
	got=$?
	grep -q '^set kernel' "$scenario" && { echo "ok $scenario compiles"; continue; }
	[ $here = yes ] || { echo "ok $scenario compiles # this kernel is not 6.18"; continue; }
	[ $got -eq 4 ] && { echo "ok $scenario # SKIP $(head -1 "$folder/$name.out")"; continue; }
	expect "$name" 0 $got
	rm -f "$folder/$name"
done
echo "# $nr scenarios, $emitted emitted, $run compiled and run"
[ $emitted -gt $((nr / 2)) ] || fail 'most scenarios can be emitted'

# What is wrong is found: an expectation, and a result.
printf 'window 20p\nmmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1\nexpect vmas(@1..@5) == 2\n' \
	> "$folder/false.mms"
"$mmsim" emit "$folder/false.mms" --as c -o "$folder/false.c" 2> /dev/null
expect 'a false expectation is told' 1 $?
try false
got=$?
[ $here = no ] || { expect 'and found by the program' 1 $got
	grep -q '^not ok 2 - 3: ' "$folder/false.out" || fail 'at its line'; }
sed 's/returns(at(1));/fails(ENOMEM);/' "$folder/scenarios_first.mms.c" > "$folder/result.c"
try result
got=$?
[ $here = no ] || expect 'a wrong result is found' 1 $got

# Text of a scenario stays text.
cat > "$folder/text.mms" <<'END'
# */ int x; /* ??/
# ends in a backslash \
title "*/ #error ??= \\ %n \" end"
window 10p
f = memfd_create("*/ \" ??/ \\n %s", 0)
step "*/ \" ??/ %n \\"
ftruncate(f, 1p)
END
"$mmsim" emit "$folder/text.mms" --as c -o "$folder/text.c"
expect 'text of a scenario is taken' 0 $?
try text
got=$?
[ $here = no ] || expect 'and is harmless' 0 $got

# What cannot be is refused by name, with the exit status of a rejected file.
for line in 'set ram = 64M' 'set max_map_count = 9' 'bug anon-vma-double-reuse' 'set relocate_anon = v1' \
	    'set collapse = table'; do
	printf '%s\nmunmap(4p, 1p)\n' "$line" > "$folder/refused.mms"
	"$mmsim" emit "$folder/refused.mms" --as c > "$folder/out" 2>&1
	expect "refused: $line" 3 $?
done
printf 'execve("/bin/true")\n' > "$folder/refused.mms"
"$mmsim" emit "$folder/refused.mms" --as c > "$folder/out" 2>&1
expect 'refused: nothing to check' 3 $?
grep -q 'execve' "$folder/out" || fail 'the refusal says why'
"$mmsim" emit scenarios/first.mms --as pascal > "$folder/out" 2>&1
expect 'an unknown form' 2 $?
exit $status
