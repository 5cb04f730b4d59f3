#!/bin/sh
# Builds one target with coverage counters and runs it: run.sh TARGET SECONDS
set -eu
cd "$(dirname "$0")"
target=$1
seconds=$2
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
RUSTFLAGS=$flags cargo build --release --bin "$target" --target "$(rustc -vV | sed -n 's/^host: //p')"
mkdir -p "corpus/$target"
case $target in
csv) for file in ../tests/samples/*.csv; do { printf '\0'; cat "$file"; } >"corpus/csv/$(basename "$file")"; done ;;
*) cp ../tests/samples/*.xml "corpus/$target/" ;;
esac
"${CARGO_TARGET_DIR:-target}/$(rustc -vV | sed -n 's/^host: //p')/release/$target" "corpus/$target" \
    -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
