//! As `xml`, for archives: the bytes themselves, an archive of files made of them, and that archive damaged.
#![no_main]

use std::io::{Cursor, Write as _};

use greenbutton::{Limits, read};
use libfuzzer_sys::fuzz_target;
use zip::{ZipWriter, write::SimpleFileOptions};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let check = |bytes: &[u8]| {
        if let Ok(document) = read(bytes, &limits) {
            let tally = document.tally;
            assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable);
        }
    };
    check(data);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, part) in data.split(|byte| *byte == 0).take(4).enumerate() {
        let started = writer.start_file(format!("{number}.xml"), SimpleFileOptions::default());
        if started.is_err() || writer.write_all(part).is_err() {
            return;
        }
    }
    if let Ok(archive) = writer.finish() {
        let mut archive = archive.into_inner();
        check(&archive);
        // The first bytes say where and what to damage.
        for patch in data.chunks_exact(3).take(4) {
            let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % archive.len();
            archive[at] ^= patch[2];
        }
        check(&archive);
    }
});
