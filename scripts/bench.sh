#!/usr/bin/env bash
# `make bench`: measurements for a person to read. Nothing else should run meanwhile; FOLDER chooses the disk.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh run
use_tools
echo "Authorization codes exchanged, durably, against what the disk allows (crates/sqlite/examples/redeem.rs):"
cargo run --release --quiet --package connect-sqlite --example redeem -- "$@"
echo
echo "A year of readings (crates/server/examples/year.rs):"
cargo run --release --quiet --package connect-server --example year
echo
echo "Rotation of the master key over 100,000 items beside the service (crates/server/examples/rotation.rs):"
cargo run --release --quiet --package connect-server --example rotation -- 100000 "$@"
echo
echo "A search in the directory, key by key (crates/core/examples/search.rs):"
cargo run --release --quiet --package connect-core --example search
echo
echo "What a browser downloads (brotli):"
cargo xtask site
cargo xtask sizes
