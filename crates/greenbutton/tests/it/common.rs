//! Small feeds for tests.

use greenbutton::{Document, Error, Limits, WarningKind, read};

pub(crate) const FEED: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom">"#;
pub(crate) const ESPI: &str = r#"xmlns="http://naesb.org/espi""#;

/// An entry with its own link, others, and a resource in ESPI's namespace.
pub(crate) fn entry(own: &str, links: &[(&str, &str)], resource: &str) -> String {
    let links: String = links.iter().map(|(rel, href)| format!(r#"<link rel="{rel}" href="{href}"/>"#)).collect();
    let resource = resource.replacen('>', &format!(" {ESPI}>"), 1);
    format!(r#"<entry><link rel="self" href="{own}"/>{links}<content>{resource}</content></entry>"#)
}

pub(crate) fn reading(start: i64, duration: u32, value: &str) -> String {
    format!(
        "<IntervalReading><timePeriod><duration>{duration}</duration><start>{start}</start></timePeriod>\
         <value>{value}</value></IntervalReading>"
    )
}

/// A feed with one series of electricity in the given reading type, and the given interval readings.
pub(crate) fn feed(reading_type: &str, readings: &str) -> String {
    let parts = [
        entry(
            "U/1",
            &[("related", "U/1/M")],
            "<UsagePoint><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>",
        ),
        entry(
            "U/1/M/1",
            &[("up", "U/1/M"), ("related", "U/1/M/1/B"), ("related", "T/1")],
            "<MeterReading></MeterReading>",
        ),
        entry("T/1", &[], &format!("<ReadingType>{reading_type}</ReadingType>")),
        entry("U/1/M/1/B/1", &[("up", "U/1/M/1/B")], &format!("<IntervalBlock>{readings}</IntervalBlock>")),
    ];
    format!("{FEED}{}</feed>", parts.concat())
}

pub(crate) const WH: &str =
    "<flowDirection>1</flowDirection><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom>";

pub(crate) fn parse(text: &str) -> Result<Document, Error> {
    read(text.as_bytes(), &Limits::default())
}

pub(crate) fn ok(text: &str) -> Document {
    let document = parse(text).unwrap_or_else(|error| panic!("{error}"));
    let tally = document.tally;
    assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable, "{tally:?}");
    document
}

pub(crate) fn kinds(document: &Document) -> Vec<WarningKind> {
    document.warnings.iter().map(|warning| warning.kind).collect()
}

/// The total of the only series, in plain digits.
pub(crate) fn total(document: &Document) -> String {
    assert_eq!(document.series.len(), 1);
    document.series[0].total().map_or("none".to_owned(), |total| total.normalize().to_string())
}
