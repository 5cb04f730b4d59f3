//! Notifications: the custodian posts a list of addresses from which data can be fetched.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// Bytes of a notification that are read.
pub const MAX_BATCH_BYTES: usize = 64 << 10;
/// Addresses of a notification.
pub const MAX_BATCH_ADDRESSES: usize = 100;
/// Elements inside of each other. A list has two.
const MAX_DEPTH: usize = 8;
/// Bytes of an address.
const MAX_ADDRESS: usize = 2048;
const ESPI: Namespace<'static> = Namespace("http://naesb.org/espi");

/// Why a notification could not be read. Its content is not quoted: it may come from anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchListError {
    /// Longer than [`MAX_BATCH_BYTES`].
    #[error("the notification is longer than {MAX_BATCH_BYTES} bytes")]
    TooLong,
    /// More than [`MAX_BATCH_ADDRESSES`].
    #[error("the notification names more than {MAX_BATCH_ADDRESSES} addresses")]
    TooMany,
    /// Elements inside of each other, many times.
    #[error("the notification is nested too deep")]
    TooDeep,
    /// Not UTF-8, or not well-formed XML.
    #[error("the notification is not well-formed XML in UTF-8")]
    Malformed,
    /// A document type definition, which nobody needs.
    #[error("the notification has a DTD")]
    Dtd,
    /// An entity other than those of XML itself.
    #[error("the notification has an entity that is not known")]
    Entity,
    /// The root is another element, or in another namespace.
    #[error("the notification is no BatchList of http://naesb.org/espi")]
    NotABatchList,
    /// An empty address, or one over 2048 bytes.
    #[error("an address of the notification is empty or too long")]
    Address,
    /// No address at all.
    #[error("the notification names no address")]
    Empty,
}

/// The addresses of an ESPI `BatchList`, as they stand, in their order. Whether they are any of Connect's
/// business is not known here: compare them with [`Connector::subscription`].
///
/// # Errors
///
/// See [`BatchListError`]. Other elements in the list are passed over.
///
/// [`Connector::subscription`]: connect_core::connector::Connector::subscription
pub fn batch_list(body: &[u8]) -> Result<Vec<String>, BatchListError> {
    if body.len() > MAX_BATCH_BYTES {
        return Err(BatchListError::TooLong);
    }
    let text = std::str::from_utf8(body).map_err(|_| BatchListError::Malformed)?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = true;
    let mut list = List::default();
    loop {
        let event = reader.read_event().map_err(|_| BatchListError::Malformed)?;
        match event {
            Event::Start(start) | Event::Empty(start) => {
                let (space, name) = reader.resolver().resolve_element(start.name());
                list.open(space == ResolveResult::Bound(ESPI), name.into_inner())?;
                if start.attributes().any(|attribute| attribute.is_err()) {
                    return Err(BatchListError::Malformed);
                }
            }
            Event::End(_) => list.close()?,
            Event::Text(text) => list.text(&text.xml_content(XmlVersion::Implicit1_0))?,
            Event::CData(text) => list.text(&text.xml_content(XmlVersion::Implicit1_0))?,
            Event::GeneralRef(reference) => list.text(character(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::DocType(_) => return Err(BatchListError::Dtd),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return list.end(),
        }
    }
}

/// The list while it is read.
#[derive(Default)]
struct List {
    depth: usize,
    seen: bool,
    /// The address whose element is open.
    address: Option<String>,
    addresses: Vec<String>,
}

impl List {
    fn open(&mut self, espi: bool, name: &str) -> Result<(), BatchListError> {
        match self.depth {
            0 if self.seen => return Err(BatchListError::Malformed),
            0 if !espi || name != "BatchList" => return Err(BatchListError::NotABatchList),
            1 if espi && name == "resources" => {
                if self.addresses.len() >= MAX_BATCH_ADDRESSES {
                    return Err(BatchListError::TooMany);
                }
                self.address = Some(String::new());
            }
            // An address has no elements in it.
            _ if self.address.is_some() => return Err(BatchListError::Address),
            MAX_DEPTH.. => return Err(BatchListError::TooDeep),
            _ => {}
        }
        self.seen = true;
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), BatchListError> {
        self.depth = self.depth.checked_sub(1).ok_or(BatchListError::Malformed)?;
        let Some(address) = self.address.take() else { return Ok(()) };
        let address = address.trim();
        if address.is_empty() || address.len() > MAX_ADDRESS {
            return Err(BatchListError::Address);
        }
        self.addresses.push(address.to_owned());
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), BatchListError> {
        if self.depth == 0 && !text.trim().is_empty() {
            return Err(BatchListError::Malformed);
        }
        if let Some(address) = &mut self.address {
            address.push_str(text);
        }
        Ok(())
    }

    fn end(self) -> Result<Vec<String>, BatchListError> {
        match (self.depth, self.seen, self.addresses.is_empty()) {
            (0, true, false) => Ok(self.addresses),
            (0, true, true) => Err(BatchListError::Empty),
            _ => Err(BatchListError::Malformed),
        }
    }
}

fn character(reference: &BytesRef<'_>) -> Result<char, BatchListError> {
    if reference.is_char_ref() {
        let found = reference.resolve_char_ref().ok().flatten();
        return found.filter(|c| !c.is_control() || c.is_whitespace()).ok_or(BatchListError::Malformed);
    }
    let name: &str = reference;
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(BatchListError::Entity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(inside: &str) -> String {
        format!("<?xml version=\"1.0\"?><BatchList xmlns=\"http://naesb.org/espi\">{inside}</BatchList>")
    }

    fn read(body: &str) -> Result<Vec<String>, BatchListError> {
        batch_list(body.as_bytes())
    }

    #[test]
    fn what_the_sandbox_utility_sends_is_read() {
        let uris = ["https://a.test/Batch/Subscription/1?a=1&b=2".to_owned(), "https://a.test/<2>".to_owned()];
        assert_eq!(read(&connect_sunrise::batch_list(&uris)), Ok(uris.to_vec()));
    }

    #[test]
    fn prefixes_spaces_and_other_elements_do_not_matter() {
        let body = "\u{feff}<e:BatchList xmlns:e=\"http://naesb.org/espi\" xmlns:x=\"urn:x\">\n \
                    <!-- one --><x:resources>foreign</x:resources><e:note><e:resources>deeper</e:resources></e:note>\
                    <e:resources>\n https://a.test/1 </e:resources><e:resources><![CDATA[https://a.test/2&3]]>\
                    </e:resources><e:resources>https://a.test/&#x34;&#53;</e:resources></e:BatchList>\n";
        assert_eq!(read(body).unwrap(), ["https://a.test/1", "https://a.test/2&3", "https://a.test/45"]);
    }

    #[test]
    fn bad_lists_are_refused_with_the_reason() {
        use BatchListError::*;
        let one = "<resources>https://a.test/</resources>";
        let long = format!("<resources>{}</resources>", "x".repeat(MAX_ADDRESS + 1));
        for (body, error) in [
            (String::new(), Malformed),
            ("not xml".to_owned(), Malformed),
            ("{\"resources\":[]}".to_owned(), Malformed),
            (list(one).replace("</BatchList>", ""), Malformed),
            (list(one).replace("</resources>", "</resource>"), Malformed),
            (list(one) + "<BatchList/>", Malformed),
            (list(one) + "trailing", Malformed),
            (list("<resources>&#0;</resources>"), Malformed),
            (list("<resources>&#55296;</resources>"), Malformed),
            (list("<resources a=b>x</resources>"), Malformed),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]>".to_owned() + &list(one), Dtd),
            (list("<resources>&b;</resources>"), Entity),
            (list(one).replace("http://naesb", "https://naesb"), NotABatchList),
            (list(one).replace("BatchList", "Other"), NotABatchList),
            ("<BatchList><resources>x</resources></BatchList>".to_owned(), NotABatchList),
            ("<html><body>Sign in</body></html>".to_owned(), NotABatchList),
            (list(""), Empty),
            (list("<resource>https://a.test/</resource>"), Empty),
            (list("<resources/>"), Address),
            (list("<resources> \n </resources>"), Address),
            (list("<resources>a<b/></resources>"), Address),
            (list(&long), Address),
            (list(&one.repeat(MAX_BATCH_ADDRESSES + 1)), TooMany),
            (list(&"<a>".repeat(3000)), TooDeep),
            (list(&" ".repeat(MAX_BATCH_BYTES)), TooLong),
        ] {
            let shown: String = body.chars().take(120).collect();
            assert_eq!(read(&body), Err(error), "{shown}");
            assert!(!error.to_string().contains("a.test"));
        }
        assert_eq!(batch_list(&[0xff, 0xfe, 0x3c]), Err(Malformed));
        assert_eq!(read(&list(&one.repeat(MAX_BATCH_ADDRESSES))).unwrap().len(), MAX_BATCH_ADDRESSES);
    }

    #[test]
    fn no_beginning_of_a_list_is_a_list() {
        let whole = list("<resources>https://a.test/1</resources>");
        for end in 0..whole.len() {
            assert!(batch_list(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
