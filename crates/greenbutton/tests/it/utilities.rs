//! Exports in the shapes that utilities give them: each is read as it is meant, or what is not read is named.

use greenbutton::{Document, Error, Flow, Limits, Options, Period, Unit, WarningKind, read, read_with};
use jiff::tz::TimeZone;

use crate::common::{kinds, ok};

fn eastern(text: &str) -> Document {
    let options = Options { time_zone: Some(TimeZone::get("America/New_York").unwrap()), ..Options::default() };
    let document = read_with(text.as_bytes(), &options).unwrap();
    let tally = document.tally;
    assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable, "{tally:?}");
    document
}

/// Start, minutes and value of each reading of a series.
fn rows(document: &Document, series: usize) -> Vec<String> {
    let readings = document.series[series].readings.iter();
    readings.map(|r| format!("{} {} {}", r.start_timestamp().unwrap(), r.duration / 60, r.raw)).collect()
}

fn flows(document: &Document) -> Vec<Option<Flow>> {
    document.series.iter().map(|series| series.reading_type.flow).collect()
}

fn first(document: &Document, kind: WarningKind) -> &greenbutton::Warning {
    document.warnings.iter().find(|warning| warning.kind == kind).unwrap_or_else(|| panic!("{document:?}"))
}

#[test]
fn a_range_in_one_column_and_column_names_for_each_direction() {
    let document = eastern(
        "\"Energy Usage Information \"\n\"For location: 1 MAIN ST, ROSEMEAD, CA\"\n\n\
         \"Your download will contain, among other things, data; of the account\"\n\n\
         \"Energy Delivered time period\",\"Usage(Real energy in kilowatt-hours)\",\"Reading quality\"\n\n\
         \"Data for period starting: 2024-01-01 00:00:00  for 24 hours\"\n\
         \"2024-01-01 00:00:00\u{a0}to 2024-01-01 00:15:00\",\"0.130\",\"\"\n\n\
         \"Energy Received time period\",\"Usage(Real energy in kilowatt-hours)\",\"Reading quality\"\n\
         \"2024-01-01 00:00:00\u{a0}to 2024-01-01 00:15:00\",\"1.130\",\"Estimated\"\n",
    );
    assert_eq!(flows(&document), [Some(Flow::Delivered), Some(Flow::Received)]);
    assert_eq!(rows(&document, 0), ["2024-01-01T05:00:00Z 15 0.130"]);
    assert_eq!(rows(&document, 1), ["2024-01-01T05:00:00Z 15 1.130"]);
    assert!(document.series[1].readings[0].qualities.contains(8));
    assert_eq!((kinds(&document), document.tally.unreadable), (vec![WarningKind::SkippedText], 0));
}

#[test]
fn consumption_generation_and_net_with_a_duration() {
    let document = eastern(
        "Name,JANE\nDisclaimer,\"as is, and so on, and on\"\n\
         Meter Number,Date,Start Time,Duration,Consumption,Generation,Net\n\
         066,1/31/2024,12:45 PM,15,0.1300,0.2000,-0.0700\n",
    );
    assert_eq!(flows(&document), [None, Some(Flow::Received), Some(Flow::Net)]);
    assert_eq!(rows(&document, 2), ["2024-01-31T17:45:00Z 15 -0.0700"]);
    // No unit is stated anywhere, so there is none.
    assert!(document.series.iter().all(|series| series.unit.is_none()));
    assert_eq!(kinds(&document), [WarningKind::MissingUnit; 3]);
}

#[test]
fn a_direction_in_the_row_and_several_meters() {
    let document = eastern(
        "ESIID,USAGE_DATE,USAGE_START_TIME,USAGE_END_TIME,USAGE_KWH,ESTIMATED_ACTUAL,CONSUMPTION_SURPLUSGENERATION\n\
         '01,01/31/2024, 00:00, 00:15,.123,A,Consumption\n'01,01/31/2024, 00:00, 00:15,.9,E,Surplus Generation\n\
         '02,01/31/2024, 00:00, 00:15,7,A,Consumption\n",
    );
    assert_eq!(flows(&document), [Some(Flow::Delivered), Some(Flow::Received), Some(Flow::Delivered)]);
    assert_eq!((document.usage_points.len(), document.tally.kept), (2, 3));
    assert!(document.series[1].readings[0].qualities.contains(8));
    assert!(kinds(&document).is_empty(), "{:?}", document.warnings);
}

#[test]
fn decimal_commas_are_read_and_never_dropped() {
    let document = eastern(
        "Ablesung, alle Werte, in kWh, ohne Gewaehr;;\nDate;Start Time;End Time;Consumption (kWh)\n\
         31.01.2024;00:00;00:15;0,340\n31.01.2024;00:15;00:30;1,340\n31.01.2024;23:45;24:00;1.002,5\n",
    );
    let values: Vec<String> = document.series[0].readings.iter().map(|r| r.raw.to_string()).collect();
    assert_eq!(values, ["0.340", "1.340", "1002.5"]);
    assert_eq!(document.series[0].span().unwrap().1 - document.series[0].span().unwrap().0, 86_400);
    // With commas between the fields a comma within a number is between thousands, or nothing that is known.
    let document = eastern("DATE,USAGE (kWh)\n2024-01-30,\"1,234.5\"\n2024-01-31,\"1,5\"\n");
    assert_eq!(rows(&document, 0), ["2024-01-30T05:00:00Z 1440 1234.5"]);
    assert_eq!(first(&document, WarningKind::UnreadableReading).place.line, 3);
}

#[test]
fn the_order_of_day_and_month_is_what_the_file_shows() {
    let starts = |text: &str| rows(&eastern(text), 0);
    assert_eq!(starts("Date,Usage (kWh)\n03/04/2024,1\n13/04/2024,1\n")[0], "2024-04-03T04:00:00Z 1440 1");
    assert_eq!(starts("Date,Usage (kWh)\n03/04/2024,1\n03/14/2024,1\n")[0], "2024-03-04T05:00:00Z 1440 1");
    assert_eq!(starts("Date,Usage (kWh)\n31-JAN-24,1\n")[0], "2024-01-31T05:00:00Z 1440 1");
    let document = eastern("Date,Usage (kWh)\n03/04/2024,1\n");
    assert_eq!(rows(&document, 0)[0], "2024-03-04T05:00:00Z 1440 1");
    assert_eq!((kinds(&document), document.warnings[0].place.line), (vec![WarningKind::AmbiguousDate], 2));
    // Where both occur, the rarer rows are left out by name.
    let document = eastern("Date,Usage (kWh)\n03/14/2024,1\n14/03/2024,1\n");
    let warning = first(&document, WarningKind::UnreadableReading);
    assert!(warning.message.contains("is no date with the month first"), "{warning}");
}

#[test]
fn dates_that_carry_times_are_no_whole_days() {
    let document = eastern("Date,Usage (kWh)\n2024-02-01 00:00,1\n2024-02-01 01:00,2\n");
    assert_eq!(rows(&document, 0), ["2024-02-01T05:00:00Z 0 1", "2024-02-01T06:00:00Z 0 2"]);
    assert!(kinds(&document).contains(&WarningKind::MissingDuration));
    let document = eastern("Start Date,End Date,Usage (kWh)\n1/31/2024 11:00:00 PM,2/1/2024 12:00:00 AM,1\n");
    assert_eq!((document.bills.len(), rows(&document, 0)), (0, vec!["2024-02-01T04:00:00Z 60 1".to_owned()]));
    // A midnight with every date only fills it up.
    let document = eastern("Date,Usage (kWh)\n1/30/2024 12:00:00 AM,1\n1/31/2024 12:00:00 AM,1\n");
    assert_eq!(rows(&document, 0)[1], "2024-01-31T05:00:00Z 1440 1");
}

#[test]
fn names_of_dates_with_times() {
    for name in ["Interval Start Date/Time", "Interval Date/Time", "Date & Time", "Timestamp", "DateTime"] {
        let text = format!("{name},Interval End Date/Time,Usage (kWh)\n1/31/2024 0:00,1/31/2024 0:30,1\n");
        assert_eq!(rows(&eastern(&text), 0), ["2024-01-31T05:00:00Z 30 1"], "{name}");
    }
    let document = eastern("Start Time,Usage (kWh)\n1706659200,1\n");
    let warning = first(&document, WarningKind::UnreadableReading);
    assert!(warning.message.starts_with("\"1706659200\" is no date and time"), "{warning}");
}

#[test]
fn hours_by_number() {
    let hours = |name: &str, numbers: [u8; 2]| {
        let [a, b] = numbers;
        eastern(&format!("Date,{name},kWh\n2024-02-01,{a},1\n2024-02-01,{b},2\n"))
    };
    assert_eq!(rows(&hours("Hour Ending", [1, 2]), 0)[0], "2024-02-01T05:00:00Z 60 1");
    assert_eq!(rows(&hours("Hour", [1, 24]), 0)[1], "2024-02-02T04:00:00Z 60 2");
    assert_eq!(rows(&hours("Hour", [0, 1]), 0)[1], "2024-02-01T06:00:00Z 60 2");
    let document = hours("Hour", [1, 2]);
    assert_eq!((document.tally.found, document.tally.unreadable), (2, 2));
    assert_eq!(first(&document, WarningKind::UnreadableReading).place.path, "hour");
}

#[test]
fn ends_of_all_kinds() {
    for (start, end, minutes) in [
        ("00:00:00", "00:59:59", 60),
        ("00:00", "00:14", 15),
        ("23:00", "24:00", 60),
        ("11:30 p.m.", "12:00 a.m.", 30),
        ("00:00", "2024-02-01 00:30", 30),
        ("23:30", "2024-02-02 00:00", 30),
    ] {
        let document = eastern(&format!("Date,Start Time,End Time,kWh\n2024-02-01,{start},{end},1\n"));
        assert_eq!(document.series[0].readings[0].duration, minutes * 60, "{start} {end}");
    }
    let document = eastern("Date,End Time,kWh\n2024-02-01,01:00,1\n");
    assert_eq!(first(&document, WarningKind::UnreadableReading).place.path, "start time");
}

#[test]
fn hours_of_a_clock_change_have_their_length() {
    let document = eastern(
        "Date,Start Time,End Time,kWh\n2024-03-10,01:00,03:00,1\n2024-03-10,03:00,04:00,1\n\
         2024-11-03,00:00,01:00,1\n2024-11-03,01:00,01:00,1\n2024-11-03,01:00,02:00,1\n2024-11-03,02:00,03:00,1\n",
    );
    assert_eq!(rows(&document, 0)[..2], ["2024-03-10T06:00:00Z 60 1", "2024-03-10T07:00:00Z 60 1"]);
    let fall = ["04", "05", "06", "07"].map(|hour| format!("2024-11-03T{hour}:00:00Z 60 1"));
    assert_eq!(rows(&document, 0)[2..], fall);
    assert!(!kinds(&document).contains(&WarningKind::Overlap), "{:?}", document.warnings);
}

#[test]
fn columns_that_are_left_out_are_named_and_none_counts_twice() {
    let document = eastern(
        "Date,Total kWh,kWh,On-Peak kWh,Meter Reading (kWh),Demand (kW),Temperature\n2024-01-31,9,9,4,123,2,50\n",
    );
    assert_eq!((document.series.len(), rows(&document, 0)), (1, vec!["2024-01-31T05:00:00Z 1440 9".to_owned()]));
    let warning = first(&document, WarningKind::SkippedColumn);
    let expected = r#"not known, and left out: "kWh", "On-Peak kWh", "Meter Reading (kWh)", "Demand (kW)""#;
    assert_eq!((warning.message.as_ref(), warning.place.line), (expected, 1));
    // A dial reading is no usage.
    let refused = read("Date,Meter Reading (kWh)\n2024-01-31,123\n".as_bytes(), &Limits::default());
    assert!(matches!(refused, Err(Error::NotGreenButton(_))));
}

#[test]
fn costs_in_cents_and_bills_with_named_months() {
    let document = ok("Date\tUsage (kWh)\tCost (¢)\r\n2024-02-13\t1.5\t25.5\r\n");
    assert_eq!(document.series[0].cost().unwrap().to_string(), "0.255");
    let document =
        ok("Meter Read Date,# of Days,Therms,CCF,Bill Amount\n\"Jan 31, 2024\",31,42,41,\"$1,061.20\"\n");
    let bill = &document.bills[0];
    let Some(Period::Days { start, end }) = bill.period else { panic!("{bill:?}") };
    assert_eq!((start.to_string(), end.to_string()), ("2024-01-01".into(), "2024-02-01".into()));
    assert_eq!(
        (bill.amount.unwrap().to_string(), bill.consumption.unwrap().unit),
        ("1061.20".into(), Some(Unit::Therm))
    );
}

#[test]
fn text_in_the_encoding_of_the_machine_is_read_with_a_warning() {
    let bytes = b"Date;Usage (m\xb3)\r\n2024-02-13;1,5\r\n";
    let document = read(&bytes[..], &Limits::default()).unwrap();
    assert_eq!(
        (document.series[0].unit, document.series[0].total()),
        (Some(Unit::CubicMetre), Some("1.5".parse().unwrap()))
    );
    assert!(kinds(&document).contains(&WarningKind::BadEncoding));
}

#[test]
fn spreadsheets_are_refused_by_name() {
    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let refused = read(&old[..], &Limits::default()).unwrap_err();
    assert!(refused.to_string().contains("a spreadsheet (save it as CSV first)"), "{refused}");
}

#[test]
fn places_are_the_lines_of_the_file() {
    for (text, line) in [
        ("Date,kWh\n2024-01-30,1\nsoon,2\n", 3),
        ("Date,kWh\n\n2024-01-30,1\n\n\nsoon,2\n2024-01-31,1", 6),
        ("Date,kWh\r\n2024-01-30,1\r\nsoon,2\r\n", 3),
        ("\r\nDate,kWh\r\n2024-01-30,1\r\n\r\nsoon,2", 5),
        ("Date,kWh\n2024-01-30,1\nsoon,2", 3),
    ] {
        assert_eq!(first(&eastern(text), WarningKind::UnreadableReading).place.line, line, "{text:?}");
    }
}

#[test]
fn a_quotation_without_an_end_does_not_swallow_rows_silently() {
    let document = eastern("Date,kWh,Notes\n2024-01-30,1,\n2024-01-31,1,\"est\n2024-02-01,1,\n2024-02-02,1,\n");
    assert_eq!(document.tally.kept, 2);
    let warning = first(&document, WarningKind::BadField);
    assert!(warning.place.line == 3 && warning.message.contains("over 3 lines more"), "{warning}");
}
