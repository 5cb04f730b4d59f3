#!/usr/bin/env bash
# `make drill`: breaks what protects customers, fault by fault, and watches the tests catch it. Each patch in
# scripts/drill says what an attacker would gain, and by which test it must be caught. Works on a copy.
#
#   scripts/drill.sh [NAME...]    only these, as 05-items-without-a-place
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh check
use_tools
have cargo-nextest || die "cargo-nextest is missing: cargo install cargo-nextest"

work=$ROOT/target/drill
tree=$work/tree
export CARGO_TARGET_DIR=$work/target
rm -rf "$tree"
mkdir -p "$tree"
# The working tree as it is, with what is not committed yet.
git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -C "$tree" -xf -
cd "$tree"

# Runs the one test of a package. 0: passed, 1: failed, 2: it was not run.
run_test() { # PACKAGE TEST
    local features=()
    if [ "$1" = connect ]; then features=(--features ssr); fi
    if ! cargo nextest run --no-run --package "$1" "${features[@]}" >"$work/build.log" 2>&1; then return 2; fi
    local code=0
    cargo nextest run --package "$1" "${features[@]}" -E "test(/(^|::)$2\$/)" >"$work/test.log" 2>&1 || code=$?
    # nextest says 100 for tests that failed; anything else is no verdict.
    case $code in
    0) return 0 ;;
    100) grep -qE "FAIL.*$2" "$work/test.log" && return 1 ;;
    esac
    return 2
}

# Without a fault they pass, or their failure would prove nothing.
echo "the tests without a fault …"
while read -r package test; do
    run_test "$package" "$test" || { tail -n 20 "$work/build.log" "$work/test.log"; die "$test does not pass on the tree as it is"; }
done < <(sed -sn '2s/^# test: //p' "$ROOT"/scripts/drill/*.patch | sort -u)

bad=0
table=''
for patch in "$ROOT"/scripts/drill/*.patch; do
    name=$(basename "$patch" .patch)
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    why=$(sed -n '1s/^# //p' "$patch")
    read -r package test < <(sed -n '2s/^# test: //p' "$patch")
    start=$SECONDS
    printf '%s: %s\n' "$name" "$why"
    if ! patch --silent -p1 --dry-run <"$patch" >/dev/null 2>&1; then
        verdict="DOES NOT APPLY: the code has changed, write the patch anew"
    else
        patch --silent -p1 <"$patch"
        code=0
        run_test "$package" "$test" || code=$?
        patch --silent -R -p1 <"$patch"
        case $code in
        0) verdict="NOT CAUGHT by $test" ;;
        1) verdict="caught by $test" ;;
        *) verdict="NO VERDICT: it does not compile, or $test did not run ($work/build.log, test.log)" ;;
        esac
        if [ $code = 2 ]; then tail -n 15 "$work/build.log"; fi
    fi
    case $verdict in caught*) ;; *) bad=$((bad + 1)) ;; esac
    printf '  %s (%d s)\n' "$verdict" $((SECONDS - start))
    table+=$(printf '%-28s %s' "$name" "$verdict")$'\n'
done
printf '\n%s' "$table"
[ "$bad" = 0 ] || die "$bad faults were not caught"
echo "all faults were caught"
