#!/usr/bin/env bash
# `make watch`: rebuilds and reloads the page when a file changes.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh watch
use_tools

# The sandbox's utility comes and goes with it, as in `make run`. It is not built anew on changes.
if (exec 3<>/dev/tcp/127.0.0.1/8090) 2>/dev/null; then
    echo "Port 8090 is taken: the sandbox utility is not started a second time."
else
    # With the features of cargo-leptos, which then has less to build.
    cargo build --no-default-features --features ssr --bin connect
    # Its input ends when nobody has descriptor 3 any more: with cargo-leptos, however that ends.
    exec 3> >(
        "$TARGET/debug/connect" sandbox-utility </dev/null &
        utility=$!
        cat >/dev/null
        kill "$utility" 2>/dev/null || true
    )
fi
exec cargo leptos watch "$@"
