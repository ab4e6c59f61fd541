#!/bin/sh
# Live runs on one host: those that change it are alone, those of one fuzz are not, and whatever
# becomes of them the host is as before.  Skipped (77) where nothing can run live.
# Usage: live_hold.sh MMSIM SOURCE_DIR
set -u
mmsim=$1
cd "$2" || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

expect() {	# NAME WANTED GOT
	[ "$3" = "$2" ] && { echo "ok $1"; return; }
	echo "not ok $1: $3, expected $2"
	status=1
}
devices() { sed 1d /proc/swaps | wc -l; }
gone() {	# waits until there is no swap device
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(devices)" = 0 ] && break
		sleep 0.5
	done
	devices
}

"$mmsim" doctor > "$folder/doctor" 2>&1 || { echo "nothing can run live"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "not root"; exit 77; }
[ "$(devices)" = 0 ] || { echo "this host has swap"; exit 77; }
before=$(cat /proc/sys/vm/page-cluster)

# Each kind of device does what it is told, and goes.
for kind in file disk zram; do
	cat > "$folder/$kind.mms" <<END
set swap = 4M
set swap.device = $kind
window 8p
mmap(@0, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 2p, 7)
madvise(@0, 2p, MADV_PAGEOUT)
madvise(@0, 2p, MADV_PAGEOUT)
load(@0) = 7
END
	"$mmsim" live -q "$folder/$kind.mms" > "$folder/out" 2>&1
	case $? in
	0) expect "$kind: gone" 0 "$(devices)" ;;
	4) echo "ok $kind # SKIP: $(head -n 1 "$folder/out")" ;;
	*) echo "not ok $kind"; cat "$folder/out"; status=1 ;;
	esac
done

# Two workers of one fuzz, and a run that wants another host: it waits.
"$mmsim" fuzz --live --shallow --profile swap --seed 1 --time 5 -j 2 -q --out "$folder" \
	> "$folder/fuzz" 2>&1 &
pid=$!
sleep 2
"$mmsim" live -q "$folder/zram.mms" "$folder/file.mms" > "$folder/out" 2>&1
code=$?
[ $code = 4 ] && code=0
expect 'two at a time' 0 $code
wait $pid
expect 'a fuzz that had to share' 0 $?
expect 'after both' 0 "$(gone)"

# Killed: the guardian takes the device away.
"$mmsim" fuzz --live --shallow --profile swap --seed 1 --time 20 -q --out "$folder" \
	> "$folder/fuzz" 2>&1 &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(devices)" = 1 ] && break
	sleep 0.3
done
kill -KILL $pid
wait $pid 2>/dev/null
expect 'after one that was killed' 0 "$(gone)"
expect 'page-cluster' "$before" "$(cat /proc/sys/vm/page-cluster)"
exit $status
