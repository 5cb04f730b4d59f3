//! What one of our own processes reads of another, and what we read of our own database and logs.

use connect_core::audit::{Head, Record, Verifier};
use connect_core::flow::Flow;
use connect_core::keys::Keys;
use connect_core::usage::{
    Bill, Chunk, Edition, Fetched, Quality, Reading, Series, SeriesKind, merge, month_of, month_window,
};
use connect_server::{process, service};

use super::choice;

/// Reads bytes as each of them; what was read is written and read as the same.
pub(crate) fn run(data: &[u8]) {
    let (which, data) = choice(data);
    match which % 6 {
        0 => {
            process::fuzzing::messages(data);
        }
        1 => chunk(data),
        2 => readings(data),
        3 => {
            service::kept_series(data);
        }
        4 => stored(data),
        _ => log(data),
    }
}

fn chunk(data: &[u8]) {
    // What the packer writes first.
    for chunk in [Chunk(data.to_vec()), Chunk([&[1, 0], data].concat()), Chunk([&[1, 1], data].concat())] {
        let Ok(readings) = chunk.unpack() else { continue };
        let packed = Chunk::pack(&readings);
        assert!(
            packed.unpack().is_ok_and(|again| again == readings),
            "readings are not unpacked as they were packed"
        );
    }
}

/// Readings made of the bytes, as a utility could send them: they are kept, merged and found again.
fn readings(data: &[u8]) {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0i64, |sum, byte| (sum << 8) | i64::from(*byte));
    let mut all: Vec<Reading> = data
        .chunks_exact(21)
        .map(|part| Reading {
            start: number(&part[..8]),
            duration: number(&part[8..12]) as u32,
            raw: number(&part[12..20]),
            quality: [Quality::Validated, Quality::Measured, Quality::Estimated, Quality::Projected]
                [usize::from(part[20] % 4)],
        })
        .collect();
    all.sort_by_key(|reading| reading.start);
    assert!(Chunk::pack(&all).unpack().is_ok_and(|again| again == all));
    for reading in &all {
        let month = month_of(reading.start);
        if month != i32::MIN && month != i32::MAX {
            assert!(month_window(month).contains(reading.start), "{reading:?}");
        }
    }
    all.dedup_by_key(|reading| reading.start);
    let (old, new) = all.split_at(all.len() / 2);
    let merged = merge(old.to_vec(), new);
    assert_eq!((merged.readings.as_slice(), merged.restated.len()), (all.as_slice(), 0));
    let again = merge(merged.readings, &all);
    assert!(!again.changed, "the same again changes something");
}

fn stored(data: &[u8]) {
    fn same<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq>(data: &[u8]) -> Option<T> {
        let value: T = serde_json::from_slice(data).ok()?;
        let written = serde_json::to_vec(&value).unwrap_or_default();
        assert!(
            serde_json::from_slice::<T>(&written).is_ok_and(|again| again == value),
            "not read as it is written"
        );
        Some(value)
    }
    if let Some(flow) = same::<Flow>(data) {
        let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
        for now in [first, jiff::Timestamp::UNIX_EPOCH, last] {
            let _ = flow.at(now);
        }
        let _ =
            (flow.stage.utility(), flow.stage.keeps_upload(), flow.stage.keeps_login_state(), flow.can_go_back());
    }
    if let Some(bill) = same::<Bill>(data) {
        let _ = bill.edition();
    }
    same::<Edition>(data);
    same::<Fetched>(data);
    same::<Reading>(data);
    if let Some(kind) = same::<SeriesKind>(data) {
        let _ = Fetched::by_file(&[Series { kind, readings: Vec::new() }]);
    }
}

/// A log of lines, in which the first byte says what was done to it. Whatever is changed shows.
fn log(data: &[u8]) {
    let (change, data) = choice(data);
    let chain = Keys::new(&[1; 32]).chain();
    let mut head = Head::START;
    let mut records: Vec<Record> = data
        .split(|byte| *byte == b'\n')
        .take(20)
        .map(|line| {
            head = chain.follow(&head, line);
            Record { sequence: head.sequence, line: line.to_vec(), mac: head.mac.to_vec() }
        })
        .collect();
    let verify = |records: &[Record]| {
        let mut verifier = Verifier::new(&chain, Some(head));
        records.iter().try_for_each(|record| verifier.read(record)).and_then(|()| verifier.finish())
    };
    assert_eq!(verify(&records), Ok(head));
    let place = (change >> 2) % records.len();
    match change % 4 {
        0 => drop(records.remove(place)),
        1 => records[place].line.push(b'x'),
        2 => records[place].mac[0] ^= 1,
        _ => records[place].sequence = u64::MAX,
    }
    assert!(verify(&records).is_err(), "a change of the log does not show");
}
