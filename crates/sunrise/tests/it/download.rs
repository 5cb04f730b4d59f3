//! The files to download: Green Button and bills.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use connect_sunrise::bill_pdf::{BillFigures, render};
use connect_sunrise::data::{self, Account, Flow};
use jiff::civil::{Date, date};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::{Browser, NOW};

/// A feed as a simple reader sees it: sums of values, and counts, by the path of the series.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) series: BTreeMap<String, (i64, usize)>,
    pub(crate) texts: BTreeMap<String, Vec<String>>,
}

/// Reads a feed; panics when it is not well formed.
pub(crate) fn read(xml: &str) -> Read {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut out, mut path, mut this) = (Read::default(), Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => path.push(tag.local_name().as_ref().to_owned()),
            Event::End(_) => {
                path.pop();
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "link" => {
                let value = |name| {
                    let attribute = tag.try_get_attribute(name).unwrap().unwrap();
                    attribute.value.into_owned()
                };
                if value("rel") == "self" {
                    this = value("href");
                }
            }
            Event::Text(text) => {
                let text = text.into_inner().into_owned();
                let tail = path.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join("/");
                if tail == "IntervalReading/value" {
                    let series = this.split("/IntervalBlock/").next().unwrap().to_owned();
                    let entry = out.series.entry(series).or_default();
                    entry.0 += text.parse::<i64>().unwrap();
                    entry.1 += 1;
                }
                out.texts.entry(tail).or_default().push(text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty());
    out
}

/// The same figures from the data.
pub(crate) fn expected(root: &str, accounts: &[Account], from: Date, to: Date) -> BTreeMap<String, (i64, usize)> {
    let (from, to) = (data::day_start(from), data::day_start(to));
    let mut out = BTreeMap::new();
    for account in accounts {
        for meter in &account.meters {
            for flow in meter.flows() {
                let readings = data::readings(account, meter, *flow, from, to, NOW.parse().unwrap());
                if !readings.is_empty() {
                    let name = if *flow == Flow::Delivered { "delivered" } else { "received" };
                    let sum = readings.iter().map(|reading| reading.value).sum();
                    out.insert(format!("{root}/{}/MeterReading/{name}", meter.id), (sum, readings.len()));
                }
            }
        }
    }
    out
}

#[tokio::test]
async fn the_file_holds_the_data_to_the_last_digit() {
    for username in [
        "user@pelm.com",
        "good",
        "gas_only",
        "elec_gas",
        "multi_account",
        "solar",
        "dst",
        "restated",
        "no_intervals",
    ] {
        let mut browser = Browser::new();
        browser.sign_in(username).await;
        for account in data::accounts(username) {
            let path = format!("/account/{}/greenbutton", account.number);
            assert_eq!(browser.get(&path).await.page(), "green-button");
            let file = browser.post(&path, &[("period", "12m")]).await;
            assert_eq!(file.path, format!("{path}/download?from=2025-11-24&to=2026-11-23"));
            assert_eq!(file.header("content-type"), "application/atom+xml; charset=utf-8");
            assert!(file.header("content-disposition").starts_with("attachment; filename=\"sunrise-"));
            let read = read(file.text());
            let root = format!("/espi/1_1/resource/RetailCustomer/{}/UsagePoint", account.id);
            let accounts = [account];
            let series = expected(&root, &accounts, date(2025, 11, 24), date(2026, 11, 24));
            assert_eq!(read.series, series, "{username}");
            assert_eq!(series.is_empty(), username == "no_intervals");
            // Every bill of the period, with the sum of its lines.
            let bills = data::bills(&accounts[0], NOW.parse().unwrap());
            let bills = bills.iter().filter(|bill| bill.period.end > date(2025, 11, 24));
            let total: i64 = bills.clone().flat_map(|bill| &bill.sections).map(|section| section.total().0).sum();
            let sum = |tail: &str| read.texts[tail].iter().map(|text| text.parse::<i64>().unwrap()).sum::<i64>();
            assert_eq!(bills.count(), 12);
            assert_eq!(sum("UsageSummary/billLastPeriod"), total, "{username}");
            assert_eq!(sum("costAdditionalDetailLastPeriod/amount"), total, "{username}");
        }
    }
}

#[tokio::test]
async fn what_the_numbers_mean_is_said() {
    for (username, uom, power, direction) in [
        ("good", "72", "0", vec!["1"]),
        ("gas_only", "169", "-3", vec!["1"]),
        ("solar", "72", "0", vec!["1", "19"]),
    ] {
        let mut browser = Browser::new();
        browser.sign_in(username).await;
        let number = &data::accounts(username)[0].number;
        let path = format!("/account/{number}/greenbutton/download?from=2026-11-01&to=2026-11-01");
        let read = read(browser.get(&path).await.text());
        assert_eq!(read.texts["ReadingType/flowDirection"], direction, "{username}");
        assert!(read.texts["ReadingType/uom"].iter().all(|text| text == uom));
        assert!(read.texts["ReadingType/powerOfTenMultiplier"].iter().all(|text| text == power));
        assert_eq!(read.texts["LocalTimeParameters/tzOffset"], ["-28800"]);
        assert_eq!(read.texts["ServiceDeliveryPoint/customerAgreement"], [number.as_str()]);
        // The day on which the clocks went back: one block of 25 hours.
        assert!(read.texts["interval/duration"].iter().all(|text| text == "90000"));
    }
}

#[tokio::test]
async fn periods_are_checked() {
    let mut browser = Browser::new();
    browser.sign_in("good").await;
    let path = format!("/account/{}/greenbutton", data::accounts("good")[0].number);
    browser.get(&path).await;
    let custom = |from, to| [("period", "custom"), ("from", from), ("to", to)];
    for (from, to) in
        [("2026-11-02", "2026-11-01"), ("", "2026-11-01"), ("yesterday", "today"), ("2024-01-01", "2026-11-01")]
    {
        let answer = browser.post(&path, &custom(from, to)).await;
        assert!(answer.page() == "green-button" && answer.tells("bad-period"), "{from} {to}");
        let answer = browser.get(&format!("{path}/download?from={from}&to={to}")).await;
        assert!(answer.tells("bad-period"), "{from} {to}");
    }
    assert!(browser.post(&path, &[]).await.tells("bad-period"));
    let file = browser.post(&path, &custom("2026-11-01", "2026-11-01")).await;
    assert_eq!(read(file.text()).series.values().next().unwrap().1, 25);
    // Where there never was anything: a file without readings.
    for (from, to) in
        [("2020-01-01", "2020-01-31"), ("-009999-01-01", "-009999-01-02"), ("9999-12-30", "9999-12-31")]
    {
        let file = browser.get(&format!("{path}/download?from={from}&to={to}")).await;
        assert_eq!((file.status, read(file.text()).series.len()), (StatusCode::OK, 0), "{from}");
    }
}

#[tokio::test]
async fn a_bill_is_a_pdf_with_its_figures() {
    for username in ["user@pelm.com", "solar", "no_intervals"] {
        let mut browser = Browser::new();
        browser.sign_in(username).await;
        let account = &data::accounts(username)[0];
        let bills = data::bills(account, NOW.parse().unwrap());
        let bill = bills.last().unwrap();
        let file = browser.get(&format!("/account/{}/bills/{}.pdf", account.number, bill.id)).await;
        assert_eq!(file.header("content-type"), "application/pdf");
        assert!(file.body.starts_with(b"%PDF-") && file.body.ends_with(b"%%EOF"));
        let text = String::from_utf8_lossy(&file.body);
        let figures = BillFigures::of(account, bill);
        let mut words = vec![
            figures.account_number.clone(),
            figures.statement_number.clone(),
            figures.address.clone(),
            figures.total_due.to_string(),
            "Sandbox".to_owned(),
            "Due November 27, 2026".to_owned(),
        ];
        for service in &figures.services {
            for (label, quantity, amount) in &service.lines {
                words.extend([label.clone(), quantity.clone(), amount.to_string()]);
            }
        }
        for word in words {
            assert!(text.contains(&format!("({word}")), "{username}: {word}");
        }
        assert_eq!(render(&figures), file.body);
    }
}

#[test]
fn a_long_bill_goes_on_to_another_page() {
    let account = &data::accounts("good")[0];
    let bill = &data::bills(account, NOW.parse().unwrap())[0];
    let mut figures = BillFigures::of(account, bill);
    let line = figures.services[0].lines[0].clone();
    figures.services[0].lines = vec![line; 120];
    let file = render(&figures);
    let text = String::from_utf8_lossy(&file);
    assert_eq!(text.matches("(31 days at").count() + text.matches("(30 days at").count(), 120);
    assert_eq!(text.matches("/Type /Page\n").count(), 5);
}
