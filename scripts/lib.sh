# shellcheck shell=bash
# Sourced by the scripts next to it. Works with bash 3.2, too: that is what macOS has.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
# make's own variables would make cargo and C builds below look for its job server.
unset MAKEFLAGS MFLAGS MAKELEVEL
# shellcheck disable=SC2034
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Counted steps: `steps 4 "make run "`, then for each `step "Title"` … `ok "what happened"`.
steps() {
    STEPS=$1 STEP=0 PREFIX=${2-}
}
step() {
    STEP=$((STEP + 1)) TITLE=$1 STEP_START=$SECONDS
}
# Said only before something that takes a while: a step with nothing to do is one line.
doing() { printf '%s[%d/%d] %s: %s …\n' "$PREFIX" "$STEP" "$STEPS" "$TITLE" "$1"; }
ok() { printf '%s[%d/%d] %s: %s (%d s)\n' "$PREFIX" "$STEP" "$STEPS" "$TITLE" "$1" $((SECONDS - STEP_START)); }

minutes() { printf '%d:%02d min' $(($1 / 60)) $(($1 % 60)); }

# The toolchain that setup.sh chose.
use_tools() {
    # shellcheck disable=SC1091
    . "$ROOT/.tools/env.sh"
}
