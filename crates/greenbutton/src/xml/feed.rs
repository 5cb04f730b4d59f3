//! Reads the entries of a feed, or whatever else stands around ESPI resources, into a flat list.

use std::io::BufRead;

use super::{
    cursor::{Cursor, Space, Step},
    tree::Node,
};
use crate::{
    error::{Error, NotGreenButton},
    limits::Limits,
    model::Reading,
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// The links and names of an entry.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) own: Option<String>,
    pub(crate) up: Vec<String>,
    pub(crate) related: Vec<String>,
    pub(crate) statement: Option<String>,
    pub(crate) title: Option<String>,
}

/// An interval block.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) readings: Vec<Reading>,
}

#[derive(Debug)]
pub(crate) enum Content {
    Tree(Node),
    Block(Block),
}

/// A resource, with the number of its entry in [`Found::entries`].
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) entry: usize,
    pub(crate) place: Place,
    pub(crate) content: Content,
}

/// All of a file before its links are followed.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) title: Option<String>,
    pub(crate) updated: Option<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) readings: u64,
    pub(crate) unreadable: u64,
}

/// Resources that are read into the result.
const READ: [&str; 15] = [
    "UsagePoint",
    "MeterReading",
    "ReadingType",
    "LocalTimeParameters",
    "UsageSummary",
    "ElectricPowerUsageSummary",
    "Customer",
    "CustomerAccount",
    "CustomerAgreement",
    "ServiceLocation",
    "Meter",
    "EndDevice",
    "ServiceSupplier",
    "Statement",
    "TimeConfiguration",
];

/// Resources that a custodian's feeds may carry and that hold nothing for a reader of usage.
const SKIPPED: [&str; 10] = [
    "ApplicationInformation",
    "Authorization",
    "ElectricPowerQualitySummary",
    "ServiceStatus",
    "ReadServiceStatus",
    "BatchList",
    "Subscription",
    "RetailCustomer",
    "ProgramIdMappings",
    "ProgramDateIdMappings",
];

pub(crate) struct FeedReader<'a, R> {
    pub(super) cursor: Cursor<R>,
    pub(super) limits: &'a Limits,
    pub(super) warnings: &'a mut Warnings,
    pub(super) found: Found,
    /// Depth of the entry that is open.
    entry_depth: Option<usize>,
    /// The first resource in a foreign namespace.
    foreign: Option<(Place, String, String)>,
    known: bool,
}

impl<'a, R: BufRead> FeedReader<'a, R> {
    pub(crate) fn new(input: R, limits: &'a Limits, warnings: &'a mut Warnings) -> Self {
        Self {
            cursor: Cursor::new(input, limits),
            limits,
            warnings,
            found: Found::default(),
            entry_depth: None,
            foreign: None,
            known: false,
        }
    }

    pub(crate) fn read(mut self) -> Result<Found, Error> {
        // Resources outside of any entry belong to this one.
        self.found.entries.push(Entry::default());
        loop {
            match self.cursor.step()? {
                Step::Done => break,
                Step::Open => self.open()?,
                Step::Close => self.close(),
            }
        }
        if self.known {
            return Ok(self.found);
        }
        Err(match self.foreign {
            Some((place, element, found)) => Error::WrongNamespace { place, element, found },
            None => Error::NotGreenButton(NotGreenButton::OtherXml),
        })
    }

    /// The number of the current entry in [`Found::entries`].
    pub(super) fn entry(&self) -> usize {
        if self.entry_depth.is_some() { self.found.entries.len() - 1 } else { 0 }
    }

    fn open(&mut self) -> Result<(), Error> {
        let name = self.cursor.name();
        if matches!(name, "feed" | "entry") && *self.cursor.space() == Space::Unbound {
            let cursor = &self.cursor;
            self.warnings.add(WarningKind::UnboundPrefix, WHOLE_FILE, || {
                (cursor.place(), format!("<{name}> is in no declared namespace; it was read by its name"))
            });
        }
        if name == "entry" && self.entry_depth.is_none() {
            self.entry_depth = Some(self.cursor.depth());
            self.found.entries.push(Entry::default());
        } else if name == "link" {
            self.link();
        } else if name == "IntervalBlock" || name == "IntervalReading" {
            if self.accepts()? {
                self.block()?;
            }
        } else if READ.contains(&name) {
            if self.accepts()? {
                self.resource()?;
            }
        } else if SKIPPED.contains(&name) {
            self.known |= *self.cursor.space() == Space::Known;
            self.skip(None)?;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.check_encoding();
        self.check_escaped();
        let depth = self.cursor.depth();
        let name = self.cursor.name();
        match self.entry_depth {
            Some(entry) if depth == entry => self.entry_depth = None,
            Some(entry) if depth == entry + 1 && name == "title" => {
                let title = clean(self.cursor.text());
                if let Some(entry) = self.found.entries.last_mut() {
                    entry.title = title;
                }
            }
            None if depth == 2 && name == "title" => self.found.title = clean(self.cursor.text()),
            None if depth == 2 && name == "updated" => self.found.updated = clean(self.cursor.text()),
            _ => {}
        }
    }

    fn link(&mut self) {
        let (Some(depth), link) = (self.entry_depth, self.cursor.link()) else { return };
        let Some(entry) = self.found.entries.last_mut() else { return };
        if self.cursor.depth() != depth + 1 || link.href.trim().is_empty() {
            return;
        }
        let href = link.href.trim().to_owned();
        let rel = link.rel.trim().to_ascii_lowercase();
        match rel.as_str() {
            "self" => entry.own = Some(href),
            "up" => entry.up.push(href),
            "related" | "" => {
                if href.contains("Statement") || href.ends_with(".pdf") {
                    entry.statement = Some(href.clone());
                }
                entry.related.push(href);
            }
            _ => {}
        }
    }

    /// Whether the resource at the cursor is in a namespace that is read. If not, it is skipped.
    fn accepts(&mut self) -> Result<bool, Error> {
        let cursor = &self.cursor;
        match cursor.space() {
            Space::Known => {}
            Space::Unbound => self.warnings.add(WarningKind::UnboundPrefix, WHOLE_FILE, || {
                let name = cursor.name();
                (cursor.place(), format!("<{name}> is in no declared namespace; it was read by its name"))
            }),
            Space::Odd(uri) => self.warnings.add(WarningKind::OddNamespace, WHOLE_FILE, || {
                (cursor.place(), format!("the namespace {uri:?} was taken for http://naesb.org/espi"))
            }),
            Space::Foreign(uri) => {
                let first = (cursor.place(), cursor.name().to_owned(), uri.clone());
                self.warnings.add(WarningKind::ForeignNamespace, WHOLE_FILE, || {
                    let message = format!("<{}> is in the foreign namespace {uri:?} and was left out", first.1);
                    (cursor.place(), message)
                });
                self.foreign.get_or_insert(first);
                self.skip(Some(WarningKind::ForeignNamespace))?;
                return Ok(false);
            }
        }
        self.known = true;
        Ok(true)
    }

    /// Goes past the element at the cursor. Readings inside are counted and named.
    fn skip(&mut self, already: Option<WarningKind>) -> Result<(), Error> {
        let depth = self.cursor.depth();
        let (place, name) = (self.cursor.place(), self.cursor.name().to_owned());
        let mut inside = u64::from(name == "IntervalReading");
        loop {
            match self.cursor.step()? {
                Step::Close if self.cursor.depth() == depth => break,
                Step::Open if self.cursor.name() == "IntervalReading" => inside += 1,
                Step::Done => break,
                _ => {}
            }
        }
        if inside > 0 {
            self.found.readings += inside;
            self.found.unreadable += inside;
            let entry = self.entry();
            self.warnings.add_many(WarningKind::SkippedReadings, entry, inside, || {
                let why = if already.is_some() { " (foreign namespace)" } else { "" };
                (place, format!("<{name}>{why} is not read, and the readings inside of it were left out"))
            });
        }
        Ok(())
    }

    /// Reads a resource as a tree. Interval blocks inside of it are read as if they stood beside it.
    fn resource(&mut self) -> Result<(), Error> {
        let place = self.cursor.place();
        let mut open = vec![self.node()];
        let mut count = 1;
        loop {
            match self.cursor.step()? {
                Step::Open if matches!(self.cursor.name(), "IntervalBlock" | "IntervalReading") => self.block()?,
                Step::Open => {
                    count += 1;
                    if count > self.limits.resource_elements {
                        let allowed = self.limits.resource_elements;
                        return Err(self.cursor.limit("elements of one resource", allowed));
                    }
                    open.push(self.node());
                }
                Step::Close => {
                    let Some(mut node) = open.pop() else { break };
                    self.check_encoding();
                    self.cursor.text().clone_into(&mut node.text);
                    match open.last_mut() {
                        Some(parent) => parent.children.push(node),
                        None => {
                            let entry = self.entry();
                            self.found.resources.push(Resource { entry, place, content: Content::Tree(node) });
                            break;
                        }
                    }
                }
                Step::Done => break,
            }
        }
        Ok(())
    }

    fn check_encoding(&mut self) {
        if self.cursor.text().contains('\u{fffd}') {
            let (cursor, entry) = (&self.cursor, self.entry());
            self.warnings.add(WarningKind::BadEncoding, entry, || {
                (cursor.place(), "bytes that are not in the file's encoding became U+FFFD")
            });
        }
    }

    /// Resources that were escaped into text, or are in CDATA, are not read, and not passed over silently either.
    fn check_escaped(&mut self) {
        if !self.cursor.text().contains("IntervalReading") {
            return;
        }
        self.known = true;
        let (cursor, entry) = (&self.cursor, self.entry());
        self.warnings.add(WarningKind::SkippedReadings, entry, || {
            (cursor.place(), "readings are here as escaped text instead of XML, and were left out")
        });
    }

    fn node(&self) -> Node {
        let href = if self.cursor.name() == "link" { self.cursor.link().href.clone() } else { String::new() };
        Node { name: self.cursor.name().to_owned(), line: self.cursor.line(), href, ..Node::default() }
    }
}

fn clean(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
