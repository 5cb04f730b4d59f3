//! Why a file could not be read at all.

use std::{fmt, io};

use crate::warning::Place;

/// Why a file could not be read. Each message says where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input itself failed.
    #[error("reading the input failed: {0}")]
    Io(#[source] io::Error),
    /// There is nothing in it.
    #[error("the file is empty: download it again from the utility")]
    Empty,
    /// It is something else, named by what its content looks like.
    #[error("{0}: this is not a Green Button file")]
    NotGreenButton(NotGreenButton),
    /// Not well-formed XML, or a CSV that no row can be read from.
    #[error("{place}: {reason}; the file is damaged or incomplete, download it again")]
    Malformed {
        /// Where.
        place: Place,
        /// What is wrong there.
        reason: String,
    },
    /// The file has a document type definition. ESPI needs none, and they are a way to attack readers.
    #[error("{place}: the file declares a DTD (<!DOCTYPE>), which is refused; remove the declaration")]
    Dtd {
        /// Where.
        place: Place,
    },
    /// An entity other than the five of XML itself.
    #[error("{place}: unknown entity &{name};, only &amp; &lt; &gt; &apos; &quot; and character numbers are read")]
    Entity {
        /// Where.
        place: Place,
        /// Its name.
        name: String,
    },
    /// An encoding that is not known.
    #[error("the file says that its encoding is {label:?}, which is unknown; convert it to UTF-8")]
    Encoding {
        /// As declared.
        label: String,
    },
    /// ESPI's element names, but in a namespace that is not ESPI's.
    #[error("{place}: <{element}> is in the namespace {found:?}, not http://naesb.org/espi; nothing was read")]
    WrongNamespace {
        /// The first such element.
        place: Place,
        /// Its local name.
        element: String,
        /// Its namespace.
        found: String,
    },
    /// A Green Button file without a single reading, bill or customer record.
    #[error("no readings: {found}; ask the utility for a period with data")]
    NoReadings {
        /// What there is instead.
        found: String,
    },
    /// Over one of the [`Limits`](crate::Limits).
    #[error("{place}: over the limit of {allowed} {limit}; raise it if the file is to be trusted")]
    Limit {
        /// Where.
        place: Place,
        /// Which limit, in words.
        limit: &'static str,
        /// Its value.
        allowed: u64,
    },
    /// An archive that cannot be opened, or a file in it that cannot be unpacked.
    #[error("{place}: {reason}; unpack it yourself and read the file inside")]
    Archive {
        /// Which file of the archive.
        place: Place,
        /// What is wrong.
        reason: String,
    },
}

/// What a file looks like that is not Green Button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotGreenButton {
    /// HTML: often a login page saved in place of the download.
    WebPage,
    /// PDF.
    Pdf,
    /// gzip.
    Gzip,
    /// JSON.
    Json,
    /// An Excel or OpenDocument file.
    Spreadsheet,
    /// XML, with no element of ESPI.
    OtherXml,
    /// A zip archive with no readable file in it.
    OtherZip,
    /// A zip archive, and the crate was built without the feature `zip`.
    ZipUnsupported,
    /// Text in which no header row of a known export was found.
    OtherText,
    /// None of these.
    Unknown,
}

impl fmt::Display for NotGreenButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebPage => "a web page (a login page, saved instead of the download?)",
            Self::Pdf => "a PDF",
            Self::Gzip => "a gzip file (unpack it first)",
            Self::Json => "JSON",
            Self::Spreadsheet => "a spreadsheet (save it as CSV first)",
            Self::OtherXml => "XML without any ESPI resource",
            Self::OtherZip => "a zip archive without any usage data",
            Self::ZipUnsupported => "a zip archive, and zip is not built in (unpack it first)",
            Self::OtherText => "text without a line of column names that has a date or time and usage",
            Self::Unknown => "an unknown kind of file",
        })
    }
}

/// A limit that is noticed below the parser, carried through [`io::Error`].
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("over the limit of {allowed} {limit}")]
pub(crate) struct LimitHit {
    pub(crate) limit: &'static str,
    pub(crate) allowed: u64,
}

impl From<LimitHit> for io::Error {
    fn from(hit: LimitHit) -> Self {
        Self::other(hit)
    }
}

impl Error {
    /// An error of the input, or the limit that is inside of it.
    pub(crate) fn from_io(error: io::Error, place: Place) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<LimitHit>()) {
            Some(hit) => Self::Limit { place, limit: hit.limit, allowed: hit.allowed },
            None => Self::Io(error),
        }
    }
}
