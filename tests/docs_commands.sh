#!/bin/sh
# The commands in the documents, run again.
#
# In a block ```console each line "$ mmsim ..." is run by sh, and the lines up to the next "$ " or
# the end of the block are what it has to print (both outputs together); a line "..." stands for
# any number of lines.  A block with a second word, as ```mms NAME, is written to the file NAME
# first.  All of one document happens in one directory of its own, in which scenarios/ is.
# Usage: docs_commands.sh [-u] MMSIM SOURCE_DIR [DOCUMENT]...
#   -u  writes what is printed now into the documents, but for outputs with a line "..."
set -u
update=
[ "$1" = -u ] && { update=yes; shift; }
mmsim=$(realpath "$1") || exit 1
source=$(realpath "$2") || exit 1
shift 2
[ $# -gt 0 ] || set -- "$source"/docs/*.md "$source"/README.md
start=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$mmsim" "$work/bin/mmsim"
PATH=$work/bin:$PATH
export PATH
unset CI
LC_ALL=C.UTF-8
export LC_ALL

# Cuts a document into files: NAME of each block that has one, cmd.N, want.N and where.N.
cut_document() {	# DOCUMENT, in the current directory
	awk '
	function flush_command() { if (nr && open_command) { close("want." nr) } open_command = 0 }
	/^```/ && !inside {
		inside = 1; kind = $1; sub(/^```/, "", kind); file = $2
		if (file != "" && file !~ /^[A-Za-z0-9_.-]+$/) {
			print FILENAME ":" FNR ": bad name of a file: " file; exit 1 }
		if (file != "") printf "" > file
		next
	}
	/^```/ { inside = 0; flush_command(); if (file != "") close(file); next }
	!inside { next }
	file != "" { print > file; next }
	kind != "console" { next }
	/^\$ / {
		flush_command()
		if ($2 != "mmsim") next
		nr++; open_command = 1
		print substr($0, 3) > ("cmd." nr); close("cmd." nr)
		print FNR > ("where." nr); close("where." nr)
		printf "" > ("want." nr)
		next
	}
	open_command { print > ("want." nr) }
	END { print nr + 0 > "count" }' "$1"
}

# Do the lines of GOT match those of WANT, in which "..." is any number of lines?  Runs of lines
# between the dots are looked for in order; the first begins the output, the last ends it.
matches() {	# WANT GOT
	awk '
	NR == FNR { want[++nw] = $0; next }
	{ got[++ng] = $0 }
	function fits(from, to, at,   i) {
		for (i = from; i <= to; i++)
			if (at + i - from > ng || want[i] != got[at + i - from]) return 0
		return 1
	}
	END {
		at = 1; from = 1; free = 0
		for (i = 1; i <= nw + 1; i++) {
			if (i <= nw && want[i] != "...") continue
			to = i - 1; len = to - from + 1
			if (i == nw + 1 && free) {	# the last: at the very end
				if (ng - len + 1 < at || !fits(from, to, ng - len + 1)) exit 1
				exit 0
			}
			while (!fits(from, to, at)) if (!free || ++at > ng) exit 1
			at += len; from = i + 1; free = 1
			if (i == nw + 1) exit at == ng + 1 ? 0 : 1
		}
	}' "$1" "$2"
}

# Writes the document again, with got.N where update.N exists.
update_document() {	# DOCUMENT
	awk '
	function exists(name,   line, known) { known = (getline line < name) >= 0; close(name); return known }
	function put(name,   line) { while ((getline line < name) > 0) print line; close(name) }
	/^```/ {
		skip = 0
		if (inside) { inside = 0 } else { inside = 1; console = $1 == "```console" && $2 == "" }
	}
	inside && console && /^\$ / {
		skip = 0; print
		if ($2 == "mmsim" && exists("update." ++nr)) { put("got." nr); skip = 1 }
		next
	}
	!skip' "$1" >new.md && cat new.md >"$1"
}

# Runs the commands of one document; returns how many differ, counts all in $commands.
run_document() {	# DOCUMENT
	rm -rf "$work/doc"
	mkdir "$work/doc" && cd "$work/doc" || exit 1
	ln -s "$source/scenarios" scenarios
	cut_document "$1" || return 1
	wrong=0
	n=0
	while [ $n -lt "$(cat count)" ]; do
		n=$((n + 1))
		commands=$((commands + 1))
		sh "./cmd.$n" >"got.$n" 2>&1 </dev/null
		matches "want.$n" "got.$n" && continue
		if [ -n "$update" ] && ! grep -qx '\.\.\.' "want.$n"; then
			: >"update.$n"
			continue
		fi
		wrong=$((wrong + 1))
		echo "not ok: $1:$(cat "where.$n"): $(cat "cmd.$n")"
		diff -u --label document --label now "want.$n" "got.$n" | sed 's/^/  /' | head -60
	done
	[ -z "$update" ] || update_document "$1"
	return $wrong
}

# The test itself has to notice what is wrong.
commands=0
wanted=$update
update=
cat >"$work/wrong.md" <<'END'
```console
$ mmsim --version
mmsim 999
...
```
```console
$ mmsim --version
...
and a line that is not there
```
```console
$ mmsim --version
```
END
run_document "$work/wrong.md" >/dev/null
[ $? -eq 3 ] || { echo "not ok: a wrong document passes"; exit 1; }

update=$wanted
commands=0
failed=0
for document; do
	cd "$start" || exit 1
	before=$commands
	run_document "$(realpath "$document")" || failed=1
	echo "# $(basename "$document"): $((commands - before)) commands"
done
[ $commands -gt 0 ] || { echo "not ok: no command was found"; exit 1; }
[ $failed -eq 0 ] && echo "ok: $commands commands print what the documents say"
exit $failed
