# What tests on the host's kernel share; read by them, with $mmsim, $folder and $status set.

expect() {	# NAME WANTED GOT
	[ "$3" = "$2" ] && { echo "ok $1"; return; }
	echo "not ok $1: exit status $3, expected $2"
	cat "$folder/out"
	status=1
}

# all_alike [OPTION]...: no scenario differs.  khugepaged and schemes of DAMON work for the whole host
# at times of their own; one that differs because of them does not when it runs again by itself.
all_alike() {
	"$mmsim" live "$@" scenarios > "$folder/out" 2>&1
	all=$?
	if [ $all -eq 1 ]; then
		cp "$folder/out" "$folder/all"
		all=0
		for file in $(sed -n 's/^\(DIFF\|FAIL\) \([^: ]*\.mms\).*/\2/p' "$folder/all" | sort -u); do
			echo "# $file differed once"
			"$mmsim" live "$@" "$file" > "$folder/again" 2>&1 ||
				"$mmsim" live "$@" "$file" > "$folder/again" 2>&1 || all=1
		done
		cp "$folder/all" "$folder/out"
	fi
	return $all
}
