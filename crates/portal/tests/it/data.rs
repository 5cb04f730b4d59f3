//! Accounts, readings and bills are those behind the portal, to the last digit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::HttpBody;
use axum::middleware::map_response;
use axum::response::Response;
use connect_core::connector::{Connector, ConnectorError, MeterKind, RemoteAccount, RemoteMeter, UtilitySession};
use connect_core::usage::{
    Amount, Bill, Charge, ChargeKind, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window,
};
use connect_portal::{PortalConfig, PortalConnector};
use connect_sunrise::data;
use jiff::Timestamp;
use jiff::civil::date;

use crate::support::{Portal, config, failed};

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

async fn accounts(portal: &Portal, username: &str) -> (UtilitySession, Vec<RemoteAccount>) {
    let session = portal.sign_in(username).await;
    let accounts = portal.connector.accounts(portal.cx(), &session).await.unwrap();
    (session, accounts)
}

/// From the beginning of a day to the beginning of another.
fn days(from: jiff::civil::Date, to: jiff::civil::Date) -> Window {
    Window { from: data::day_start(from).as_second(), to: data::day_start(to).as_second() }
}

#[tokio::test]
async fn accounts_are_those_of_the_login() {
    let portal = Portal::new().await;
    let mut seen = 0;
    for row in connect_sunrise::LOGINS {
        let expected: Vec<_> = data::accounts(row.username).iter().map(remote).collect();
        let plain = !row.what.contains("down") && portal.begin(row.username).await.is_ok() && row.code().is_none();
        if expected.is_empty() || !plain {
            continue;
        }
        assert_eq!(accounts(&portal, row.username).await.1, expected, "{}", row.username);
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
    assert!(
        accounts(&portal, "multi_account").await.1.iter().any(|account| account.account_number.starts_with('0'))
    );
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

#[tokio::test]
async fn readings_are_those_behind_the_portal_over_both_clock_changes() {
    let portal = Portal::new().await;
    let now = portal.cx().now;
    for username in ["good", "dst", "elec_gas", "solar", "restated", "user@pelm.com"] {
        let (session, accounts) = accounts(&portal, username).await;
        for (account, own) in accounts.iter().zip(data::accounts(username)) {
            for meter in 0..account.meters.len() {
                for window in [
                    // 23 and 25 hours.
                    days(date(2026, 3, 7), date(2026, 3, 10)),
                    days(date(2026, 10, 31), date(2026, 11, 3)),
                    // Up to now, from the middle of an hour to the middle of another.
                    Window { from: now.as_second() - 31 * 86_400 + 1234, to: now.as_second() - 777 },
                ] {
                    let read = portal.connector.readings(portal.cx(), &session, account, meter, window).await;
                    let known = known(&own, meter, window, now);
                    assert!(!known.is_empty());
                    assert_eq!(read.unwrap(), known, "{username} {window:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn clock_changes_have_23_and_25_hours() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "good").await;
    for (day, hours) in [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)] {
        let window = days(day, day.tomorrow().unwrap());
        let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
        assert_eq!(read[0].readings.len(), hours, "{day}");
    }
    let (session, accounts) = self::accounts(&portal, "gas_only").await;
    let window = days(date(2026, 11, 1), date(2026, 11, 2));
    let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert_eq!((read[0].readings[0].duration, read[0].kind.grain), (90_000, Grain::Day));
}

#[tokio::test]
async fn a_long_window_comes_in_pieces_and_whole() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "good").await;
    let own = &data::accounts("good")[0];
    let window = days(date(2024, 11, 1), date(2026, 11, 10));
    let known = known(own, 0, window, portal.cx().now);
    let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert_eq!(read, known);
    // In pieces of a week as well, whatever their borders.
    let weekly = PortalConnector::new(PortalConfig { max_days: 7, ..config(&portal.base) }).unwrap();
    let window = Window { from: window.to - 40 * 86_400 + 5, to: window.to };
    let read = weekly.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert_eq!(read, self::known(own, 0, window, portal.cx().now));
}

#[tokio::test]
async fn a_window_without_data_is_empty() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "good").await;
    for window in [
        days(date(2020, 1, 1), date(2020, 2, 1)),
        days(date(2027, 1, 1), date(2027, 2, 1)),
        Window { from: 10, to: 10 },
        Window { from: 20, to: 10 },
    ] {
        let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await;
        assert_eq!(read.unwrap(), [], "{window:?}");
    }
    let beyond = portal.connector.readings(
        portal.cx(),
        &session,
        &accounts[0],
        1,
        days(date(2026, 9, 1), date(2026, 9, 2)),
    );
    assert_eq!(failed(beyond.await), ConnectorError::NotOffered);
}

#[tokio::test]
async fn a_closed_account_has_its_past() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "closed_only").await;
    let own = &data::accounts("closed_only")[0];
    let now = portal.cx().now;
    let recent = days(date(2026, 10, 10), date(2026, 11, 10));
    let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, recent).await;
    assert_eq!(read.unwrap(), []);
    let past = days(date(2025, 6, 1), date(2025, 7, 1));
    let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, past).await;
    assert_eq!(read.unwrap(), known(own, 0, past, now));
    let read = portal.connector.bills(portal.cx(), &session, &accounts[0]).await.unwrap();
    assert_eq!(read, data::bills(own, now).into_iter().map(bill).collect::<Vec<_>>());
    assert!(!read.is_empty());
}

#[tokio::test]
async fn a_meter_without_intervals_offers_none_but_has_bills() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "no_intervals").await;
    for window in [days(date(2026, 9, 1), date(2026, 10, 1)), days(date(2026, 11, 8), date(2026, 11, 9))] {
        let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await;
        assert_eq!(failed(read), ConnectorError::NotOffered);
    }
    let bills = portal.connector.bills(portal.cx(), &session, &accounts[0]).await.unwrap();
    assert_eq!(bills.len(), 24);
    assert!(bills.iter().all(|bill| bill.electric_usage.is_some_and(|usage| usage.raw > 0)));
}

#[tokio::test]
async fn solar_is_delivered_and_received_apart() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "solar").await;
    let window = days(date(2026, 7, 1), date(2026, 7, 2));
    let read = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert_eq!(read.iter().map(|series| series.kind.flow).collect::<Vec<_>>(), [Flow::Delivered, Flow::Received]);
    assert!(read.iter().all(|series| series.readings.len() == 96));
    assert_ne!(read[0].readings, read[1].readings);
}

#[tokio::test]
async fn estimates_are_told_and_replaced() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "restated").await;
    let window = days(date(2026, 11, 8), date(2026, 11, 9));
    let before = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    portal.clock.advance(4 * 86_400);
    let (session, accounts) = self::accounts(&portal, "restated").await;
    let after = portal.connector.readings(portal.cx(), &session, &accounts[0], 0, window).await.unwrap();
    assert!(before[0].readings.iter().all(|reading| reading.quality == Quality::Estimated));
    assert!(after[0].readings.iter().all(|reading| reading.quality == Quality::Validated));
    assert_ne!(before, after);
}

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
        remote_id: bill.id,
        start: bill.period.start,
        end: bill.period.end,
        statement_date: Some(bill.issued),
        due_date: Some(bill.due),
        payment_date: bill.paid,
        currency: Some("USD".to_owned()),
        total_amount_due: Some(bill.total_due.0),
        total_charges: Some(bill.new_charges.0),
        electric_usage,
        gas_usage,
        pdf: true,
    }
}

#[tokio::test]
async fn bills_are_those_behind_the_portal() {
    let portal = Portal::new().await;
    for username in ["good", "elec_gas", "solar", "gas_only"] {
        let (session, accounts) = accounts(&portal, username).await;
        for (account, own) in accounts.iter().zip(data::accounts(username)) {
            let read = portal.connector.bills(portal.cx(), &session, account).await.unwrap();
            let known: Vec<_> = data::bills(&own, portal.cx().now).into_iter().map(bill).collect();
            assert_eq!(read, known, "{username}");
            for bill in read {
                let sum: i64 = bill.charges.iter().map(|charge| charge.amount).sum();
                assert_eq!(Some(sum), bill.total_charges, "no subtotal is among the charges");
            }
        }
    }
}

#[tokio::test]
async fn the_bills_are_learned_from_few_readings() {
    let (bytes, files) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (sum, count) = (bytes.clone(), files.clone());
    let portal = Portal::layered(move |router| {
        router.layer(map_response(move |response: Response| {
            let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
            if kind.starts_with("application/atom+xml") {
                sum.fetch_add(response.body().size_hint().exact().unwrap(), Ordering::Relaxed);
                count.fetch_add(1, Ordering::Relaxed);
            }
            std::future::ready(response)
        }))
    })
    .await;
    let (session, accounts) = accounts(&portal, "elec_gas").await;
    let bills = portal.connector.bills(portal.cx(), &session, &accounts[0]).await.unwrap();
    let (bytes, files) = (bytes.load(Ordering::Relaxed), files.load(Ordering::Relaxed));
    println!("{} bills from {files} files of {bytes} bytes", bills.len());
    assert!(bills.len() > 12 && bills.iter().all(|bill| !bill.charges.is_empty()));
    // One file for two bills, each with about two days.
    assert!(files <= bills.len() as u64 / 2 + 1, "{files}");
    assert!(bytes < 200_000 * files, "{bytes}");
}

#[tokio::test]
async fn the_document_of_a_bill_is_a_pdf() {
    let portal = Portal::new().await;
    let (session, accounts) = accounts(&portal, "good").await;
    let pdf = portal.connector.bill_pdf(portal.cx(), &session, &accounts[0], "202609").await.unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 1000);
    for unknown in ["209901", "", "../../login"] {
        let answer = portal.connector.bill_pdf(portal.cx(), &session, &accounts[0], unknown).await;
        assert_eq!(failed(answer), ConnectorError::NotOffered);
    }
    let foreign = RemoteAccount { account_number: "../../1".to_owned(), ..accounts[0].clone() };
    let answer = portal.connector.bills(portal.cx(), &session, &foreign).await;
    assert_eq!(failed(answer), ConnectorError::NotOffered);
}
