# Sourced by ./run and ./check: makes sure of the packages named, a command or a
# pkg-config module for each: need COMMAND-OR-MODULE PACKAGE ...
# As root it installs what is missing; otherwise it says what to install, and stops.

have() {
	case $1 in
	*.h) return 1 ;;
	pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#pc:}" ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

need() {
	missing=
	while [ $# -gt 0 ]; do
		have "$1" || missing="$missing $2"
		shift 2
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "mmsim needs these Debian packages:$missing" >&2
		echo "Install them:  sudo apt-get install$missing" >&2
		exit 4
	fi
	echo "installing$missing" >&2
	if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $missing; } >/tmp/mmsim-apt.$$ 2>&1; then
		cat /tmp/mmsim-apt.$$ >&2
		rm -f /tmp/mmsim-apt.$$
		exit 4
	fi
	rm -f /tmp/mmsim-apt.$$
}

need_build_tools() {
	need cc gcc cmake cmake ninja ninja-build pkg-config pkg-config \
		pc:glib-2.0 libglib2.0-dev pc:libcgraph libgraphviz-dev dot graphviz
}

# build PRESET [--target T]: configures once, builds quietly, shows what went wrong.
build() {
	preset=$1
	shift
	log=build/$preset.log
	if ! mkdir -p build || ! : >>"$log"; then
		echo "mmsim builds in $PWD/build, which cannot be written to: copy the sources" >&2
		exit 4
	fi
	[ -f "build/$preset/build.ninja" ] || echo "building in build/$preset, about half a minute" >&2
	if ! { { [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } &&
		cmake --build --preset "$preset" "$@"; } >"$log" 2>&1; then
		cat "$log" >&2
		exit 70
	fi
}
