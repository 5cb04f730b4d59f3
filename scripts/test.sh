#!/usr/bin/env bash
# The tests, step by step; stops at the first step that fails.
#
#   scripts/test.sh all              `make test`
#   scripts/test.sh check            `make check`: format and lints
#   scripts/test.sh e2e [ARGS...]    `make e2e`: browser tests, ARGS for Playwright
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

what=${1-all}
if [ $# -gt 0 ]; then shift; fi
case $what in
all)
    # lto before site: it watches the very build that site then uses.
    plan=(tools supply format clippy_server clippy_xtask clippy_browser build_tool lto site sizes rust_tests types server browser_tests same_site)
    purpose="test"
    ;;
check)
    plan=(tools format clippy_server clippy_xtask clippy_browser)
    purpose=check
    ;;
e2e)
    plan=(tools build_tool site server browser_tests)
    purpose=e2e
    ;;
*) die "unknown: $what; it is all, check or e2e" ;;
esac

# The front crate exists for the browser only: built together with the server, its features would leak
# into it. The xtask stays apart because its dependencies would be compiled a second time.
server_packages=(--workspace --exclude connect-front --exclude xtask --features ssr)

tools() {
    scripts/setup.sh "$purpose" && use_tools
}

# Licences, banned crates and sources; what needs the net is in `make supply`.
supply() { scripts/deny.sh offline; }

format() { cargo fmt --all --check; }

clippy_server() { cargo clippy "${server_packages[@]}" --all-targets -- -D warnings; }
clippy_xtask() { cargo clippy --package xtask --all-targets -- -D warnings; }
clippy_browser() { cargo clippy --package connect-front --lib --target wasm32-unknown-unknown -- -D warnings; }

# By itself, because the alias `cargo xtask` is quiet.
build_tool() { cargo build --package xtask; }
lto() { cargo xtask lto; }
site() { cargo xtask site; }
sizes() { cargo xtask sizes; }
same_site() { cargo xtask same-site; }

# Once for the server, once for the xtask. Examples in comments are not run: nextest cannot.
rust_tests() {
    if have cargo-nextest; then
        cargo nextest run --no-fail-fast "${server_packages[@]}" 2>&1 | logged &&
            cargo nextest run --no-fail-fast --package xtask 2>&1 | logged
    else
        cargo test --no-fail-fast "${server_packages[@]}" --lib --bins --tests 2>&1 | logged &&
            cargo test --package xtask 2>&1 | logged
    fi
}

# TypeScript of the browser tests: Playwright itself does not check types.
types() { (cd end2end && npm run --silent types); }

# The one that Playwright starts.
server() { cargo build "${server_packages[@]}" --bin connect; }

browser_tests() { (cd end2end && PLAYWRIGHT_HTML_OPEN=never npx playwright test "${extra[@]+"${extra[@]}"}") 2>&1 | logged; }

# --- How the steps are run --------------------------------------------------------------------

extra=("$@")
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# nextest reports on stderr, hence the 2>&1 at the callers.
logged() { tee -a "$logs/$current"; }

# Sum of the numbers before WORD in what STEP said, in the summary lines that PATTERN finds.
count() { # STEP WORD PATTERN
    sed -E $'s/\x1b\\[[0-9;]*m//g' "$logs/$1" 2>/dev/null | grep -E "$3" | grep -oE "[0-9]+ $2" |
        awk '{ sum += $1 } END { print sum + 0 }' || true
}

summary() {
    local line='' failed=0 flaky
    local rust='^ *Summary \[|^test result:' browser='^ +[0-9]+ (passed|failed|flaky) *(\(|$)'
    if [ -e "$logs/rust_tests" ]; then
        line="Rust: $(count rust_tests passed "$rust") passed · "
        failed=$(count rust_tests failed "$rust")
    fi
    if [ -e "$logs/browser_tests" ]; then
        line="${line}Browser: $(count browser_tests passed "$browser") passed · "
        flaky=$(count browser_tests flaky "$browser")
        if [ "$flaky" != 0 ]; then line="$line$flaky flaky · "; fi
        failed=$((failed + $(count browser_tests failed "$browser")))
    fi
    printf '\n%s%d failed · %s\n' "$line" "$failed" "$(minutes $SECONDS)"
}

steps ${#plan[@]} "$purpose "
for current in "${plan[@]}"; do
    step "${current//_/ }"
    printf '%s[%d/%d] %s …\n' "$PREFIX" "$STEP" "$STEPS" "$TITLE"
    if ! "$current"; then
        case $current in *_tests) summary ;; esac
        die "failed at step $STEP of $STEPS: $TITLE"
    fi
    ok "passed"
done
if [ "$what" = check ]; then echo "format and lints are fine"; else summary; fi
