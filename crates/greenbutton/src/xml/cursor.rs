//! Walks through XML element by element, checking what quick-xml leaves to its caller: limits, DTDs, entities,
//! a single root, and an end.

use std::io::BufRead;

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesStart, Event},
    name::ResolveResult,
};

use crate::{
    error::{Error, LimitHit, NotGreenButton},
    input::Guard,
    limits::Limits,
    warning::Place,
};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const ESPI: &str = "http://naesb.org/espi";
const CUSTOMER: &str = "http://naesb.org/espi/customer";

/// One step through the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An element begins; [`Cursor::name`] is its name.
    Open,
    /// An element ends; [`Cursor::name`] is still its name, [`Cursor::text`] the text since the last step.
    Close,
    /// The document has ended.
    Done,
}

/// What an element's namespace is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// Atom's, ESPI's or ESPI's for customers.
    Known,
    /// A prefix that is not declared, or no namespace.
    Unbound,
    /// ESPI's or Atom's in a spelling of its own.
    Odd(String),
    /// Another one.
    Foreign(String),
}

/// The attributes of an Atom link.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkAttributes {
    pub(crate) href: String,
    pub(crate) rel: String,
}

pub(crate) struct Cursor<R> {
    reader: NsReader<Guard<R>>,
    limits: Limits,
    buffer: Vec<u8>,
    /// Names of the open elements, joined by `/`, and where each begins.
    path: String,
    starts: Vec<usize>,
    closing: bool,
    seen_root: bool,
    text: String,
    space: Space,
    link: LinkAttributes,
    line: u64,
    entries: usize,
}

impl<R: BufRead> Cursor<R> {
    pub(crate) fn new(input: R, limits: &Limits) -> Self {
        let mut reader = NsReader::from_reader(Guard::new(input, limits.token_bytes));
        let config = reader.config_mut();
        // Every element then has an end, whose text is empty.
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Self {
            reader,
            limits: limits.clone(),
            buffer: Vec::new(),
            path: String::new(),
            starts: Vec::new(),
            closing: false,
            seen_root: false,
            text: String::new(),
            space: Space::Known,
            link: LinkAttributes::default(),
            line: 1,
            entries: 0,
        }
    }

    /// Goes to the next begin or end of an element.
    pub(crate) fn step(&mut self) -> Result<Step, Error> {
        if self.closing {
            self.closing = false;
            if let Some(start) = self.starts.pop() {
                self.path.truncate(start.saturating_sub(1));
            }
        }
        self.text.clear();
        loop {
            self.buffer.clear();
            let guard = self.reader.get_mut();
            guard.next_token();
            self.line = guard.line();
            // Taken out and put back, so that the event may be looked at while `self` changes.
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = self.reader.read_event_into(&mut buffer);
            let step = match event {
                Ok(event) => self.take(event),
                Err(error) => Err(self.failure(error)),
            };
            self.buffer = buffer;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Step>, Error> {
        match event {
            Event::Start(start) | Event::Empty(start) => {
                self.open(&start)?;
                return Ok(Some(Step::Open));
            }
            Event::End(_) => {
                self.closing = true;
                return Ok(Some(Step::Close));
            }
            Event::Text(text) => self.add_text(&text.xml_content(XmlVersion::Implicit1_0))?,
            Event::CData(text) => self.add_text(&text.xml_content(XmlVersion::Implicit1_0))?,
            Event::GeneralRef(reference) => self.add_reference(&reference)?,
            Event::DocType(_) => return Err(Error::Dtd { place: self.place() }),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return self.end().map(Some),
        }
        Ok(None)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        if self.starts.is_empty() && self.seen_root {
            return Err(self.malformed("a second root element"));
        }
        self.seen_root = true;
        if self.starts.len() >= self.limits.depth {
            return Err(self.limit("levels of elements", self.limits.depth));
        }
        let name = start.name();
        let local = name.local_name().into_inner();
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.starts.push(self.path.len());
        self.path.push_str(local);
        if local == "entry" {
            self.entries += 1;
            if self.entries > self.limits.entries {
                return Err(self.limit("entries", self.limits.entries));
            }
        }
        self.space = match self.reader.resolver().resolve_prefix(name.prefix(), true) {
            ResolveResult::Bound(namespace) => space(namespace.into_inner()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => Space::Unbound,
        };
        let is_link = local == "link";
        if is_link {
            self.link = LinkAttributes::default();
        }
        for (count, attribute) in start.attributes().enumerate() {
            if count >= self.limits.attributes {
                return Err(self.limit("attributes of one element", self.limits.attributes));
            }
            let attribute =
                attribute.map_err(|error| self.malformed(format!("an attribute of <{local}>: {error}")))?;
            if is_link {
                let value = attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|error| self.malformed(format!("an attribute of <{local}>: {error}")))?;
                match attribute.key.into_inner() {
                    "href" => self.link.href = value.into_owned(),
                    "rel" => self.link.rel = value.into_owned(),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str) -> Result<(), Error> {
        // NUL and Ctrl-Z fill up or end the files of some systems.
        let filling = ['\u{feff}', ' ', '\t', '\r', '\n', '\0', '\u{1a}'];
        if self.starts.is_empty() && !text.trim_matches(filling).is_empty() {
            return Err(self.malformed("text outside of the root element"));
        }
        self.text.push_str(text);
        if self.text.len() > self.limits.token_bytes {
            return Err(self.limit("bytes of one tag or text", self.limits.token_bytes));
        }
        Ok(())
    }

    fn add_reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) -> Result<(), Error> {
        let name: &str = reference;
        let character = if reference.is_char_ref() {
            let found = reference.resolve_char_ref().ok().flatten();
            // Not even as a number may XML hold these.
            let legal = found.filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}'));
            legal.ok_or_else(|| self.malformed(format!("&{name}; is no character")))?
        } else {
            match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "apos" => '\'',
                "quot" => '"',
                _ => {
                    let name = name.chars().take(40).collect();
                    return Err(Error::Entity { place: self.place(), name });
                }
            }
        };
        self.add_text(character.encode_utf8(&mut [0; 4]))
    }

    fn end(&mut self) -> Result<Step, Error> {
        if !self.starts.is_empty() {
            return Err(self.malformed(format!("the file ends inside of <{}>", self.name())));
        }
        if !self.seen_root {
            return Err(Error::NotGreenButton(NotGreenButton::OtherXml));
        }
        Ok(Step::Done)
    }

    /// The local name of the element that the cursor is at.
    pub(crate) fn name(&self) -> &str {
        self.starts.last().and_then(|start| self.path.get(*start..)).unwrap_or("")
    }

    /// The local name of the element around it.
    pub(crate) fn parent(&self) -> &str {
        match self.starts[..] {
            [.., outer, inner] => self.path.get(outer..inner - 1).unwrap_or(""),
            _ => "",
        }
    }

    /// How many elements are open, the current one included.
    pub(crate) fn depth(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    pub(crate) fn space(&self) -> &Space {
        &self.space
    }

    pub(crate) fn link(&self) -> &LinkAttributes {
        &self.link
    }

    /// The line that the current element's tag begins on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn place(&self) -> Place {
        let numbered = match self.entries {
            0 => self.path.clone(),
            count => self.path.split('/').map(|name| numbered(name, count)).collect::<Vec<_>>().join("/"),
        };
        Place { file: None, line: self.line, path: numbered }
    }

    pub(crate) fn limit(&self, limit: &'static str, allowed: usize) -> Error {
        Error::Limit { place: self.place(), limit, allowed: allowed as u64 }
    }

    fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::Malformed { place: self.place(), reason: reason.into() }
    }

    fn failure(&self, error: quick_xml::Error) -> Error {
        let place = Place { line: self.reader.get_ref().line(), ..self.place() };
        match error {
            quick_xml::Error::Io(error) => {
                match error.get_ref().and_then(|inner| inner.downcast_ref::<LimitHit>()) {
                    Some(hit) => Error::Limit { place, limit: hit.limit, allowed: hit.allowed },
                    None => Error::Io(std::io::Error::new(error.kind(), error)),
                }
            }
            quick_xml::Error::Namespace(quick_xml::name::NamespaceError::TooManyBindings(limit)) => {
                Error::Limit { place, limit: "namespace declarations in scope", allowed: limit as u64 }
            }
            error => Error::Malformed { place, reason: error.to_string() },
        }
    }
}

fn numbered(name: &str, entry: usize) -> String {
    if name == "entry" { format!("entry[{entry}]") } else { name.to_owned() }
}

fn space(uri: &str) -> Space {
    if uri == ESPI || uri == ATOM || uri == CUSTOMER {
        return Space::Known;
    }
    let lower = uri.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
    let bare = lower.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let shown = uri.chars().take(100).collect();
    // The names without the scheme, so that https, www and a trailing slash are told from other namespaces.
    if matches!(bare, "naesb.org/espi" | "naesb.org/espi/customer" | "w3.org/2005/atom") {
        Space::Odd(shown)
    } else {
        Space::Foreign(shown)
    }
}
