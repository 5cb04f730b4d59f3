//! The data: steady, complete, and right on the days on which the clocks change.

use connect_core::connector::MeterKind;
use connect_sunrise::LOGINS;
use connect_sunrise::data::{self, Account, Flow, Money, Quality, Reading};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};

use crate::support::NOW;

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn account(username: &str) -> Account {
    data::accounts(username).remove(0)
}

fn day(username: &str, day: jiff::civil::Date, flow: Flow, now: Timestamp) -> Vec<Reading> {
    let account = account(username);
    let (from, to) = (data::day_start(day), data::day_start(day.saturating_add(1.day())));
    data::readings(&account, account.meters.last().unwrap(), flow, from, to, now)
}

fn everything(account: &Account, now: Timestamp) -> Vec<Vec<Reading>> {
    let (from, to) = (Timestamp::UNIX_EPOCH, now);
    let series = account.meters.iter().flat_map(|meter| meter.flows().iter().map(move |flow| (meter, *flow)));
    series.map(|(meter, flow)| data::readings(account, meter, flow, from, to, now)).collect()
}

#[test]
fn two_years_without_a_gap_up_to_the_end_of_yesterday() {
    for row in LOGINS {
        for account in data::accounts(row.username) {
            let days = data::history(&account, now());
            assert_eq!(days.start, date(2024, 11, 1));
            assert_eq!(days.end, if account.closed { date(2025, 9, 1) } else { date(2026, 11, 24) });
            for series in everything(&account, now()) {
                if row.username == "no_intervals" {
                    assert!(series.is_empty());
                    continue;
                }
                let mut at = data::day_start(days.start);
                for reading in series {
                    assert_eq!(reading.start, at, "{}", row.username);
                    assert!(reading.value >= 0);
                    at = Timestamp::from_second(at.as_second() + i64::from(reading.seconds)).unwrap();
                }
                assert_eq!(at, data::day_start(days.end), "{}", row.username);
            }
        }
    }
}

#[test]
fn readings_never_change_and_windows_fit_together() {
    let later = Timestamp::from_second(now().as_second() + 3600 * 24 * 6).unwrap();
    for username in ["good", "elec_gas", "solar", "dst"] {
        let account = account(username);
        for (before, after) in everything(&account, now()).into_iter().zip(everything(&account, later)) {
            assert_eq!(before[..], after[..before.len()], "{username}");
        }
        let meter = &account.meters[0];
        let at = |second| Timestamp::from_second(now().as_second() - second).unwrap();
        let read = |from, to| data::readings(&account, meter, Flow::Delivered, from, to, now());
        // Cut where no reading begins.
        let (start, cut, end) = (at(40 * 86_400), at(30 * 86_400 + 1234), at(20 * 86_400));
        assert_eq!([read(start, cut), read(cut, end)].concat(), read(start, end), "{username}");
    }
}

#[test]
fn days_on_which_the_clocks_change_have_23_and_25_hours() {
    for (day_of, hours) in [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)] {
        assert_eq!(day("good", day_of, Flow::Delivered, now()).len(), hours);
        let quarters = day("dst", day_of, Flow::Delivered, now());
        assert_eq!(quarters.len(), hours * 4);
        let seconds =
            data::day_start(day_of.saturating_add(1.day())).as_second() - data::day_start(day_of).as_second();
        assert_eq!(seconds, i64::try_from(hours).unwrap() * 3600);
    }
    // The hour that comes twice was recorded once, and is there twice.
    let quarters = day("dst", date(2026, 11, 1), Flow::Delivered, now());
    let values = |range: std::ops::Range<usize>| quarters[range].iter().map(|r| r.value).collect::<Vec<_>>();
    assert_eq!(values(4..8), values(8..12));
    // In spring the clock goes from 2:00 to 3:00: the third hour is that of three o'clock.
    let hours = day("good", date(2026, 3, 8), Flow::Delivered, now());
    assert_eq!(hours[2].start.to_string(), "2026-03-08T10:00:00Z");
}

#[test]
fn days_are_recorded_days_of_the_same_day_of_the_week() {
    // The recorded Saturdays and Sundays have no dip at noon.
    let text = include_str!("../../data/readings.csv");
    let recorded: Vec<(i8, Vec<i64>)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("hourly,"))
        .map(|line| {
            let (date, values) = line.split_once(',').unwrap();
            let weekday = date.parse::<jiff::civil::Date>().unwrap().weekday().to_monday_one_offset();
            (weekday, values.split(',').map(|value| value.parse().unwrap()).collect())
        })
        .collect();
    let mut at = date(2026, 9, 1);
    while at < date(2026, 10, 1) {
        let values: Vec<_> = day("good", at, Flow::Delivered, now()).iter().map(|r| r.value).collect();
        assert!(recorded.contains(&(at.weekday().to_monday_one_offset(), values)), "{at}");
        at = at.saturating_add(1.day());
    }
}

#[test]
fn the_days_of_a_gas_month_add_up_to_a_recorded_month() {
    let account = account("gas_only");
    let meter = &account.meters[0];
    assert_eq!(meter.kind, MeterKind::Gas);
    let recorded = [231_000, 194_000, 170_000];
    for bill in data::bills(&account, now()).iter().filter(|bill| bill.period.start.month() == 1) {
        assert!(recorded.contains(&bill.sections[0].delivered));
    }
}

#[test]
fn estimates_are_replaced() {
    let yesterday = date(2026, 11, 23);
    let first = day("restated", yesterday, Flow::Delivered, now());
    assert!(first.iter().all(|reading| reading.quality == Quality::Estimated));
    let later = Timestamp::from_second(now().as_second() + 3 * 86_400).unwrap();
    let then = day("restated", yesterday, Flow::Delivered, later);
    assert!(then.iter().all(|reading| reading.quality == Quality::Validated));
    let values = |readings: &[Reading]| readings.iter().map(|reading| reading.value).collect::<Vec<_>>();
    assert_ne!(values(&first), values(&then));
}

#[test]
fn panels_deliver_by_day_and_never_by_night() {
    let received = day("solar", date(2026, 6, 21), Flow::Received, now());
    assert!(received.iter().map(|reading| reading.value).sum::<i64>() > 5_000);
    assert!(received[..20].iter().chain(&received[80..]).all(|reading| reading.value == 0));
    assert!(day("good", date(2026, 6, 21), Flow::Received, now()).is_empty());
}

#[test]
fn bills_are_the_readings_at_the_published_prices() {
    for row in LOGINS {
        for account in data::accounts(row.username) {
            let bills = data::bills(&account, now());
            assert_eq!(bills.len(), if account.closed { 10 } else { 24 }, "{}", row.username);
            let mut left = Money::ZERO;
            for bill in &bills {
                let (from, to) = (data::day_start(bill.period.start), data::day_start(bill.period.end));
                for section in &bill.sections {
                    let sum = |flow| -> i64 {
                        let readings = data::readings(&account, &section.meter, flow, from, to, now());
                        readings.iter().map(|reading| reading.value).sum()
                    };
                    if row.username != "no_intervals" {
                        assert_eq!(
                            (sum(Flow::Delivered), sum(Flow::Received)),
                            (section.delivered, section.received)
                        );
                    }
                    for line in &section.lines {
                        assert_eq!(line.amount.0 % 1000, 0, "whole cents");
                        let units = if line.per_day { line.quantity * 1000 } else { line.quantity };
                        let exact = i128::from(units) * i128::from(line.price.0);
                        let off = exact - i128::from(line.amount.0.abs()) * 1000;
                        assert!(off.abs() <= 500_000, "{line:?}");
                    }
                }
                assert_eq!(bill.new_charges, bill.sections.iter().map(data::Section::total).sum());
                assert_eq!(bill.previous_balance, left);
                assert_eq!(bill.total_due, bill.previous_balance + bill.payments + bill.new_charges);
                left = bill.total_due;
            }
        }
    }
}

#[test]
fn a_bill_appears_on_the_sixth() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let last = |now| data::bills(&account("good"), now).pop().unwrap();
    assert_eq!(last(at("2026-11-06T07:59:59Z")).id, "202609");
    let bill = last(at("2026-11-06T08:00:00Z"));
    assert_eq!((bill.id.as_str(), bill.issued, bill.due), ("202610", date(2026, 11, 6), date(2026, 11, 27)));
    assert_eq!(bill.paid, None);
    assert_eq!(last(at("2026-11-24T08:00:00Z")).paid, Some(date(2026, 11, 24)));
}
