//! Zip archives.
#![cfg(feature = "zip")]

use std::io::{Cursor, Write};

use greenbutton::{Error, Format, Limits, NotGreenButton, WarningKind, read};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::common::{FEED, WH, feed, kinds, reading};

pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn the_files_of_an_archive_are_one_document() {
    let electric = feed(WH, &reading(0, 900, "5"));
    let bytes = archive(&[
        ("a/electric.xml", electric.as_bytes()),
        ("b.csv", b"START DATE,END DATE,USAGE (therms)\n2024-01-01,2024-01-31,5\n"),
        ("readme.txt", b"Dear customer, your data is here.\n"),
        ("__MACOSX/._a", b"\0\0\0"),
        ("more.xml", feed(WH, &reading(0, 900, "x")).as_bytes()),
    ]);
    let document = read(&bytes[..], &Limits::default()).unwrap();
    assert_eq!((document.format, document.usage_points.len()), (Format::Archive, 3));
    assert_eq!((document.series.len(), document.bills.len()), (2, 1));
    assert_eq!(document.bills[0].usage_point, Some(1));
    assert_eq!(document.series[1].usage_point, Some(2));
    assert_eq!(kinds(&document), [WarningKind::UnreadableReading, WarningKind::SkippedFile]);
    assert_eq!(document.warnings[0].place.file.as_deref(), Some("more.xml"));
    assert_eq!(document.warnings[1].place.file.as_deref(), Some("readme.txt"));
}

#[test]
fn bombs_are_refused_by_what_comes_out_of_them() {
    let spaces = format!("{FEED}{}</feed>", " ".repeat(8 << 20));
    let bytes = archive(&[("bomb.xml", spaces.as_bytes())]);
    assert!(bytes.len() < 200_000);
    let limits = Limits { token_bytes: 64 << 20, ..Limits::default() };
    let error = read(&bytes[..], &limits).unwrap_err();
    assert!(error.to_string().starts_with("bomb.xml") && error.to_string().contains("zip bomb"), "{error}");
    // Many files, of which each is within bounds.
    let part = format!("{FEED}{}</feed>", "<x></x>".repeat(100_000));
    let names: Vec<String> = (0..20).map(|n| format!("{n}.xml")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), part.as_bytes())).collect();
    let limits = Limits { bytes: 5 << 20, ..Limits::default() };
    let error = read(&archive(&files)[..], &limits).unwrap_err();
    assert!(matches!(error, Error::NotGreenButton(_) | Error::Limit { limit: "bytes", .. }), "{error:?}");
    let limits = Limits { archive_files: 5, ..Limits::default() };
    assert!(matches!(read(&archive(&files)[..], &limits), Err(Error::Limit { limit: "files in an archive", .. })));
    let limits = Limits { archive_bytes: 100, ..Limits::default() };
    assert!(matches!(read(&archive(&files)[..], &limits), Err(Error::Limit { limit: "bytes of an archive", .. })));
}

#[test]
fn readings_are_limited_over_all_files() {
    let text = feed(WH, &(0..60).map(|at| reading(at * 900, 900, "1")).collect::<String>());
    let bytes = archive(&[("a.xml", text.as_bytes()), ("b.xml", text.as_bytes())]);
    let limits = Limits { readings: 100, ..Limits::default() };
    assert!(matches!(read(&bytes[..], &limits), Err(Error::Limit { limit: "readings", .. })));
}

#[test]
fn archives_in_archives_and_broken_ones_are_refused() {
    let inner = archive(&[("a.xml", feed(WH, &reading(0, 900, "5")).as_bytes())]);
    let outer = archive(&[("inner.zip", &inner)]);
    assert!(matches!(read(&outer[..], &Limits::default()), Err(Error::NotGreenButton(NotGreenButton::OtherZip))));
    assert!(matches!(read(&archive(&[])[..], &Limits::default()), Err(Error::NotGreenButton(_))));
    let cut = &inner[..inner.len() - 10];
    assert!(matches!(read(cut, &Limits::default()), Err(Error::Archive { .. })));
    let malformed = archive(&[("a.xml", b"<feed><a></feed>")]);
    let error = read(&malformed[..], &Limits::default()).unwrap_err();
    assert!(error.to_string().starts_with("a.xml, line 1"), "{error}");
}
