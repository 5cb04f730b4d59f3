//! How resources find each other.

use greenbutton::{Service, WarningKind};

use crate::common::{ESPI, FEED, WH, entry, feed, kinds, ok, reading, total};

const POINT: &str = "<UsagePoint><ServiceCategory><kind>1</kind></ServiceCategory></UsagePoint>";

fn block(start: i64) -> String {
    format!("<IntervalBlock>{}</IntervalBlock>", reading(start, 900, "5"))
}

fn kind() -> String {
    format!("<ReadingType>{WH}</ReadingType>")
}

#[test]
fn links_are_followed_in_any_order_and_form() {
    // Children before parents, absolute beside relative hrefs, PG&E's collections as `up`.
    let host = "https://api.example.com";
    let text = [
        entry(
            &format!("{host}/S/1/UsagePoint/7/MeterReading/B/IntervalBlock/9"),
            &[("up", "/S/1/UsagePoint/7/MeterReading/B/IntervalBlock")],
            &block(0),
        ),
        entry(
            &format!("{host}/S/1/UsagePoint/8/MeterReading/C"),
            &[("up", "/S/1/UsagePoint/8/MeterReading"), ("related", "/ReadingType/X")],
            "<MeterReading></MeterReading>",
        ),
        entry(
            "/S/1/UsagePoint/7/MeterReading/B",
            &[("up", "/S/1/UsagePoint/7/MeterReading"), ("related", &format!("{host}/ReadingType/X"))],
            "<MeterReading></MeterReading>",
        ),
        entry(&format!("{host}/ReadingType/X/"), &[], &kind()),
        entry(&format!("{host}/S/1/UsagePoint/8"), &[("related", "/S/1/UsagePoint/8/MeterReading")], POINT),
        entry("/S/1/UsagePoint/7", &[("related", "/S/1/UsagePoint/7/MeterReading")], POINT),
    ];
    let document = ok(&format!("{FEED}{}</feed>", text.concat()));
    assert!(kinds(&document).is_empty(), "{:?}", document.warnings);
    let [empty, full] = &document.series[..] else { panic!() };
    assert_eq!((empty.readings.len(), empty.usage_point), (0, Some(0)));
    assert_eq!((full.readings.len(), full.usage_point), (1, Some(1)));
    assert_eq!(document.service_of(full), Some(Service::Gas));
    assert_eq!(full.total().unwrap().to_string(), "0.005");
}

#[test]
fn without_links_the_order_decides_and_is_named() {
    let text = feed(WH, &reading(0, 900, "5"));
    let mut bare = String::new();
    for part in text.split("<link") {
        let rest = if bare.is_empty() { part } else { part.split_once("/>").unwrap().1 };
        bare.push_str(rest);
    }
    let document = ok(&bare);
    assert_eq!((total(&document).as_str(), document.series[0].usage_point), ("0.005", Some(0)));
    assert!(kinds(&document).iter().all(|kind| *kind == WarningKind::BrokenLink), "{:?}", document.warnings);
    assert!(!document.warnings.is_empty());
}

#[test]
fn a_unit_is_not_guessed_among_several() {
    let text = [
        entry("M/1", &[("related", "T/missing")], "<MeterReading></MeterReading>"),
        entry("T/1", &[], &kind()),
        entry("T/2", &[], &kind()),
        entry("M/1/B/1", &[], &block(0)),
    ];
    let document = ok(&format!("{FEED}{}</feed>", text.concat()));
    assert_eq!((document.series[0].unit, document.series[0].usage_point), (None, None));
    assert!(kinds(&document).contains(&WarningKind::MissingUnit));
}

#[test]
fn blocks_without_any_meter_reading_are_kept() {
    let text = [entry("B/1", &[], &block(0)), entry("B/2", &[], &block(900))];
    let document = ok(&format!("{FEED}{}</feed>", text.concat()));
    assert_eq!((document.series.len(), document.series[0].readings.len(), document.series[0].blocks), (1, 2, 2));
    assert_eq!(kinds(&document), [WarningKind::BrokenLink, WarningKind::BrokenLink, WarningKind::MissingUnit]);
}

#[test]
fn several_resources_in_one_entry_belong_together() {
    let together = format!("{POINT}<MeterReading></MeterReading>{}{}{}", kind(), block(0), block(900));
    let text = format!("{FEED}<entry><content>{together}</content></entry></feed>");
    let document = ok(&text);
    assert_eq!((total(&document).as_str(), document.series[0].usage_point), ("0.01", Some(0)));
    assert!(kinds(&document).is_empty(), "{:?}", document.warnings);
}

#[test]
fn an_entry_or_a_resource_alone_is_a_document() {
    let alone = format!("<IntervalBlock {ESPI}>{}</IntervalBlock>", reading(0, 900, "5"));
    assert_eq!(ok(&alone).tally.kept, 1);
    let in_entry =
        entry("B/1", &[], &block(0)).replace("<entry>", "<entry xmlns=\"http://www.w3.org/2005/Atom\">");
    assert_eq!(ok(&in_entry).tally.kept, 1);
}

#[test]
fn a_resource_that_comes_twice_is_kept_once() {
    let text = feed(WH, &reading(0, 900, "5"));
    let again = text.replace("</feed>", &format!("{}</feed>", entry("/U/1", &[], POINT)));
    let document = ok(&again);
    assert_eq!(document.usage_points.len(), 1);
    assert_eq!(kinds(&document), [WarningKind::RepeatedResource]);
}

#[test]
fn local_time_and_wrong_signs() {
    let zone = |offset: &str| {
        let params = format!(
            "<LocalTimeParameters><dstEndRule>B40E2000</dstEndRule><dstOffset>3600</dstOffset>\
             <dstStartRule>360E2000</dstStartRule><tzOffset>{offset}</tzOffset></LocalTimeParameters>"
        );
        let american = WH.replace("<uom>", "<currency>840</currency><uom>");
        ok(&feed(&american, &reading(0, 900, "5"))
            .replace("</feed>", &format!("{}</feed>", entry("L/1", &[], &params))))
    };
    let document = zone("-18000");
    assert_eq!(document.usage_points[0].local_time.unwrap().offset_at(1_340_000_000), -14_400);
    assert!(kinds(&document).is_empty());
    assert_eq!(kinds(&zone("18000")), [WarningKind::OddTimeZone]);
}

#[test]
fn a_relative_link_leads_to_an_absolute_one() {
    let base = "https://example.com/espi/1_1/resource";
    let text = |types: [&str; 2]| {
        let kind = |power: &str| {
            format!("<ReadingType><powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>72</uom></ReadingType>")
        };
        let block = format!("<IntervalBlock>{}</IntervalBlock>", reading(0, 900, "5"));
        let related = format!("{base}/ReadingType/7");
        format!(
            "{FEED}{}{}{}{}</feed>",
            entry(&format!("{base}/U/1/M/1/B/1"), &[], &block),
            entry(types[0], &[], &kind("3")),
            entry(types[1], &[], &kind("0")),
            entry(&format!("{base}/U/1/M/1"), &[("related", &related)], "<MeterReading></MeterReading>"),
        )
    };
    let document = ok(&text(["ReadingType/7", "ReadingType/8"]));
    assert_eq!(total(&document), "5");
    // Another folder is another type: no unit is taken from it, and that is said.
    let document = ok(&text(["/other/ReadingType/7", "ReadingType/8"]));
    assert_eq!(document.series[0].unit, None);
    // Neither its usage point nor its type.
    assert_eq!(kinds(&document), [WarningKind::BrokenLink, WarningKind::MissingUnit]);
    assert_eq!(document.warnings[0].count, 2);
}

#[test]
fn blocks_of_different_parents_are_never_one_series() {
    let block = |value| format!("<IntervalBlock>{}</IntervalBlock>", reading(0, 900, value));
    let text = format!(
        "{FEED}{}{}{}</feed>",
        entry("U/1/M/1/B/1", &[], &block("5")),
        entry("U/1/M/2/B/1", &[], &block("6")),
        entry("T/1", &[], &format!("<ReadingType>{WH}</ReadingType>")),
    );
    let document = ok(&text);
    assert_eq!((document.series.len(), document.tally.kept, document.tally.superseded), (2, 2, 0));
}

#[test]
fn of_several_reading_types_that_differ_none_is_taken() {
    let good = feed(WH, &reading(0, 900, "5"));
    let second = |kind: &str| {
        let linked = good.replace(
            r#"href="T/1"/><content><Meter"#,
            r#"href="T/1"/><link rel="related" href="T/2"/><content><Meter"#,
        );
        linked.replace(
            "</feed>",
            &format!("{}</feed>", entry("T/2", &[], &format!("<ReadingType>{kind}</ReadingType>"))),
        )
    };
    assert_eq!(total(&ok(&second(WH))), "0.005");
    let document = ok(&second(&WH.replace("72", "73")));
    assert_eq!((document.series[0].unit, document.tally.kept), (None, 1));
    assert_eq!(kinds(&document), [WarningKind::BrokenLink, WarningKind::MissingUnit]);
}
