//! Accounts, readings and bills are those that the utility has, to the last digit.

use connect_core::connector::{Connector, ConnectorError, MeterKind, RemoteAccount, RemoteMeter, UtilitySession};
use connect_core::usage::{
    Amount, Bill, Charge, ChargeKind, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window,
};
use connect_mydata::{MyDataConfig, MyDataConnector};
use connect_sunrise::data;
use jiff::Timestamp;
use jiff::civil::date;

use crate::support::{Custodian, config, failed};

fn scale(kind: MeterKind) -> Scale {
    match kind {
        MeterKind::Electric => Scale { unit: Unit::WattHour, exponent: 0 },
        MeterKind::Gas => Scale { unit: Unit::Therm, exponent: -3 },
    }
}

fn reading(reading: data::Reading) -> Reading {
    Reading {
        start: reading.start.as_second(),
        duration: reading.seconds,
        raw: reading.value,
        quality: match reading.quality {
            data::Quality::Validated => Quality::Validated,
            data::Quality::Derived => Quality::Measured,
            data::Quality::Estimated => Quality::Estimated,
        },
    }
}

/// The utility's account, its meters in the connector's order.
fn own(account: &data::Account) -> data::Account {
    let mut account = account.clone();
    account.meters.sort_by_key(|meter| meter.id);
    account
}

fn own_accounts(username: &str) -> Vec<data::Account> {
    data::accounts(username).iter().map(own).collect()
}

fn remote(account: &data::Account) -> RemoteAccount {
    let meter = |meter: &data::Meter| RemoteMeter { public_id: Some(meter.id), kind: meter.kind };
    RemoteAccount {
        public_id: None,
        account_number: account.number.clone(),
        address: account.address.clone(),
        meters: account.meters.iter().map(meter).collect(),
    }
}

/// What the utility has, as a connector gives it.
fn known(account: &data::Account, meter: usize, window: Window, now: Timestamp) -> Vec<Series> {
    let meter = &account.meters[meter];
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut all = Vec::new();
    for flow in meter.flows() {
        let readings = data::readings(account, meter, *flow, at(window.from), at(window.to), now);
        let kind = SeriesKind {
            flow: match flow {
                data::Flow::Delivered => Flow::Delivered,
                data::Flow::Received => Flow::Received,
            },
            grain: Grain::of(meter.resolution.seconds().unwrap()),
            scale: scale(meter.kind),
        };
        let readings: Vec<_> = readings.into_iter().map(reading).collect();
        if !readings.is_empty() {
            all.push(Series { kind, readings });
        }
    }
    all
}

async fn linked(custodian: &Custodian, username: &str) -> (UtilitySession, Vec<RemoteAccount>) {
    let session = custodian.consent(username).await;
    let accounts = custodian.accounts(&session).await.unwrap();
    (session, accounts)
}

/// From the beginning of a day to the beginning of another.
fn days(from: jiff::civil::Date, to: jiff::civil::Date) -> Window {
    Window { from: data::day_start(from).as_second(), to: data::day_start(to).as_second() }
}

#[tokio::test]
async fn accounts_are_those_of_the_consent() {
    let custodian = Custodian::new().await;
    for username in ["good", "elec_gas", "multi_account", "gas_only", "solar", "no_intervals", "user@pelm.com"] {
        let expected: Vec<_> = own_accounts(username).iter().map(remote).collect();
        let (session, accounts) = linked(&custodian, username).await;
        assert_eq!(accounts, expected, "{username}");
        assert_eq!(custodian.accounts(&session).await.unwrap(), accounts, "the same each time");
    }
    let (_, accounts) = linked(&custodian, "multi_account").await;
    assert!(accounts.iter().any(|account| account.account_number.starts_with('0')));
}

#[tokio::test]
async fn readings_are_those_of_the_utility_over_both_clock_changes() {
    let custodian = Custodian::new().await;
    let now = custodian.cx().now;
    for username in ["good", "elec_gas", "solar", "restated", "multi_account"] {
        let (session, accounts) = linked(&custodian, username).await;
        for (account, own) in accounts.iter().zip(own_accounts(username)) {
            for meter in 0..account.meters.len() {
                for window in [
                    // 23 and 25 hours.
                    days(date(2026, 3, 7), date(2026, 3, 10)),
                    days(date(2026, 10, 31), date(2026, 11, 3)),
                    // Up to now, from the middle of an hour to the middle of another.
                    Window { from: now.as_second() - 9 * 86_400 + 1234, to: now.as_second() - 777 },
                ] {
                    let read = custodian.connector.readings(custodian.cx(), &session, account, meter, window);
                    let known = known(&own, meter, window, now);
                    assert!(!known.is_empty());
                    assert_eq!(read.await.unwrap(), known, "{username} {window:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_long_window_comes_in_pieces_and_whole() {
    let custodian = Custodian::new().await;
    let (session, accounts) = linked(&custodian, "good").await;
    let own = &own_accounts("good")[0];
    let now = custodian.cx().now;
    let window = days(date(2024, 11, 11), date(2026, 11, 10));
    let read = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, window).await;
    assert_eq!(read.unwrap(), known(own, 0, window, now));
    // In pieces whose borders are in the middle of readings.
    let weekly = MyDataConnector::new(MyDataConfig { max_days: 7, ..config(&custodian.base) }).unwrap();
    let window = Window { from: window.to - 40 * 86_400 + 5, to: window.to - 1000 };
    let read = weekly.readings(custodian.cx(), &session, &accounts[0], 0, window).await;
    assert_eq!(read.unwrap(), known(own, 0, window, now));
}

#[tokio::test]
async fn a_window_without_data_is_empty() {
    let custodian = Custodian::new().await;
    let (session, accounts) = linked(&custodian, "good").await;
    for window in [
        days(date(2020, 1, 1), date(2020, 2, 1)),
        days(date(2027, 1, 1), date(2027, 2, 1)),
        Window { from: 10, to: 10 },
        Window { from: 20, to: 10 },
    ] {
        let read = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, window).await;
        assert_eq!(read.unwrap(), [], "{window:?}");
    }
    let window = days(date(2026, 9, 1), date(2026, 9, 2));
    let beyond = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 1, window).await;
    assert_eq!(failed(beyond), ConnectorError::NotOffered);
}

#[tokio::test]
async fn a_closed_account_has_its_past() {
    let custodian = Custodian::new().await;
    let (session, accounts) = linked(&custodian, "closed_only").await;
    let own = &own_accounts("closed_only")[0];
    let now = custodian.cx().now;
    assert_eq!(accounts, [remote(own)], "found in the past");
    let recent = days(date(2026, 10, 10), date(2026, 11, 10));
    let read = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, recent).await;
    assert_eq!(read.unwrap(), []);
    let past = days(date(2025, 6, 1), date(2025, 7, 1));
    let read = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, past).await;
    assert_eq!(read.unwrap(), known(own, 0, past, now));
    assert!(!custodian.connector.bills(custodian.cx(), &session, &accounts[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn estimates_are_told_and_replaced() {
    let custodian = Custodian::new().await;
    let (session, accounts) = linked(&custodian, "restated").await;
    let window = days(date(2026, 11, 8), date(2026, 11, 9));
    let before = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, window).await.unwrap();
    custodian.clock.advance(4 * 86_400);
    let session = custodian.connector.renew(custodian.cx(), &session).await.unwrap();
    let after = custodian.connector.readings(custodian.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert!(before[0].readings.iter().all(|reading| reading.quality == Quality::Estimated));
    assert!(after[0].readings.iter().all(|reading| reading.quality == Quality::Validated));
    assert_ne!(before, after);
}

/// A bill as the feed tells it: what is to be paid, and when, is not in there.
fn bill(bill: data::Bill) -> Bill {
    let usage = |kind| {
        let of_kind = bill.sections.iter().filter(|section| section.meter.kind == kind);
        let raw = of_kind.map(|section| section.delivered).reduce(|sum, more| sum + more)?;
        Some(Amount { raw, scale: scale(kind) })
    };
    let (electric_usage, gas_usage) = (usage(MeterKind::Electric), usage(MeterKind::Gas));
    let charges = bill.sections.iter().flat_map(|section| {
        let kind = match section.meter.kind {
            MeterKind::Electric => ChargeKind::Electric,
            MeterKind::Gas => ChargeKind::Gas,
        };
        section.lines.iter().map(move |line| Charge { kind, text: line.label.to_owned(), amount: line.amount.0 })
    });
    Bill {
        charges: charges.collect(),
        remote_id: format!("{}/{}", bill.period.start, bill.period.end),
        start: bill.period.start,
        end: bill.period.end,
        statement_date: None,
        due_date: None,
        payment_date: None,
        currency: Some("USD".to_owned()),
        total_amount_due: None,
        total_charges: Some(bill.new_charges.0),
        electric_usage,
        gas_usage,
        pdf: false,
    }
}

#[tokio::test]
async fn bills_are_those_of_the_utility() {
    let custodian = Custodian::new().await;
    for username in ["solar", "no_intervals", "user@pelm.com"] {
        let (session, accounts) = linked(&custodian, username).await;
        for (account, own) in accounts.iter().zip(data::accounts(username)) {
            let read = custodian.connector.bills(custodian.cx(), &session, account).await.unwrap();
            let known: Vec<_> = data::bills(&own, custodian.cx().now).into_iter().map(bill).collect();
            assert_eq!(read, known, "{username}");
            for bill in read {
                let sum: i64 = bill.charges.iter().map(|charge| charge.amount).sum();
                assert_eq!(Some(sum), bill.total_charges, "each summary counts once");
            }
        }
    }
}

#[tokio::test]
async fn short_pieces_do_not_double_a_bill() {
    let custodian = Custodian::new().await;
    let (session, accounts) = linked(&custodian, "elec_gas").await;
    let short = MyDataConnector::new(MyDataConfig { max_days: 40, ..config(&custodian.base) }).unwrap();
    let of =
        async |connector: &MyDataConnector| connector.bills(custodian.cx(), &session, &accounts[0]).await.unwrap();
    assert_eq!(of(&short).await, of(&custodian.connector).await);
}
