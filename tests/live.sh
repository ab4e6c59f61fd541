#!/bin/sh
# Scenarios on the host's kernel and in the model: nothing may differ where the model is of the
# host's release, and what does differ must be found.  Skipped (77) where nothing can run live.
# Usage: live.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
cd "$2" || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

. tests/live_functions.sh

"$mmsim" doctor > "$folder/doctor" 2>&1 || { cat "$folder/doctor"; echo "nothing can run live"; exit 77; }
grep -q '^yes kernel' "$folder/doctor" || { echo "the host is of another release"; exit 77; }
"$mmsim" doctor --format=json > "$folder/out" 2>&1
expect 'doctor as JSON' 0 $?
grep -q '^yes capabilities' "$folder/doctor" || { echo "the host gives us no capabilities"; exit 77; }
grep -q '^yes pagemap-pfns' "$folder/doctor" || { echo "the host hides PFNs"; exit 77; }

all_alike
expect 'all scenarios are alike' 0 $?
"$mmsim" live --end scenarios/first.mms > "$folder/out" 2>&1
expect 'compared at the end' 0 $?

# What must be found: the model of another release.
"$mmsim" live --anyway scenarios/mremap/several-areas-6.16.mms > "$folder/out" 2>&1
expect 'another release differs' 1 $?
grep -q '^DIFF .*mms:[0-9]*: result mremap: model -EFAULT, host' "$folder/out" ||
	{ echo 'not ok the difference is named'; cat "$folder/out"; status=1; }

# What cannot run here is skipped, and alone is exit status 4.
printf 'set ram = 64M\nmmap(0, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)\n' > "$folder/ram.mms"
"$mmsim" live "$folder/ram.mms" > "$folder/out" 2>&1
expect 'ram is skipped' 4 $?

printf 'set ran = 64M\nmunlockall()\n' > "$folder/wrong.mms"
"$mmsim" live "$folder/wrong.mms" > "$folder/out" 2>&1
expect 'a setting that does not exist is an error' 3 $?

# Threads, vfork and a fault in a child.
cat > "$folder/tasks.mms" <<'END'
window 20p
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
P.a: store(@1, 1p, 7)
Q = vfork()
Q: store(@2, 1p, 8)
Q: exit(0)
load(@2) = 8
R = fork()
R: munmap(@1, 1p)
R: load(@1) = SIGSEGV
R: exit_group(0)
P.a: load(@1) = 7
exec(@1) = SIGSEGV
END
"$mmsim" live "$folder/tasks.mms" > "$folder/out" 2>&1
expect 'threads and children' 0 $?

# execve() without capabilities and under limits: the new program has neither more nor less.
cat > "$folder/exec.mms" <<'END'
set cap = off
set rlimit.as = 40p
set rlimit.memlock = 4p
mmap(NULL, 30p, RW, PRIVATE|ANONYMOUS, -1, 0)
Q = vfork()
Q: execve("/bin/true")
mmap(NULL, 20p, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
Q: a = mmap(NULL, 20p, RW, PRIVATE|ANONYMOUS, -1, 0)
Q: mlock(a, 5p) = -ENOMEM
Q: mlock(a, 4p)
Q: mmap(NULL, 30p, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
Q: execve("/dev/null") = -EACCES
END
"$mmsim" live "$folder/exec.mms" > "$folder/out" 2>&1
expect 'execve with limits' 0 $?

# Interrupted: what ran until then is told.
{
	echo 'P: f = open("/file", O_RDWR|O_CREAT)'
	echo 'for i in 0..100000 {'
	echo '	ftruncate(f, 2p)'
	echo '}'
} > "$folder/long.mms"
TMPDIR=$folder "$mmsim" live -q "$folder/long.mms" > "$folder/out" 2>&1 &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
expect 'interrupted' 130 $?
grep -q '0 alike' "$folder/out"
expect 'interrupted: a summary' 0 $?

# Killed: the next run clears away the folder it left.
TMPDIR=$folder "$mmsim" live -q "$folder/long.mms" > "$folder/out" 2>&1 &
pid=$!
sleep 1
kill -KILL $pid
wait $pid 2>/dev/null
left=$(ls -d /dev/shm/mmsim-live-$pid-* "$folder"/mmsim-live-$pid-* 2>/dev/null | head -n 1)
if [ -n "$left" ]; then
	echo 'f = open("/other", O_RDWR|O_CREAT)' > "$folder/short.mms"
	TMPDIR=$folder "$mmsim" live -q "$folder/short.mms" > "$folder/out" 2>&1
	[ ! -e "$left" ]
	expect 'what a killed run left is cleared away' 0 $?
fi

# Findings that could not be written are known beforehand.
"$mmsim" fuzz --model-only --count 1 --out "$folder/none" > "$folder/out" 2>&1
expect 'fuzz: no such folder' 2 $?
"$mmsim" fuzz --model-only --count 0 > "$folder/out" 2>&1
expect 'fuzz: no programs' 2 $?

# Random programs: none may differ.
"$mmsim" fuzz --live --seed 1 --count 60 -q --out "$folder" > "$folder/out" 2>&1
expect 'random programs are alike' 0 $?
exit $status
