//! Whatever the bytes, reading ends without a panic and loses no reading.
#![no_main]

use greenbutton::{Limits, inspect, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(document) = read(data, &Limits::default()) {
        let tally = document.tally;
        assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable);
        let report = inspect::render(&document, 60);
        assert!(report.lines().all(|line| line.chars().count() <= 60));
    }
});
