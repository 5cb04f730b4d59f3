#!/bin/sh
# Builds one target with coverage counters and runs it: run.sh TARGET SECONDS
# Starts with corpus/TARGET; what is found goes to found/TARGET.
# run.sh TARGET small chooses the corpus anew, from both.
# run.sh all SECONDS runs each target here, and those of the Green Button reader.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=$2
if [ "$target" = all ]; then
    for file in targets/*.rs ../crates/greenbutton/fuzz/fuzz_targets/*.rs; do
        "$(dirname "$(dirname "$file")")/run.sh" "$(basename "$file" .rs)" "$seconds"
    done
    exit
fi
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
host=$(rustc -vV | sed -n 's/^host: //p')
features=
if [ "$target" = calls ]; then features="--features calls"; fi
# shellcheck disable=SC2086
RUSTFLAGS=$flags LEPTOS_OUTPUT_NAME=connect cargo build --release --bin "$target" $features --target "$host"
program="${CARGO_TARGET_DIR:-target}/$host/release/$target"
mkdir -p "found/$target" "corpus/$target"
if [ "$seconds" = small ]; then
    # The fewest short files that reach all that short files reach; how often they do so counts for nothing.
    work=$(mktemp -d)
    mkdir "$work/short" "$work/chosen"
    find "found/$target" "corpus/$target" -type f -size -1000c -exec cp {} "$work/short/" \;
    "$program" -set_cover_merge=1 -use_counters=0 "$work/chosen" "$work/short"
    rm -rf "corpus/$target"
    mv "$work/chosen" "corpus/$target"
    rm -r "$work"
    exit
fi
"$program" "found/$target" "corpus/$target" \
    -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
