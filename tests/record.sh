#!/bin/sh
# Programs recorded here and now by `mmsim record`, and replayed: each process has to end with the
# areas that /proc/PID/maps showed.  Skipped (77) where ptrace is not allowed; where page faults
# cannot be seen with their kind, what rests on them is skipped by name.
# Usage: record.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
src=$2/scenarios/real/src
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
number=0

ok() {	# STATUS WHAT
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
		echo "not ok $number - $2"; failed=1; cat "$work/err"; fi
}

is() {	# WANTED GOT WHAT
	[ "$1" -eq "$2" ]
	ok $? "$3 (exit status $2)"
}

"$mmsim" record -q -o "$work/true.mms" -- true 2> "$work/err"
case $? in
0) ;;
4) cat "$work/err"; echo "skipped: nothing can be recorded here"; exit 77 ;;
*) cat "$work/err"; echo "not ok - record"; exit 1 ;;
esac
faults=no
"$mmsim" doctor | grep -q '^yes page-faults' && faults=yes
compiler=$(command -v "${CC:-cc}" || command -v gcc || command -v clang)

replay() {	# NAME LEAST-EXPECTATIONS
	[ "$(grep -c '^expect maps' "$work/$1.mms")" -ge "$2" ]
	ok $? "$1: $2 processes or more are compared"
	"$mmsim" run -q --check=every:100 "$work/$1.mms" > "$work/err" 2>&1
	status=$?
	if [ $status -eq 1 ] && [ $faults = no ]; then
		echo "# $1: not the same areas, but page faults cannot be seen here"
	else
		is 0 $status "$1: the replay ends in the same areas"
	fi
	sed 's/^\(	0x[0-9a-f]*-0x[0-9a-f]*\) r--p/\1 rwxp/' "$work/$1.mms" > "$work/wrong.mms"
	"$mmsim" run -q --check=never "$work/wrong.mms" > "$work/err" 2>&1
	is 1 $? "$1: a wrong area is noticed"
}

record() {	# NAME COMMAND...
	name=$1
	shift
	"$mmsim" record --every 50 -o "$work/$name.mms" -- "$@" > "$work/out" 2> "$work/err"
	is 0 $? "$name: recorded"
}

replay true 1

record shell sh "$src/words.sh"
grep -q '^2 b$' "$work/out"
ok $? 'shell: the command printed what it prints'
replay shell 5

# The command's output goes elsewhere when the scenario has standard output.
"$mmsim" record -q -- echo not-this > "$work/stdout.mms" 2> "$work/err"
is 0 $? 'standard output: recorded'
replay stdout 1

# A name with quotes and a line's end in it.
odd="$work/a \"b\" #
c"
cp /bin/true "$odd"
record odd "$odd"
replay odd 1

if [ -n "$compiler" ]; then
	for name in churn threads grow; do
		"$compiler" -O1 -pthread -o "$work/$name" "$src/$name.c" 2> "$work/err" || break
		record "$name" "$work/$name"
		replay "$name" 1
	done
	if [ $faults = yes ]; then
		grep -v ': store(' "$work/threads.mms" > "$work/unwritten.mms"
		"$mmsim" run -q --check=never "$work/unwritten.mms" > "$work/err" 2>&1
		is 1 $? 'threads: without its page faults the areas are others'
	else
		echo '# skipped: page faults with their kind'
	fi
else
	echo '# skipped: threads, forks, mremap (no C compiler)'
fi

# A process that is there already goes on unhurt.
sh -c 'i=0; while [ $i -lt 150 ]; do i=$((i + 1)); sleep 0.02; done; exit 7' &
"$mmsim" record --pid $! --time 1 -o "$work/attached.mms" 2> "$work/err"
is 0 $? 'attached: recorded'
wait $!
is 7 $? 'attached: the process goes on'
replay attached 1

# A bound on calls ends the recording, and the command with it.
"$mmsim" record -q --calls 5 -o "$work/bound.mms" -- sh -c 'sleep 60' 2> "$work/err"
is 0 $? 'after five calls: recorded'
"$mmsim" run -q "$work/bound.mms" > "$work/err" 2>&1
is 0 $? 'after five calls: replays'

# The end of a recording finds a task asleep in a call: its areas are compared all the same.
"$mmsim" record --time 1 -o "$work/asleep.mms" -- sleep 60 2> "$work/err"
is 0 $? 'asleep at the end: recorded'
! grep 'did not stop' "$work/err"
ok $? 'asleep at the end: stops'
replay asleep 1
sleep 60 &
asleep=$!
"$mmsim" record --time 1 -o "$work/asleep_there.mms" --pid $asleep 2> "$work/err"
replay asleep_there 1
kill $asleep 2> "$work/err"
ok $? 'asleep, attached: goes on'

# /dev/zero has no size.
if [ -n "$compiler" ]; then
	cat > "$work/zero.c" <<-'END'
		#include <fcntl.h>
		#include <sys/mman.h>
		int main(void)
		{
			int fd = open("/dev/zero", O_RDWR);
			char *p = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
			return p == MAP_FAILED || p[0];
		}
	END
	"$compiler" -o "$work/zero" "$work/zero.c" 2> "$work/err" &&
		"$mmsim" record -q -o "$work/zero.mms" -- "$work/zero" 2> "$work/err"
	is 0 $? '/dev/zero: recorded'
	replay zero 1
fi

# Without page faults the calls are recorded, and the report says so.
"$mmsim" record --faults none -o "$work/calls.mms" -- true 2> "$work/err"
is 0 $? 'no faults: recorded'
grep -q 'page faults: none' "$work/err" && grep -q 'page faults: none' "$work/calls.mms"
ok $? 'no faults: the report and the scenario say so'

# Nothing, rather than half of a file.
"$mmsim" record -o "$work/none.mms" -- "$work/no-such-program" > "$work/err" 2>&1
is 4 $? 'no such command'
"$mmsim" record -o "$work/none.mms" --pid 2147483647 > "$work/err" 2>&1
is 4 $? 'no such process'
"$mmsim" record -o "$work/no-such/none.mms" -- touch "$work/ran" > "$work/err" 2>&1
is 4 $? 'nowhere to write'
[ ! -e "$work/ran" ]
ok $? 'nowhere to write: nothing was run'
[ ! -e "$work/none.mms" ]
ok $? 'nothing was written'
"$mmsim" record > "$work/err" 2>&1
is 2 $? 'neither a command nor a process'
"$mmsim" record --pid $$ -- true > "$work/err" 2>&1
is 2 $? 'a command and a process'
"$mmsim" record --faults=some -- true > "$work/err" 2>&1
is 2 $? 'an unknown kind of faults'
echo "1..$number"
exit $failed
