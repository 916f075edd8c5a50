# Sourced by the scripts beside it: where the tree is, and how they speak.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The comment at the top of the running script is its help.
show_help() { sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"; }

# The compiler's cache serves every clone of the tree, wherever it lies.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
