//! What is tried with the fuzzer's bytes. `tests/it/corpus.rs` tries the same with the files of `corpus/`.

use std::io::{Cursor, Read as _, Write as _};

use greenbutton::{Document, Limits, Options, inspect, read, read_with};
use zip::{ZipWriter, write::SimpleFileOptions};

fn check(document: &Document) {
    let tally = document.tally;
    assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable);
}

/// Whatever the bytes, reading ends without a panic and loses no reading.
pub(crate) fn xml(data: &[u8]) {
    if let Ok(document) = read(data, &Limits::default()) {
        check(&document);
        let report = inspect::render(&document, 60);
        assert!(report.lines().all(|line| line.chars().count() <= 60));
    }
}

/// As [`xml`], with column names before the bytes and, for some, a time zone that has clock changes.
pub(crate) fn csv(data: &[u8]) {
    const HEADS: [&str; 8] = [
        "",
        "TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES\n",
        "TYPE,START DATE,END DATE,USAGE (therms),COST,NOTES\n",
        "Read Date\tDays\tCCF\tTherms\tAmount\n",
        "Meter;Date;Start Time;Duration;Consumption (kWh);Generation (kWh)\n",
        "ESIID,Date,Hour,Usage kWh,Direction,Cost (cents)\n",
        "\"Energy Delivered time period\",\"Usage(Real energy in kilowatt-hours)\",\"Reading quality\"\n",
        "Start Date|End Date|Usage (kWh)\n",
    ];
    let Some((choice, data)) = data.split_first() else { return };
    let head = HEADS[usize::from(*choice) % HEADS.len()];
    // US Eastern time by its rule, so that no zone files are needed.
    let eastern = || jiff::tz::TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap_or(jiff::tz::TimeZone::UTC);
    let options = Options { time_zone: (choice & 128 != 0).then(eastern), ..Options::default() };
    if let Ok(document) = read_with(head.as_bytes().chain(data), &options) {
        check(&document);
        inspect::render(&document, 60);
    }
}

/// As [`xml`], for archives: the bytes themselves, an archive of files made of them, and that archive damaged.
pub(crate) fn zip(data: &[u8]) {
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let try_out = |bytes: &[u8]| {
        if let Ok(document) = read(bytes, &limits) {
            check(&document);
        }
    };
    try_out(data);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, part) in data.split(|byte| *byte == 0).take(4).enumerate() {
        let started = writer.start_file(format!("{number}.xml"), SimpleFileOptions::default());
        if started.is_err() || writer.write_all(part).is_err() {
            return;
        }
    }
    if let Ok(archive) = writer.finish() {
        let mut archive = archive.into_inner();
        try_out(&archive);
        // The first bytes say where and what to damage.
        for patch in data.chunks_exact(3).take(4) {
            let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % archive.len();
            archive[at] ^= patch[2];
        }
        try_out(&archive);
    }
}
