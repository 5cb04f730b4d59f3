//! Utilities' CSV exports.

use std::fs;

use greenbutton::{
    Clock, Document, Flow, Format, Limits, Options, Period, Service, Unit, WarningKind, read, read_with,
};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::common::{kinds, ok};

fn in_zone(text: &str, zone: &str) -> Document {
    let options = Options { time_zone: Some(TimeZone::get(zone).unwrap()), ..Options::default() };
    read_with(text.as_bytes(), &options).unwrap()
}

fn utc(document: &Document) -> Vec<String> {
    let readings = document.series.iter().flat_map(|series| &series.readings);
    readings.map(|r| format!("{} {} {}", r.start_timestamp().unwrap(), r.duration, r.raw)).collect()
}

#[test]
fn the_sample_reads_to_what_its_provenance_expects() {
    let file = fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/nationalgrid_gas_opower.csv"));
    let document = read(file.unwrap(), &Limits::default()).unwrap();
    // From CSV_PROVENANCE.csv: 32 rows, 2022-08-02..2025-08-01, 1244 therms. Its $1755.32 is not what the file's
    // rows add up to: that is $2889.49, by hand as well.
    assert_eq!((document.format, document.bills.len()), (Format::Csv, 32));
    let therms: Decimal = document.bills.iter().filter_map(|bill| bill.consumption?.quantity).sum();
    let dollars: Decimal = document.bills.iter().filter_map(|bill| bill.amount).sum();
    assert_eq!(
        (therms.normalize().to_string(), dollars.normalize().to_string()),
        ("1244".into(), "2889.49".into())
    );
    assert!(document.bills.iter().all(|bill| bill.consumption.unwrap().unit == Some(Unit::Therm)));
    let days = |at: usize| match document.bills[at].period {
        Some(Period::Days { start, end }) => format!("{start} {end}"),
        other => panic!("{other:?}"),
    };
    // The last day is inclusive in the file, the end here is not.
    assert_eq!((days(0), days(31)), ("2022-08-02 2022-09-01".into(), "2025-07-02 2025-08-02".into()));
    assert_eq!(document.bills.iter().filter(|bill| bill.estimated).count(), 6);
    let point = &document.usage_points[0];
    assert_eq!((point.service, point.account.as_deref()), (Some(Service::Gas), Some("1111222233")));
    assert_eq!(kinds(&document), [WarningKind::MissingCurrency]);
}

#[test]
fn a_tab_separated_utf16_export_with_end_dates_and_days() {
    let text = "Read Date\tNumber of Days\tCCF\tTherms\tAmount\r\n\r\n\
                1/31/24\t31\t41\t42\t$61.20 \r\n\r\n2/29/24\t29\t143\t147\t$1,150.00 \r\n";
    let bytes: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let document = read(&bytes[..], &Limits::default()).unwrap();
    let [first, second] = &document.bills[..] else { panic!("{document:?}") };
    assert_eq!(first.consumption.unwrap().quantity, Some(Decimal::from(42)));
    assert_eq!(first.consumption_also.unwrap().unit, Some(Unit::CubicFoot));
    assert_eq!(first.consumption_also.unwrap().quantity, Some(Decimal::from(4100)));
    assert_eq!(second.amount, Some(Decimal::new(115_000, 2)));
    let Some(Period::Days { start, end }) = second.period else { panic!() };
    assert_eq!((start.to_string(), end.to_string()), ("2024-02-01".into(), "2024-03-01".into()));
}

#[test]
fn ends_are_exclusive_where_periods_touch() {
    let document = ok("START DATE,END DATE,USAGE (kWh)\n2024-01-01,2024-02-01,5\n2024-02-01,2024-03-01,6\n");
    let Some(Period::Days { end, .. }) = document.bills[0].period else { panic!() };
    assert_eq!(end.to_string(), "2024-02-01");
}

const HOURS: &str = "Name,JANE\nAccount Number,0042\n\nTYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES\n\
    Electric usage,2024-07-01,00:00,00:59,0.290,kWh,$0.05,\nElectric usage,2024-07-01,23:00,23:59,-1.5,kWh,,estimated\n";

#[test]
fn local_times_become_utc_with_a_zone_and_stay_marked_without() {
    let document = in_zone(HOURS, "America/New_York");
    assert_eq!(utc(&document), ["2024-07-01T04:00:00Z 3600 0.290", "2024-07-02T03:00:00Z 3600 -1.5"]);
    assert_eq!(document.series[0].total().unwrap().to_string(), "-1.210");
    assert_eq!(document.series[0].readings[0].cost.unwrap().to_string(), "0.05");
    assert!(document.series[0].readings[1].qualities.contains(8));
    assert_eq!(document.usage_points[0].account.as_deref(), Some("0042"));

    let document = ok(HOURS);
    assert_eq!(document.series[0].clock, Clock::Local);
    assert_eq!(utc(&document)[0], "2024-07-01T00:00:00Z 3600 0.290");
    assert!(kinds(&document).contains(&WarningKind::LocalTime));
}

#[test]
fn the_repeated_hour_is_taken_in_order_and_days_have_their_length() {
    let rows: String = ["00", "01", "01", "02"].map(|hour| format!("2024-11-03,{hour}:00,{hour}:59,1\n")).concat();
    let text = format!("DATE,START TIME,END TIME,USAGE (kWh)\n{rows}");
    let document = in_zone(&text, "America/New_York");
    let expected = ["04", "05", "06", "07"].map(|hour| format!("2024-11-03T{hour}:00:00Z 3600 1"));
    assert_eq!(utc(&document), expected);
    assert!(kinds(&document).contains(&WarningKind::AmbiguousTime));
    // Without a zone nothing may be lost either.
    let document = ok(&text);
    assert_eq!((document.tally.kept, document.tally.duplicates), (4, 0));

    let days = "DATE,USAGE (kWh)\n2024-03-09,1\n2024-03-10,1\n2024-11-03,1\n";
    let document = in_zone(days, "America/New_York");
    let lengths: Vec<_> = document.series[0].readings.iter().map(|reading| reading.duration / 3600).collect();
    assert_eq!(lengths, [24, 23, 25]);
}

#[test]
fn import_and_export_are_series_of_their_own() {
    let document = in_zone(
        "DATE,START TIME,END TIME,IMPORT (kWh),EXPORT (kWh)\n2024-01-01,00:00,00:14,0.1,0\n2024-01-01,00:15,00:29,0,0.4\n",
        "America/Los_Angeles",
    );
    let [import, export] = &document.series[..] else { panic!() };
    assert_eq!(
        (import.reading_type.flow, export.reading_type.flow),
        (Some(Flow::Delivered), Some(Flow::Received))
    );
    assert_eq!(import.readings[1].duration, 900);
    assert_eq!(export.total().unwrap().to_string(), "0.4");
}

#[test]
fn times_with_an_offset_need_no_zone() {
    let document = ok(
        "Type,Date,Start Time,End Time,Usage,Units\nelectric,2026-02-01,2026-02-01 00:00:00-05:00,2026-02-01 01:00:00-05:00,1.5,kWh\n",
    );
    assert_eq!(utc(&document), ["2026-02-01T05:00:00Z 3600 1.5"]);
    assert!(kinds(&document).is_empty());
}

#[test]
fn rows_that_cannot_be_read_are_named_with_their_line() {
    let document = ok(
        "DATE,START TIME,END TIME,USAGE (kWh)\n2024-01-01,00:00,00:59,1\nsoon,00:00,00:59,1\n2024-01-01,25:00,,1\n2024-01-01,02:00,02:59,n/a\n2024-01-01,02:00\nTotal,,,1\n",
    );
    assert_eq!((document.tally.found, document.tally.unreadable), (6, 5));
    let named = document.warnings.iter().find(|warning| warning.kind == WarningKind::UnreadableReading).unwrap();
    assert_eq!((named.count, named.place.line), (5, 3));
    // No unit at all: raw values only.
    let document = ok("DATE,USAGE\n2024-01-01,5\n");
    assert_eq!((document.series[0].unit, document.series[0].readings[0].raw), (None, Decimal::from(5)));
    assert!(kinds(&document).contains(&WarningKind::MissingUnit));
}
