# shellcheck shell=bash
# The beginning of every script here: a temporary folder that goes away at the end, tools and packages, and the
# comparison that makes a script fail when what surprised us is no longer so. Sourced, not run.
set -euo pipefail

library=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
declare -rx library
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT
cd "$work"

# need TOOL PACKAGE: ends with exit code 2 if the tool is not installed, and names the Debian package that has it.
need() {
    command -v "$1" >/dev/null && return
    printf 'This script needs %s: install the Debian package %s, then run it again.\n' "$1" "$2" >&2
    exit 2
}

# python_packages NAME==VERSION...: an environment of its own with these packages; "$python" is its interpreter.
python_packages() {
    need python3 python3-venv
    python3 -m venv "$work/venv"
    python=$work/venv/bin/python
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# node_packages NAME@VERSION...: installed in the temporary folder, without running their install scripts.
node_packages() {
    need node nodejs
    need npm npm
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" "$@" >/dev/null
}

# still WHAT KNOWN SEEN: prints what is seen now; ends with exit code 1 if it is not what was seen before.
still() {
    printf '%s: %s\n' "$1" "$3"
    [[ $2 == "$3" ]] && return
    printf 'This has changed. It was: %s\n' "$2" >&2
    exit 1
}
