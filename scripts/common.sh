# Sourced by the other scripts: the root folder and output functions.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The comment at the top of the running script is its help.
show_help() { sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"; }

# Share the compiler cache between all clones of the repository, regardless of their location.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
