#!/usr/bin/env bash
# `make schemathesis`: the REST API against its own description (/openapi.json), with inputs that Schemathesis
# generates: good ones, which must be taken, and bad ones, which must be refused as documented. CASES is how
# many there are at least.
#
#   scripts/schemathesis.sh [CASES]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VERSION=4.32.5
CASES=${1-10000}
here=$ROOT/scripts/schemathesis
venv=$ROOT/.tools/schemathesis
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

steps 3 "schemathesis "
step "Tools"
scripts/setup.sh run
use_tools
if [ "$("$venv/bin/schemathesis" --version 2>/dev/null)" != "schemathesis, version $VERSION" ]; then
    doing "a Python environment in .tools"
    rm -rf "$venv"
    python3 -m venv "$venv" || die "Python 3 with venv is missing (Debian: apt-get install python3-venv)"
    "$venv/bin/pip" install --quiet "schemathesis==$VERSION"
fi
ok "Schemathesis $VERSION"

step "Server"
doing "cargo build"
cargo build --quiet --workspace --exclude connect-front --exclude xtask --features ssr --bin connect --example link
# Copies, which nobody builds anew meanwhile, in a folder of their own; the sandbox plays every utility from inside; nothing slows the caller down.
mkdir "$work/site"
cp public/initialize.js "$work/site"
cp "$TARGET/debug/connect" "$TARGET/debug/examples/link" "$work"
export CONNECT_RATE_LIMITS=off CONNECT_SANDBOX_UTILITY='' CONNECT_DATA_DIR=$work/data CONNECT_LOG=warn
LEPTOS_SITE_ADDR=127.0.0.1:0 LEPTOS_SITE_ROOT=$work/site \
    "$work/connect" >"$work/greeting" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
    if grep -q Ctrl-C "$work/greeting"; then break; fi
    kill -0 "$server" 2>/dev/null || die "the server does not start: $(cat "$work/log")"
    sleep 0.1
done
BASE=$(sed -n 's/^Connect is running at //p' "$work/greeting")
[ -n "$BASE" ] || die "the server does not start"
# shellcheck disable=SC1091
set -a && . "$work/data/sandbox-client.env" && set +a
export BASE LINK=$work/link
"$venv/bin/python" "$here/prepare.py" >"$work/linked.env"
# shellcheck disable=SC1091
set -a && . "$work/linked.env" && set +a
ok "$BASE, one customer linked, all data read"

step "Cases"
cd "$work"
run() { # NAME ARGUMENTS…
    "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$BASE/openapi.json" --warnings off \
        --report json --report-json-path "$work/$1.json" "${@:2}"
}
SCHEMATHESIS_HOOKS=$here/hooks.py
export SCHEMATHESIS_HOOKS PYTHONPATH=$here
failed=0
# The phases take about as many cases together as an operation has examples in the last two.
run all --max-examples $((CASES / 18)) || failed=1
# Last, because it ends the access token: the one call that deletes for good.
DELETES=1 run delete --include-path '/users/{user_id}' --phases examples || failed=1
"$venv/bin/python" "$here/figures.py" "$CASES" "$work/all.json" "$work/delete.json" || failed=1
if grep -q 'ERROR\|panicked' "$work/log"; then
    grep 'ERROR\|panicked' "$work/log" | head -n 20
    die "the server has logged errors"
fi
[ "$failed" = 0 ] || die "there are failures"
ok "no failure"
