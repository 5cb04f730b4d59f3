//! As `xml`, with column names before the bytes and a time zone that has clock changes.
#![no_main]

use std::io::Read as _;

use greenbutton::{Options, inspect, read_with};
use libfuzzer_sys::fuzz_target;

const HEADS: [&str; 8] = [
    "",
    "TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES\n",
    "TYPE,START DATE,END DATE,USAGE (therms),COST,NOTES\n",
    "Read Date\tDays\tCCF\tTherms\tAmount\n",
    "Meter,Date;Start Time;Duration;Consumption (kWh);Generation (kWh)\n",
    "ESIID,Date,Hour,Usage kWh,Direction,Cost (cents)\n",
    "\"Energy Delivered time period\",\"Usage(Real energy in kilowatt-hours)\",\"Reading quality\"\n",
    "Start Date|End Date|Usage (kWh)\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let head = HEADS[usize::from(*choice) % HEADS.len()];
    let time_zone = (choice & 128 != 0).then(eastern);
    let options = Options { time_zone, ..Options::default() };
    if let Ok(document) = read_with(head.as_bytes().chain(data), &options) {
        let tally = document.tally;
        assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable);
        inspect::render(&document, 60);
    }
});

/// US Eastern time by its rule, so that no zone files are needed.
fn eastern() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap_or(jiff::tz::TimeZone::UTC)
}
