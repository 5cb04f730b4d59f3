//! Readings as they come in the wild: each is in the result or named in a warning.

use greenbutton::{Flow, Limits, Reading, Unit, WarningKind, read};

use crate::common::{FEED, WH, entry, feed, kinds, ok, reading, total};

fn starts(readings: &[Reading]) -> Vec<i64> {
    readings.iter().map(|reading| reading.start).collect()
}

#[test]
fn identical_readings_are_kept_once_and_counted() {
    let document = ok(&feed(WH, &[reading(900, 900, "2"), reading(0, 900, "1"), reading(900, 900, "2")].concat()));
    assert_eq!(starts(&document.series[0].readings), [0, 900]);
    assert_eq!(total(&document), "0.003");
    assert_eq!((document.tally.found, document.tally.duplicates), (3, 1));
    assert_eq!(kinds(&document), [WarningKind::Duplicate]);
}

#[test]
fn of_conflicting_readings_the_better_quality_wins_then_the_later() {
    let with_quality = |value: &str, quality: u16| {
        reading(0, 900, value).replace(
            "<timePeriod>",
            &format!("<ReadingQuality><quality>{quality}</quality></ReadingQuality><timePeriod>"),
        )
    };
    for (first, second, kept) in [
        (reading(0, 900, "1"), reading(0, 900, "2"), "0.002"),
        (with_quality("1", 17), with_quality("2", 8), "0.001"),
        (with_quality("1", 8), with_quality("2", 17), "0.002"),
        (with_quality("1", 12), with_quality("2", 9), "0.002"),
    ] {
        let document = ok(&feed(WH, &[first, second].concat()));
        assert_eq!(total(&document), kept);
        assert_eq!(document.series[0].superseded.len(), 1);
        assert_eq!(kinds(&document), [WarningKind::Conflict]);
        assert!(document.warnings[0].message.contains("values 1 and 2"), "{}", document.warnings[0]);
    }
}

#[test]
fn overlaps_and_gaps_are_named_and_nothing_is_changed() {
    let document =
        ok(&feed(WH, &[reading(0, 1800, "1"), reading(900, 900, "1"), reading(3600, 900, "1")].concat()));
    assert_eq!(document.series[0].overlaps().collect::<Vec<_>>(), [(900, 1800)]);
    assert_eq!(document.series[0].gaps().collect::<Vec<_>>(), [(1800, 3600)]);
    assert_eq!(kinds(&document), [WarningKind::Gap, WarningKind::Overlap]);
    assert_eq!(total(&document), "0.003");
}

#[test]
fn days_of_a_clock_change_are_told_from_gaps() {
    // 11 March 2012 has 23 hours in New York; a file that gives it 24 overlaps by one.
    let start = 1_331_442_000;
    let document = ok(&feed(WH, &[reading(start, 86_400, "1"), reading(start + 82_800, 86_400, "2")].concat()));
    assert_eq!(kinds(&document), [WarningKind::ClockChange]);
    // And 4 November has 25.
    let document = ok(&feed(WH, &[reading(start, 86_400, "1"), reading(start + 90_000, 86_400, "2")].concat()));
    assert_eq!(kinds(&document), [WarningKind::ClockChange]);
    // With its true length there is nothing to say.
    let document = ok(&feed(WH, &[reading(start, 82_800, "1"), reading(start + 82_800, 86_400, "2")].concat()));
    assert!(kinds(&document).is_empty());
    // The repeated hour has two starts in UTC, an hour apart.
    let repeated = 1_352_005_200;
    let hours: String = (0..25).map(|hour| reading(repeated - 18_000 + hour * 3600, 3600, "1")).collect();
    let document = ok(&feed(WH, &hours));
    assert_eq!(document.tally.kept, 25);
    assert!(kinds(&document).is_empty());
}

#[test]
fn multipliers_move_the_point_exactly() {
    for (power, uom, value, expected, unit) in [
        ("-8", 169, "103513077", "1.03513077", Unit::Therm),
        ("-3", 72, "1", "0.000001", Unit::KilowattHour),
        ("3", 72, "2882", "2882", Unit::KilowattHour),
        ("0", 132, "100000", "1", Unit::Therm),
        ("-12", 42, "123456789012345", "123.456789012345", Unit::CubicMetre),
        ("", 119, "35", "35", Unit::CubicFoot),
        ("0", 31, "3600000", "3.6", Unit::Megajoule),
        ("0", 72, "-250", "-0.25", Unit::KilowattHour),
        ("0", 72, "0.5", "0.0005", Unit::KilowattHour),
    ] {
        let kind = format!("<powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>{uom}</uom>");
        let document = ok(&feed(&kind, &reading(0, 900, value)));
        assert_eq!((total(&document).as_str(), document.series[0].unit), (expected, Some(unit)), "{power} {uom}");
        assert_eq!(document.series[0].readings[0].raw.to_string(), value);
        assert!(kinds(&document).is_empty());
    }
}

#[test]
fn units_are_never_invented() {
    for (kind, expected) in [
        ("", WarningKind::MissingUnit),
        ("<uom>0</uom>", WarningKind::MissingUnit),
        ("<uom>999</uom>", WarningKind::UnknownUnit),
        ("<uom>kWh</uom>", WarningKind::MissingUnit),
        ("<uom>72</uom><powerOfTenMultiplier>x</powerOfTenMultiplier>", WarningKind::BadMultiplier),
        ("<uom>72</uom><powerOfTenMultiplier>99</powerOfTenMultiplier>", WarningKind::BadMultiplier),
    ] {
        let document = ok(&feed(kind, &reading(0, 900, "7")));
        let found = document.series[0].readings[0];
        assert_eq!((found.raw.to_string().as_str(), found.quantity), ("7", None), "{kind}");
        assert_eq!(document.series[0].total(), None);
        assert!(document.totals().is_empty());
        assert!(kinds(&document).contains(&expected), "{kind}: {:?}", document.warnings);
    }
}

#[test]
fn only_usage_per_interval_is_summed() {
    for kind in ["<accumulationBehaviour>1</accumulationBehaviour><uom>72</uom>", "<uom>38</uom>"] {
        let document = ok(&feed(kind, &reading(0, 900, "1000")));
        assert_eq!(
            document.series[0].readings[0].quantity.map(|q| q.normalize().to_string()).as_deref(),
            Some("1")
        );
        assert_eq!(document.series[0].total(), None);
        assert_eq!(kinds(&document), [WarningKind::NotUsage]);
    }
}

#[test]
fn directions_are_kept_apart() {
    let net = WH.replace("<flowDirection>1<", "<flowDirection>4<");
    let document = ok(&feed(&net, &[reading(0, 900, "5"), reading(900, 900, "-8")].concat()));
    assert_eq!(document.series[0].reading_type.flow, Some(Flow::Net));
    assert_eq!(total(&document), "-0.003");
}

#[test]
fn millisecond_epochs_become_seconds() {
    let document = ok(&feed(WH, &reading(1_331_442_000_000, 900, "1")));
    assert_eq!(document.series[0].readings[0].start, 1_331_442_000);
    assert_eq!(kinds(&document), [WarningKind::MillisecondEpoch]);
}

#[test]
fn readings_that_cannot_be_read_are_each_counted_and_named() {
    let bad = [
        reading(0, 900, ""),
        reading(0, 900, "1e3"),
        reading(0, 900, &"9".repeat(60)),
        "<IntervalReading><value>1</value></IntervalReading>".to_owned(),
        "<IntervalReading><timePeriod><start>soon</start></timePeriod><value>1</value></IntervalReading>"
            .to_owned(),
        reading(-5, 900, "1"),
        reading(i64::MAX, 900, "1"),
        "<IntervalReading/>".to_owned(),
        reading(900, 900, "42"),
    ];
    let document = ok(&feed(WH, &bad.concat()));
    assert_eq!((document.tally.found, document.tally.unreadable, document.tally.kept), (9, 8, 1));
    let named: u64 = document
        .warnings
        .iter()
        .filter(|w| matches!(w.kind, WarningKind::UnreadableReading | WarningKind::MissingValue))
        .map(|w| w.count)
        .sum();
    assert_eq!(named, 8, "{:?}", document.warnings);
    assert!(document.warnings.iter().all(|warning| warning.place.line == 1));
}

#[test]
fn fields_that_cannot_be_read_do_not_cost_the_reading() {
    let odd = reading(0, 900, "5").replace("<value>", "<cost>free</cost><tou>x</tou><value>");
    let document = ok(&feed(WH, &odd));
    let found = document.series[0].readings[0];
    assert_eq!((found.cost, found.tou, total(&document).as_str()), (None, None, "0.005"));
    assert_eq!((kinds(&document), document.warnings[0].count), (vec![WarningKind::BadField], 2));
    // A missing duration is the interval length, where there is one.
    let bare = "<IntervalReading><timePeriod><start>0</start></timePeriod><value>5</value></IntervalReading>";
    let document = ok(&feed(&format!("{WH}<intervalLength>3600</intervalLength>"), bare));
    assert_eq!(document.series[0].readings[0].duration, 3600);
    assert_eq!(kinds(&document), [WarningKind::MissingDuration]);
}

#[test]
fn a_cost_of_nothing_throughout_is_not_stated() {
    let cost =
        |start: i64, cost: &str| reading(start, 900, "5").replace("<time", &format!("<cost>{cost}</cost><time"));
    let document = ok(&feed(WH, &[cost(0, "0"), cost(900, "0")].concat()));
    assert_eq!(document.series[0].cost(), None);
    assert_eq!((kinds(&document), document.warnings[0].count), (vec![WarningKind::ZeroCost], 2));
    // With one real cost, the zeros are real.
    let document = ok(&feed(WH, &[cost(0, "0"), cost(900, "12345")].concat()));
    assert_eq!(document.series[0].cost().unwrap().to_string(), "0.12345");
    assert_eq!(document.series[0].readings[0].cost.unwrap().to_string(), "0");
}

#[test]
fn namespaces_are_read_in_any_spelling_and_by_name_without_one() {
    let good = feed(WH, &reading(0, 900, "5"));
    let prefixed = good
        .replace("<Interval", "<espi:Interval")
        .replace("</Interval", "</espi:Interval")
        .replace("IntervalBlock xmlns=", "IntervalBlock xmlns:espi=");
    for (name, text, expected) in [
        ("prefix", prefixed.clone(), None),
        ("unbound prefix", prefixed.replace("xmlns:espi=", "data-espi="), Some(WarningKind::UnboundPrefix)),
        (
            "none",
            good.replace(" xmlns=\"http://naesb.org/espi\"", "")
                .replace(" xmlns=\"http://www.w3.org/2005/Atom\"", ""),
            Some(WarningKind::UnboundPrefix),
        ),
        (
            "https",
            good.replace("http://naesb.org/espi", "https://www.naesb.org/espi/"),
            Some(WarningKind::OddNamespace),
        ),
        ("atom's", good.replace(" xmlns=\"http://naesb.org/espi\"", ""), None),
    ] {
        let document = ok(&text);
        assert_eq!(total(&document), "0.005", "{name}");
        assert_eq!(kinds(&document), Vec::from_iter(expected), "{name}");
    }
}

#[test]
fn readings_that_are_not_read_are_counted_all_the_same() {
    let inside = |name: &str| entry("X/1", &[], &format!("<{name}>{}</{name}>", reading(0, 900, "1").repeat(3)));
    let good = feed(WH, &reading(0, 900, "5"));
    let skipped = good.replace("</feed>", &format!("{}</feed>", inside("ElectricPowerQualitySummary")));
    let document = ok(&skipped);
    assert_eq!((document.tally.found, document.tally.unreadable), (4, 3));
    assert_eq!(kinds(&document), [WarningKind::SkippedReadings]);
    assert_eq!(document.warnings[0].count, 3);
    let foreign = inside("IntervalBlock").replace("naesb.org", "example.com");
    let document = ok(&good.replace("</feed>", &format!("{foreign}</feed>")));
    assert_eq!((document.tally.found, document.tally.unreadable), (4, 3));
    assert_eq!(kinds(&document), [WarningKind::ForeignNamespace, WarningKind::SkippedReadings]);
    // Blocks and readings where none should be are read.
    let nested = good.replace(
        "<MeterReading xmlns=\"http://naesb.org/espi\">",
        &format!("<MeterReading><IntervalBlock>{}</IntervalBlock>", reading(900, 900, "1")),
    );
    assert_eq!(ok(&nested).tally.kept, 2);
    let bare = format!("{FEED}{}</feed>", reading(0, 900, "1").repeat(2));
    assert_eq!(ok(&bare).tally.found, 2);
}

#[test]
fn readings_as_text_or_under_another_name_are_named() {
    let good = feed(WH, &reading(0, 900, "5"));
    let escaped = entry("X/1", &[], "<UsagePoint></UsagePoint>")
        .replace("</content>", "</content><content>&lt;IntervalReading/&gt;</content>");
    let document = ok(&good.replace("</feed>", &format!("{escaped}</feed>")));
    assert!(kinds(&document).contains(&WarningKind::SkippedReadings), "{:?}", document.warnings);
    let lower = good.replace("IntervalReading>", "intervalReading>");
    let error = greenbutton::read(lower.as_bytes(), &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("<intervalReading> is not known in an interval block"), "{error}");
    // What fills up a file after its end is nothing.
    assert_eq!(total(&ok(&format!("{good}\r\n\0\u{1a}"))), "0.005");
}

#[test]
fn a_second_value_and_money_in_whole_units_are_named() {
    let odd = reading(0, 900, "5").replace("<value>", "<cost>0.25</cost><value>7</value><value>");
    let document = ok(&feed(WH, &odd));
    let cost = document.series[0].cost().map(|cost| cost.to_string());
    assert_eq!((total(&document).as_str(), cost.as_deref()), ("0.005", Some("0.0000025")));
    let expected = [WarningKind::OddMoney, WarningKind::BadField, WarningKind::MissingCurrency];
    assert_eq!(kinds(&document), expected);
    let bill = "<UsageSummary><billLastPeriod>12.34</billLastPeriod><currency>840</currency></UsageSummary>";
    let document = ok(&format!("{FEED}{}</feed>", entry("S/1", &[], bill)));
    assert_eq!(kinds(&document), [WarningKind::OddMoney]);
}

#[test]
fn warnings_are_capped_and_the_rest_is_counted() {
    let bills: String = (0..50)
        .map(|n| entry(&format!("S/{n}"), &[], "<UsageSummary><billLastPeriod>1</billLastPeriod></UsageSummary>"))
        .collect();
    let limits = Limits { warnings: 10, ..Limits::default() };
    let document = read(format!("{FEED}{bills}</feed>").as_bytes(), &limits).unwrap();
    assert_eq!((document.bills.len(), document.warnings.len(), document.warnings_dropped), (50, 10, 40));
}
