//! The terminal report.

use std::{fs, process::Command};

use greenbutton::{Limits, inspect, read};

use crate::common::{WH, feed, ok, reading};

fn report(file: &str) -> String {
    let path = format!("{}/tests/samples/{file}", env!("CARGO_MANIFEST_DIR"));
    inspect::render(&read(fs::File::open(path).unwrap(), &Limits::default()).unwrap(), 80)
}

#[test]
fn reports_of_samples() {
    for (name, file) in [
        ("interval_data", "test_usage_data.xml"),
        ("bills", "PGEUsageSummaries.xml"),
        ("net_metering", "BatchFeedThreeUsagePoints_M.xml"),
        ("bill_periods", "ngma_natural_gas_billing_billing_data_Service_1_1_2021-05-26_to_2024-04-25.xml"),
        ("csv", "nationalgrid_gas_opower.csv"),
    ] {
        insta::assert_snapshot!(name, report(file));
    }
}

#[test]
fn text_from_the_file_cannot_command_the_terminal() {
    let text = feed(WH, &reading(0, 900, "1"))
        .replace("<content><UsageP", "<title>evil\u{9b}2J\u{202e}title &#x9b;31m\u{7}</title><content><UsageP");
    let report = inspect::render(&ok(&text), 80);
    assert!(report.contains("evil"), "{report}");
    assert!(!report.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{report:?}");
    for width in [0, 41, 200] {
        let narrow = inspect::render(&ok(&text), width);
        assert!(narrow.lines().all(|line| line.chars().count() <= width.max(40)), "{narrow}");
    }
}

#[test]
fn the_binary_prints_the_report_or_one_sentence() {
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_greenbutton")).args(arguments).env("COLUMNS", "80").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/Gas.xml");
    assert_eq!(run(&["inspect", sample]), (Some(0), report("Gas.xml"), String::new()));
    let (code, out, error) = run(&["inspect", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert_eq!((code, out.as_str(), error.lines().count()), (Some(1), "", 1));
    assert!(error.contains("not a Green Button file"), "{error}");
    let (code, _, error) = run(&["inspect", "/nonexistent"]);
    assert!(code == Some(1) && error.starts_with("/nonexistent could not be read: "), "{error}");
    let (code, out, error) = run(&["inspect", "--zone", "Nowhere/At_All", sample]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(error.starts_with("there is no time zone \"Nowhere/At_All\""), "{error}");
    assert_eq!(run(&[]).0, Some(1));
}
