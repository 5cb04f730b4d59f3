//! What real sample files, and made ones, come to.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use connect_core::connector::MeterKind::{Electric, Gas};
use connect_core::usage::Unit;
use connect_documents::{Found, found, total};
use greenbutton::{Limits, read};
use jiff::tz::TimeZone;

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../greenbutton/tests/samples/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn of(file: &[u8]) -> Found {
    let zone = TimeZone::get("America/New_York").unwrap();
    found(&read(file, &Limits::default()).unwrap(), &zone).unwrap()
}

/// A feed with one usage point that has one hour of one value.
fn feed(point: &str, service: &str, uom: &str, start: i64, value: i64) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:e='http://naesb.org/espi'>
         <entry><link rel='self' href='https://u.example/UsagePoint/{point}'/><content><e:UsagePoint>
           <e:ServiceCategory><e:kind>{service}</e:kind></e:ServiceCategory></e:UsagePoint></content></entry>
         <entry><link rel='self' href='https://u.example/UsagePoint/{point}/MeterReading/1'/>
           <link rel='up' href='https://u.example/UsagePoint/{point}/MeterReading'/>
           <link rel='related' href='https://u.example/ReadingType/1'/><content><e:MeterReading/></content></entry>
         <entry><link rel='self' href='https://u.example/UsagePoint/{point}/MeterReading/1/IntervalBlock/1'/>
           <link rel='up' href='https://u.example/UsagePoint/{point}/MeterReading/1/IntervalBlock'/>
           <content><e:IntervalBlock><e:IntervalReading><e:timePeriod><e:duration>3600</e:duration>
           <e:start>{start}</e:start></e:timePeriod><e:value>{value}</e:value></e:IntervalReading></e:IntervalBlock></content></entry>
         <entry><link rel='self' href='https://u.example/ReadingType/1'/><content><e:ReadingType>
           <e:flowDirection>1</e:flowDirection><e:intervalLength>3600</e:intervalLength>
           <e:powerOfTenMultiplier>0</e:powerOfTenMultiplier><e:uom>{uom}</e:uom></e:ReadingType></content></entry>
         </feed>"
    )
}

#[test]
fn a_household_of_the_standards_own_sample() {
    let found = of(&sample("GETBatchSampleEUI.xml"));
    let [account] = &found.accounts[..] else { panic!("{found:?}") };
    assert_eq!((account.account.account_number.as_str(), account.account.meters.len()), ("", 1));
    assert_eq!((account.account.meters[0].kind, account.bills.len(), found.left_out), (Electric, 1, 0));
    let total = total(&account.meters[0].series, Electric).unwrap();
    assert_eq!((total.readings, total.used.unwrap().to_string()), (768, "2882".to_owned()));
}

#[test]
fn meters_have_names_that_stay_and_differ() {
    let ids = || {
        let found = of(&sample("BatchFeedThreeUsagePoints_M.xml"));
        found
            .accounts
            .iter()
            .flat_map(|a| &a.account.meters)
            .map(|meter| meter.public_id.unwrap())
            .collect::<Vec<_>>()
    };
    let mut first = ids();
    assert_eq!(first, ids());
    first.sort();
    first.dedup();
    assert_eq!(first.len(), ids().len());
    // The same mark in a gas file is another meter.
    let electric = of(feed("01", "0", "72", 1_314_835_200, 5).as_bytes());
    let gas = of(feed("01", "1", "169", 1_314_835_200, 5).as_bytes());
    let meter = |found: &Found| found.accounts[0].account.meters[0].clone();
    assert_eq!((meter(&electric).kind, meter(&gas).kind), (Electric, Gas));
    assert_ne!(meter(&electric).public_id, meter(&gas).public_id);
}

#[test]
fn a_meter_in_several_files_of_an_archive_is_one() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, start, value) in
        [("jan.xml", 1_314_835_200, 5), ("feb.xml", 1_314_838_800, 7), ("again.xml", 1_314_838_800, 7)]
    {
        archive.start_file(name, stored).unwrap();
        archive.write_all(feed("7", "0", "72", start, value).as_bytes()).unwrap();
    }
    let found = of(&archive.finish().unwrap().into_inner());
    let [account] = &found.accounts[..] else { panic!("{found:?}") };
    assert_eq!(account.account.meters.len(), 1);
    let [series] = &account.meters[0].series[..] else { panic!("{found:?}") };
    assert_eq!(series.readings.iter().map(|reading| reading.raw).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(series.kind.scale.unit, Unit::WattHour);
}

#[test]
fn what_is_no_electricity_or_gas_or_has_no_unit_is_left_out_and_counted() {
    let water = of(feed("1", "2", "128", 1_314_835_200, 5).as_bytes());
    assert_eq!((water.accounts.len(), water.left_out), (0, 1));
    let unknown = of(feed("1", "0", "0", 1_314_835_200, 5).as_bytes());
    assert_eq!((unknown.accounts.len(), unknown.left_out), (0, 1));
}
