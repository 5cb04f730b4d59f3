//! The fuzzer's corpus: files that once led somewhere new. None panics or loses a reading.

use std::{fs, panic, path::Path};

#[path = "../../fuzz/cases.rs"]
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
    assert!(files > 20, "{} files of {target}", files);
}

#[test]
fn feeds_of_the_fuzzer() {
    try_all("xml", cases::xml);
}

#[test]
fn exports_of_the_fuzzer() {
    try_all("csv", cases::csv);
}

#[test]
fn archives_of_the_fuzzer() {
    try_all("zip", cases::zip);
}
