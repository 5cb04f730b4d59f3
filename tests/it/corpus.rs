//! The fuzzer's corpus: bytes that once led somewhere new. None makes a reader of foreign input panic, and what the
//! targets assert of each holds. How they were found: `fuzz/README.md`.

use std::path::Path;
use std::{fs, panic};

#[path = "../../fuzz/cases/calls.rs"]
mod calls;
#[path = "../../fuzz/cases/mod.rs"]
mod cases;

fn try_all(target: &str, case: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        files += 1;
        assert!(panic::catch_unwind(|| case(&bytes)).is_ok(), "{}", path.display());
    }
    assert!(files > 20, "{files} files of {target}");
}

#[test]
fn tokens_of_the_fuzzer() {
    try_all("tokens", cases::tokens::run);
}

#[test]
fn bodies_of_the_fuzzer() {
    try_all("bodies", cases::bodies::run);
}

#[test]
fn calls_of_the_fuzzer() {
    try_all("calls", calls::run);
}

#[test]
fn pages_of_the_fuzzer() {
    try_all("portal", cases::portal::run);
}

#[test]
fn feeds_of_the_fuzzer() {
    try_all("mydata", cases::mydata::run);
}

#[test]
fn messages_of_the_fuzzer() {
    try_all("frames", cases::frames::run);
}
