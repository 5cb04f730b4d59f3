//! Files that are broken or hostile: each is refused with an error that says where and what to do.

use std::io::{self, Read};

use crate::common::{ESPI, FEED, WH, entry, feed, kinds, ok, parse, reading, total};
use greenbutton::{Error, Limits, NotGreenButton, read};

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn malformed_xml_names_the_line() {
    let good = feed(WH, &reading(0, 900, "1"));
    for (name, bad) in [
        ("mismatched", "<feed>\n<entry></feed>".to_owned()),
        ("truncated in a tag", good[..good.len() - 3].to_owned()),
        ("truncated between tags", good.replace("</feed>", "")),
        ("truncated in a reading", good[..good.find("<value>").unwrap() + 8].to_owned()),
        ("two roots", format!("{good}<feed/>")),
        ("text after the root", format!("{good}text")),
        ("text before the root", "<?xml version=\"1.0\"?>text<feed/>".to_owned()),
        ("unquoted attribute", good.replacen("rel=\"self\"", "rel=self", 1)),
        ("attribute twice", good.replacen("rel=\"self\"", "rel=\"self\" rel=\"up\"", 1)),
        ("not closed at all", "<feed".to_owned()),
        ("dangling ampersand", good.replace("<value>1", "<value>&")),
        ("zero character", good.replace("<value>1", "<value>&#0;1")),
    ] {
        let error = parse(&bad).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{name}: {error:?}");
        assert!(error.to_string().starts_with("line "), "{name}: {error}");
    }
    assert!(message("<feed>\n\n<a></b></feed>").starts_with("line 3"), "{}", message("<feed>\n\n<a></b></feed>"));
}

#[test]
fn every_truncation_of_a_sample_is_an_error_or_a_document_never_a_panic() {
    let good = feed(WH, &(0..4).map(|at| reading(at * 900, 900, "1")).collect::<String>());
    for end in 0..good.len() {
        if let Ok(document) = parse(&good[..end]) {
            panic!("{end}: {document:?}");
        }
    }
}

#[test]
fn dtds_and_entities_are_refused() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
        <feed xmlns="http://www.w3.org/2005/Atom"><title>&lol2;</title></feed>"#;
    assert!(matches!(parse(laughs), Err(Error::Dtd { .. })));
    let external = r#"<!DOCTYPE feed SYSTEM "file:///etc/passwd"><feed/>"#;
    assert!(matches!(parse(external), Err(Error::Dtd { .. })));
    let bad = feed(WH, &reading(0, 900, "&nbsp;1"));
    assert!(matches!(parse(&bad), Err(Error::Entity { name, .. }) if name == "nbsp"));
    // The five of XML itself and numbers are text.
    let good = feed(WH, &reading(0, 900, "&#49;&#x32;"))
        .replace("<content><UsageP", "<title>A &amp; B</title><content><UsageP");
    let document = ok(&good);
    assert_eq!(total(&document), "0.012");
    assert_eq!(document.usage_points[0].title.as_deref(), Some("A & B"));
}

/// A feed without end.
struct Endless {
    block: Vec<u8>,
    at: usize,
    head: io::Cursor<Vec<u8>>,
}

impl Endless {
    fn new(head: &str, block: &str) -> Self {
        Self { block: block.into(), at: 0, head: io::Cursor::new(head.into()) }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.head.read(buffer)?;
        if count > 0 {
            return Ok(count);
        }
        for byte in buffer.iter_mut() {
            *byte = self.block[self.at];
            self.at = (self.at + 1) % self.block.len();
        }
        Ok(buffer.len())
    }
}

#[test]
fn each_limit_stops_an_endless_file() {
    let limits =
        Limits { bytes: 3 << 20, readings: 2_000, entries: 500, resource_elements: 300, ..Limits::default() };
    let block = format!("{FEED}<entry><content><IntervalBlock {ESPI}>");
    let xml = |head: &str, block: &str| Endless::new(head, block);
    for (expected, input) in [
        ("bytes;", xml(FEED, "<x></x>")),
        ("readings", xml(&block, &reading(0, 900, "1"))),
        ("entries", xml(FEED, "<entry></entry>")),
        ("levels of elements", xml(FEED, "<a>")),
        ("bytes of one tag or text", xml(&format!("{FEED}<!--"), "x")),
        ("bytes of one tag or text", xml(&format!("{FEED}<a b=\""), "x")),
        ("bytes of one tag or text", xml(&format!("{FEED}<title>"), "x")),
        ("bytes of one tag or text", xml(&format!("{FEED}<title>"), "some longer text<!---->")),
        (
            "attributes of one element",
            xml(FEED, &format!("<a {}/>", (0..99).map(|n| format!("b{n}='' ")).collect::<String>())),
        ),
        (
            "namespace declarations",
            xml(FEED, &format!("<a {}/>", (0..999).map(|n| format!("xmlns:b{n}='x' ")).collect::<String>())),
        ),
        ("elements of one resource", xml(&format!("{FEED}<UsageSummary {ESPI}>"), "<a></a>")),
        ("readings", xml("DATE,START TIME,USAGE (kWh)\n", "2024-01-01,00:00,1\n")),
        ("bytes of one tag or text", xml("DATE,START TIME,USAGE (kWh)\n\"", "x")),
        ("columns", xml("DATE,START TIME,USAGE (kWh)\n", &format!("{}\n", ",".repeat(999)))),
        ("bytes;", xml("", " ")),
    ] {
        match read(input, &limits) {
            Err(error @ Error::Limit { .. }) => {
                assert!(error.to_string().contains(expected), "{expected}: {error}")
            }
            Err(Error::NotGreenButton(_)) if expected == "bytes;" => {}
            other => panic!("{expected}: {other:?}"),
        }
    }
}

/// Work must grow with a file's size, not with its square.
#[test]
fn many_small_parts_take_no_longer_than_their_size() {
    let began = std::time::Instant::now();
    let number = 10_000;
    let block = format!("<IntervalBlock>{}</IntervalBlock>", reading(0, 900, "1"));
    let kind = format!("<ReadingType>{WH}</ReadingType>");
    let resources = ["<UsagePoint></UsagePoint>", "<MeterReading></MeterReading>", kind.as_str(), block.as_str()];
    for links in [&[][..], &[("up", "x"), ("related", "y")][..]] {
        let parts = (0..number).flat_map(|n| resources.map(|resource| entry(&format!("E/{n}"), links, resource)));
        let document = ok(&format!("{FEED}{}</feed>", parts.collect::<String>()));
        assert_eq!(document.tally.found, number);
        greenbutton::inspect::render(&document, 80);
    }
    let rows: String = (0..number).map(|n| format!("kind {n},2024-01-01,1\n")).collect();
    let document = ok(&format!("TYPE,DATE,USAGE (kWh)\n{rows}"));
    greenbutton::inspect::render(&document, 80);
    // A coarse bound, for machines that are busy: seconds are usual.
    assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
}

#[test]
fn what_is_not_green_button_is_named() {
    let refused = |bytes: &[u8]| match read(bytes, &Limits::default()) {
        Err(Error::NotGreenButton(kind)) => kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b"<!DOCTYPE html><html><body>Sign in</body></html>"), NotGreenButton::WebPage);
    assert_eq!(refused(b"\n<HTML>"), NotGreenButton::WebPage);
    assert_eq!(refused(b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x' 'y'><html/>"), NotGreenButton::WebPage);
    assert_eq!(refused(b"%PDF-1.7"), NotGreenButton::Pdf);
    assert_eq!(refused(b"\x1f\x8b\x08\0"), NotGreenButton::Gzip);
    assert_eq!(refused(b"{\"error\": 1}"), NotGreenButton::Json);
    assert_eq!(refused(b"<rss><channel/></rss>"), NotGreenButton::OtherXml);
    assert_eq!(refused(b"Dear customer,\nsee below\n"), NotGreenButton::OtherText);
    assert_eq!(refused(b"\x00\x01\x02\x03\x04\x05\x06\x07"), NotGreenButton::Unknown);
    assert!(matches!(read(&b""[..], &Limits::default()), Err(Error::Empty)));
    assert!(matches!(read(&b" \n\n"[..], &Limits::default()), Err(Error::Empty)));
    assert!(matches!(read(&b"\xef\xbb\xbf"[..], &Limits::default()), Err(Error::Empty)));
}

#[test]
fn a_wrong_namespace_is_an_error_if_nothing_else_is_there() {
    let foreign = feed(WH, &reading(0, 900, "1")).replace("http://naesb.org/espi", "http://example.com/espi");
    let error = parse(&foreign).unwrap_err();
    assert!(
        matches!(&error, Error::WrongNamespace { found, .. } if found == "http://example.com/espi"),
        "{error:?}"
    );
    assert!(error.to_string().contains("feed/entry[1]/content/UsagePoint"), "{error}");
}

#[test]
fn a_feed_without_readings_is_an_error_that_says_what_there_is() {
    let empty = format!("{FEED}{}</feed>", entry("U/1", &[], "<UsagePoint></UsagePoint>"));
    assert!(message(&empty).starts_with("no readings: the file holds 1 usage points"), "{}", message(&empty));
    assert!(matches!(parse(&format!("{FEED}</feed>")), Err(Error::NotGreenButton(NotGreenButton::OtherXml))));
}

#[test]
fn a_failing_input_is_an_io_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    assert!(matches!(read(Failing, &Limits::default()), Err(Error::Io(_))));
    let later = FEED.as_bytes().chain(&b"<entry>"[..]).chain(Failing);
    assert!(matches!(read(later, &Limits::default()), Err(Error::Io(_))));
}

#[test]
fn encodings_are_told_by_mark_shape_or_declaration() {
    let text =
        feed(WH, &reading(0, 900, "5")).replace("<content><UsageP", "<title>Québec</title><content><UsageP");
    let declared = |label: &str| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>{text}");
    let utf16 = |text: &str, little: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let latin1: Vec<u8> = declared("ISO-8859-1").chars().map(|c| c as u8).collect();
    for (name, bytes) in [
        ("utf-8", text.clone().into_bytes()),
        ("utf-8 with a mark", format!("\u{feff}{}", declared("utf-8")).into_bytes()),
        ("utf-16le with a mark", utf16(&declared("UTF-16"), true, true)),
        ("utf-16be with a mark", utf16(&declared("UTF-16"), false, true)),
        ("utf-16le without a mark", utf16(&declared("UTF-16"), true, false)),
        ("utf-16be without a mark", utf16(&declared("UTF-16"), false, false)),
        ("latin-1", latin1),
        ("says utf-16 and is not", declared("UTF-16").into_bytes()),
    ] {
        let document = read(&bytes[..], &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.usage_points[0].title.as_deref(), Some("Québec"), "{name}");
        assert_eq!(total(&document), "0.005", "{name}");
    }
    assert!(matches!(parse(&declared("EBCDIC-9")), Err(Error::Encoding { label }) if label == "EBCDIC-9"));
    // Latin-1 that says nothing, or says UTF-8: read, with the character replaced.
    let wrong: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let document = read(&wrong[..], &Limits::default()).unwrap();
    assert_eq!(document.usage_points[0].title.as_deref(), Some("Qu\u{fffd}bec"));
    assert_eq!(kinds(&document), [greenbutton::WarningKind::BadEncoding]);
}
