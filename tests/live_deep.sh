#!/bin/sh
# Scenarios with the kernel's own structs compared: chains, anon_vmas, folios.  Skipped (4) where
# this build or this host cannot.
# Usage: live_deep.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
cd "$2" || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

"$mmsim" doctor > "$folder/doctor" 2>&1 || { echo "nothing can run live"; exit 4; }
for fact in kernel capabilities pagemap-pfns deep; do
	grep -q "^yes $fact " "$folder/doctor" && continue
	grep "^no  $fact " "$folder/doctor"
	"$mmsim" live --deep scenarios/first.mms > "$folder/out" 2>&1
	[ $? -eq 4 ] || [ "$fact" != deep ] || { cat "$folder/out"; echo "not ok: exit status"; exit 1; }
	exit 4
done

. tests/live_functions.sh

grep -q "^yes deep-at-once " "$folder/doctor" ||
	{ grep "^no  deep-at-once" "$folder/doctor"; echo "not ok: deep, but not at once"; status=1; }

all_alike --deep -v -q
expect 'all scenarios are alike' 0 $?
for field in offset anon_vma chain vm_file uffd root parent children active refcount order index \
	     mapping anon-exclusive; do
	grep -qE "^# $field +[1-9][0-9]* compared" "$folder/out" ||
		{ echo "not ok: $field was not compared"; status=1; }
done

# Great-grandchildren, whose roots are not their parents.
cat > "$folder/family.mms" <<'END'
window 20p
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 8p, 7)
Q = fork()
Q: store(@1, 2p, 8)
Q: R = fork()
R: mprotect(@3, 2p, PROT_READ) = 0
R: munmap(@6, 1p) = 0
R: store(@1, 1p, 9)
S = fork()
Q: exit_group(0)
R: T = fork()
T: mprotect(@3, 2p, RW) = 0
T: mremap(@7, 2p, 2p, MAYMOVE|FIXED, @12) = @12
T: store(@12, 2p, 1)
R: exit_group(0)
T: U = fork()
U: store(@1, 5p, 2)
END
"$mmsim" live --deep "$folder/family.mms" > "$folder/out" 2>&1
expect 'great-grandchildren' 0 $?

# What is found here alone: an anon_vma that is used where the host takes a new one.
cat > "$folder/reuse.mms" <<'END'
bug anon_vma_double_reuse
window 10p
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 7)
Q = fork()
Q: R = fork()
Q: exit_group(0)
R: S = fork()
S: T = fork()
END
"$mmsim" live --anyway "$folder/reuse.mms" > "$folder/out" 2>&1
expect 'nothing of it is to be seen from outside' 0 $?
"$mmsim" live --anyway --deep "$folder/reuse.mms" > "$folder/out" 2>&1
expect 'read deep it differs' 1 $?
grep -q '^DIFF .*reuse.mms:9: anon_vma T:@1-@2: model anon_vma#3, host another anon_vma' "$folder/out" ||
	{ echo 'not ok the difference is named'; cat "$folder/out"; status=1; }

# Random programs are compared deep as a matter of course, unless told otherwise.
"$mmsim" fuzz --live --profile fork --seed 1 --count 40 --out "$folder" > "$folder/out" 2>/dev/null
expect 'random programs are alike' 0 $?
grep -q '^# profile fork, seed 1, model and host, deep: 40 programs' "$folder/out" ||
	{ echo 'not ok: fuzz does not say that it was deep'; cat "$folder/out"; status=1; }
grep -q ', 0 unknown$' "$folder/out" || { echo 'not ok: something is unknown'; cat "$folder/out"; status=1; }
"$mmsim" fuzz --live --shallow --profile fork --seed 1 --count 10 --out "$folder" > "$folder/out" 2>/dev/null
expect 'the same from /proc alone' 0 $?
grep -q 'model and host, not deep: 10 programs' "$folder/out" ||
	{ echo 'not ok: fuzz does not say that it was not deep'; cat "$folder/out"; status=1; }
exit $status
