#!/usr/bin/env bash
# `make run`: builds the site and the server, starts the server. It prints its address itself.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

steps 5 "run "

step "Tools"
doing "what the machine lacks"
scripts/setup.sh run
use_tools
ok "there"

# By itself, because the alias `cargo xtask` is quiet.
step "Build tool"
doing "cargo build --package xtask"
cargo build --package xtask
ok "built"

step "Site"
doing "WebAssembly, glue, CSS, assets"
cargo xtask site --precompress
ok "built"

step "Server"
doing "cargo build --release"
cargo build --release --no-default-features --features ssr --bin connect
ok "built"

step "Start"
ok "after $(minutes $SECONDS) in all; Ctrl-C stops the server"
# The sandbox's utility, to be visited by hand, comes and goes with the server.
"$TARGET/release/connect" sandbox-utility &
utility=$!
"$TARGET/release/connect" &
server=$!
trap 'kill "$server" "$utility" 2>/dev/null || true' EXIT INT TERM
wait "$server"
