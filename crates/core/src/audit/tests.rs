use std::net::IpAddr;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::clock::after;
use crate::keys::Keys;

const CLIENT: Uuid = Uuid::from_u128(7);

fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn from(address: &str) -> Origin {
    Origin { request: RequestId::parse("r-1"), address: Some(address.parse::<IpAddr>().unwrap()) }
}

fn refusal(client: u128, address: &str, second: i64) -> Entry {
    let event = Event::of(Kind::ClientRefused).client(Uuid::from_u128(client)).because("secret");
    event.entry(after(start(), second), from(address))
}

#[test]
fn an_entry_is_one_line_with_its_fields_in_order() {
    let user = Subject::User(Uuid::from_u128(9));
    let event = Event::of(Kind::TokenAccepted).client(CLIENT).on(user);
    let mut origin = from("2001:db8::1");
    origin.request = Some(RequestId::new(Uuid::from_u128(5)));
    assert_eq!(
        event.entry(start(), origin).line(),
        r#"{"at":"2026-03-01T12:00:00.000Z","kind":"token_accepted","actor":"client","client":"00000000-0000-0000-0000-000000000007","subject":"user:00000000-0000-0000-0000-000000000009","request":"00000000-0000-0000-0000-000000000005","address":"2001:db8::1","result":"ok","count":1}"#
    );
    let event = Event::of(Kind::AdminUtilityOff).by(Actor::Operator(Some(1000))).on(Subject::Utility(3)).failed();
    assert_eq!(
        event.because("a\r\n\u{1b}").entry(start(), Origin::default()).line(),
        r#"{"at":"2026-03-01T12:00:00.000Z","kind":"admin_utility_off","actor":"operator:1000","subject":"utility:3","result":"failed","reason":"a\r\n\u001b","count":1}"#
    );
}

#[test]
fn kinds_have_names_of_their_own_that_say_what_is_usual() {
    let names: std::collections::HashSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let name = kind.name();
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        assert_eq!(name.starts_with("admin_"), kind.usual().0 == Actor::Operator(None), "{name}");
        assert!(!name.ends_with("_refused") || kind.usual().1 == Outcome::Refused, "{name}");
    }
}

#[test]
fn a_record_cannot_be_longer_than_the_bound_counts_with() {
    let longest = Kind::ALL.iter().max_by_key(|kind| kind.name().len()).unwrap();
    let event =
        Event::of(*longest).client(CLIENT).on(Subject::Session(CLIENT)).because("a_reason_as_long_as_they_get");
    let mut origin = from("2001:db8:1111:1111:1111:1111:1111:1111");
    origin.request = RequestId::parse(&format!("{0}-{0}", "x".repeat(31)));
    let mut entry = event.failed().entry(start(), origin);
    entry.count = u64::MAX;
    assert!(entry.line().len() + 60 < 500, "{}", entry.line().len());
}

#[test]
fn request_ids_of_callers_are_kept_if_they_are_harmless() {
    for good in ["a", "0af7651916cd43dd8448eb211c80319c", "2001-x.y_z", &"a.".repeat(32)] {
        assert_eq!(RequestId::parse(good).unwrap().as_str(), good);
    }
    let token = "x".repeat(43);
    for bad in
        ["", "a b", "a\n", "é", "a\u{2028}", "\"", &"a.".repeat(33), &token, &format!("cnt_test_at_{token}")]
    {
        assert_eq!(RequestId::parse(bad), None, "{bad}");
    }
}

fn chain(byte: u8) -> std::sync::Arc<Chain> {
    Keys::new(&[byte; 32]).chain()
}

/// A log of so many records.
fn log(records: u64) -> Vec<Record> {
    let mut head = Head::START;
    (1..=records)
        .map(|n| {
            let line = refusal(n.into(), "192.0.2.1", 0).line().into_bytes();
            head = chain(1).follow(&head, &line);
            Record { sequence: n, line, mac: head.mac.to_vec() }
        })
        .collect()
}

fn verify(log: &[Record], expected: Option<Head>) -> Result<Head, Broken> {
    let chain = chain(1);
    let mut verifier = Verifier::new(&chain, expected);
    log.iter().try_for_each(|record| verifier.read(record))?;
    verifier.finish()
}

fn head(record: &Record) -> Head {
    Head { sequence: record.sequence, mac: record.mac.clone().try_into().unwrap() }
}

#[test]
fn every_changed_bit_names_its_record() {
    let good = log(4);
    assert_eq!(verify(&good, None), Ok(head(&good[3])));
    for at in 0..good.len() {
        for byte in 0..good[at].line.len() + 32 {
            for bit in 0..8 {
                let mut bad = good.clone();
                let Record { line, mac, .. } = &mut bad[at];
                let length = line.len();
                *line.get_mut(byte).unwrap_or_else(|| &mut mac[byte - length]) ^= 1 << bit;
                assert_eq!(verify(&bad, None), Err(Broken::Changed(good[at].sequence)));
            }
        }
    }
}

#[test]
fn removed_added_moved_and_renumbered_records_are_named() {
    let good = log(5);
    for at in 0..4 {
        let number = good[at].sequence;
        let mut bad = good.clone();
        bad.remove(at);
        assert_eq!(verify(&bad, None), Err(Broken::Missing { from: number, next: number + 1 }));
        bad[at..].iter_mut().for_each(|record| record.sequence -= 1);
        assert_eq!(verify(&bad, None), Err(Broken::Changed(number)), "removed, the rest renumbered");

        let mut bad = good.clone();
        let (line, mac) = (good[at + 1].line.clone(), good[at + 1].mac.clone());
        (bad[at + 1].line, bad[at + 1].mac) = (good[at].line.clone(), good[at].mac.clone());
        (bad[at].line, bad[at].mac) = (line, mac);
        assert_eq!(verify(&bad, None), Err(Broken::Changed(number)), "swapped");

        let mut bad = good.clone();
        bad.insert(at, good[at].clone());
        bad[at + 1..].iter_mut().for_each(|record| record.sequence += 1);
        assert_eq!(verify(&bad, None), Err(Broken::Changed(number + 1)), "doubled");
        assert_eq!(verify(&[&good[..=at], &good[at..]].concat(), None), Err(Broken::Changed(number)));
    }
    let forged = chain(2).follow(&head(&good[4]), b"{}");
    let added = Record { sequence: 6, line: b"{}".to_vec(), mac: forged.mac.to_vec() };
    assert_eq!(verify(&[good, vec![added]].concat(), None), Err(Broken::Changed(6)), "another key");
}

/// Records that were once true, of the same numbers and key: a backup was put back, the log went on otherwise,
/// and somebody takes what he likes better of either.
#[test]
fn records_of_another_history_of_the_same_log_are_named() {
    let good = log(5);
    let mut other = good[..2].to_vec();
    let mut at = head(&good[1]);
    for n in 3..=5 {
        let line = refusal(n, "198.51.100.9", 0).line().into_bytes();
        at = chain(1).follow(&at, &line);
        other.push(Record { sequence: at.sequence, line, mac: at.mac.to_vec() });
    }
    assert!(verify(&other, None).is_ok(), "each history is whole by itself");
    for swapped in 2..4 {
        let mut bad = good.clone();
        bad[swapped] = other[swapped].clone();
        let named = u64::try_from(swapped).unwrap() + if swapped == 2 { 2 } else { 1 };
        assert_eq!(verify(&bad, None), Err(Broken::Changed(named)), "{swapped}");
    }
}

#[test]
fn a_cut_off_tail_is_seen_by_a_noted_head_alone() {
    let good = log(5);
    let noted = head(&good[3]);
    assert_eq!(verify(&good, Some(noted)), Ok(head(&good[4])), "the log has grown since");
    assert!(verify(&good[..3], None).is_ok());
    assert_eq!(verify(&good[..3], Some(noted)), Err(Broken::CutOff { from: 4, noted: 4 }));
    assert_eq!(verify(&[], Some(noted)), Err(Broken::CutOff { from: 1, noted: 4 }));
    let other = Head { mac: head(&good[2]).mac, ..noted };
    assert_eq!(verify(&good, Some(other)), Err(Broken::Replaced(4)));
    assert_eq!(verify(&[], None), Ok(Head::START));
}

#[test]
fn a_head_is_read_as_it_is_written() {
    let head = head(&log(3)[2]);
    assert_eq!(head.to_string().parse(), Ok(head));
    let hex = "ab".repeat(32);
    for bad in [
        "",
        "3",
        "3:",
        "3:ab",
        &hex,
        &format!("x:{hex}"),
        &format!("-1:{hex}"),
        &format!("3:{hex}0"),
        &format!("3:{}", "é".repeat(32)),
    ] {
        assert_eq!(bad.parse::<Head>(), Err(NoHead), "{bad}");
    }
}

fn counts(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.count).collect()
}

#[test]
fn equal_refusals_of_a_minute_become_one_record_with_their_number() {
    let mut open = Coalescer::default();
    for second in [5, 0, 30] {
        open.add(refusal(1, "192.0.2.1", second));
    }
    open.add(refusal(1, "192.0.2.2", 10));
    open.add(refusal(2, "192.0.2.1", 10));
    assert!(open.take_due(after(start(), 59)).is_empty());
    let taken = open.take_due(after(start(), 60));
    assert_eq!(counts(&taken), [3]);
    let line = taken[0].line();
    assert!(line.contains(r#""at":"2026-03-01T12:00:00.000Z","until":"2026-03-01T12:00:30.000Z""#), "{line}");
    assert_eq!(counts(&open.take_all()), [1, 1]);
    assert!(open.take_all().is_empty());
}

#[test]
fn accepted_reads_are_counted_for_an_hour() {
    let mut open = Coalescer::default();
    let read = Event::of(Kind::TokenAccepted).client(CLIENT);
    for second in 0..3600 {
        open.add(read.entry(after(start(), second), Origin::default()));
    }
    assert!(open.take_due(after(start(), 3599)).is_empty());
    assert_eq!(counts(&open.take_due(after(start(), 3600))), [3600]);
}

#[test]
fn addresses_of_one_network_are_one_caller() {
    let mut open = Coalescer::default();
    for address in ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1", "192.0.2.1", "::ffff:192.0.2.1"] {
        open.add(refusal(1, address, 0));
    }
    let mut counts = counts(&open.take_all());
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 2]);
}

#[test]
fn a_flood_of_refusals_fills_a_bounded_number_of_records_and_loses_none_of_them() {
    let mut open = Coalescer::default();
    for client in 0..10_000 {
        open.add(refusal(client, "192.0.2.1", 0));
    }
    let accepted = Event::of(Kind::ClientAccepted).client(CLIENT);
    open.add(accepted.entry(start(), Origin::default()));
    let taken = open.take_due(after(start(), 60));
    assert_eq!(taken.len(), REFUSED_OPEN + 1);
    assert_eq!(counts(&taken).iter().sum::<u64>(), 10_000);
    let rest: Vec<_> = taken.iter().filter(|entry| entry.event.reason == Some(OVERFLOW)).collect();
    assert_eq!((rest.len(), rest[0].count), (1, 10_000 - REFUSED_OPEN as u64));
    assert!(!rest[0].line().contains("\"client\":\"") && !rest[0].line().contains("address"), "{rest:?}");
    // There is room again, and what was taken can be put back.
    taken.into_iter().for_each(|entry| open.add(entry));
    let again = open.take_all();
    assert_eq!((again.len(), counts(&again).iter().sum::<u64>()), (REFUSED_OPEN + 2, 10_001));
}
