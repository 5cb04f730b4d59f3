//! What was odd in a file that could be read nevertheless.

use std::{borrow::Cow, collections::HashMap, fmt};

/// A place in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's name inside an archive.
    pub file: Option<String>,
    /// The line, from 1; 0 if the place is the file as a whole.
    pub line: u64,
    /// The elements down to the place, `feed/entry[3]/content/UsagePoint`, or the column of a CSV file.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}, ")?;
        }
        match (self.line, self.path.as_str()) {
            (0, "") => f.write_str("file"),
            (0, path) => f.write_str(path),
            (line, "") => write!(f, "line {line}"),
            (line, path) => write!(f, "line {line}, {path}"),
        }
    }
}

/// What kind of oddity a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A reading without a usable start, or with a value that is no number: left out.
    UnreadableReading,
    /// A reading without a value: left out.
    MissingValue,
    /// A reading without a duration: the reading type's interval length stands in, else 0.
    MissingDuration,
    /// The same interval with the same value again: kept once.
    Duplicate,
    /// The same interval with another value: the better one is kept, the other moved to `superseded`.
    Conflict,
    /// Readings that overlap: all kept.
    Overlap,
    /// Time between readings that no reading covers.
    Gap,
    /// An overlap or gap of exactly the clock change: all kept, sums are not affected.
    ClockChange,
    /// No unit is stated: raw values only.
    MissingUnit,
    /// A unit that is not known here: raw values only.
    UnknownUnit,
    /// A value that does not fit an exact decimal once scaled: raw value only.
    OutOfRange,
    /// A `powerOfTenMultiplier` that is no number: raw values only.
    BadMultiplier,
    /// A time in milliseconds: divided by 1,000.
    MillisecondEpoch,
    /// Costs that are 0 throughout although there is usage: taken as "not stated".
    ZeroCost,
    /// Values that are not usage per interval and are therefore left out of totals.
    NotUsage,
    /// A prefix that no `xmlns` declares, or no namespace at all: read by its local name.
    UnboundPrefix,
    /// A spelling of ESPI's namespace that is not the standard's: read.
    OddNamespace,
    /// A resource in a namespace that is not ESPI's: left out.
    ForeignNamespace,
    /// A resource whose links lead nowhere: put where order or the only candidate suggests, or left unattached.
    BrokenLink,
    /// The same resource twice: the first is kept.
    RepeatedResource,
    /// A rule for daylight saving that cannot be read: only the standard offset is used.
    BadDstRule,
    /// A time zone offset that contradicts the currency's countries, probably of the wrong sign.
    OddTimeZone,
    /// Money without a currency.
    MissingCurrency,
    /// Money that is no whole number of hundred-thousandths, as if it were in whole units: read as the standard says.
    OddMoney,
    /// A bill whose lines do not add up to its amount.
    BillMismatch,
    /// An amount of a bill's line that carries its own multiplier.
    ScaledLineItem,
    /// A field that could not be read and was left empty.
    BadField,
    /// Bytes that are not in the file's encoding, replaced by U+FFFD.
    BadEncoding,
    /// A file in an archive that holds no usage data: left out.
    SkippedFile,
    /// A resource that is not read, with readings inside.
    SkippedReadings,
    /// A column of an export that may hold usage or money and is not known: left out.
    SkippedColumn,
    /// A line of an export with nothing but one text, between its rows: left out.
    SkippedText,
    /// Dates as `1/2/2024` in a file in which nothing shows which number is the month: the first.
    AmbiguousDate,
    /// Local times that no zone is known for: kept as wall-clock times.
    LocalTime,
    /// A local time that exists twice or not at all on the day of a clock change.
    AmbiguousTime,
}

/// Something odd in a file, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What kind of oddity.
    pub kind: WarningKind,
    /// Where it was first seen.
    pub place: Place,
    /// How often it was seen in the same entry or series.
    pub count: u64,
    /// What it is and what was done, in a sentence about the first one.
    pub message: Cow<'static, str>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        Ok(())
    }
}

/// Collects warnings: equal ones of one entry become one with a count, and there is a cap.
#[derive(Debug)]
pub(crate) struct Warnings {
    list: Vec<Warning>,
    /// Where in `list` the warning of a kind and a group (entry or series) is.
    index: HashMap<(WarningKind, usize), usize>,
    cap: usize,
    dropped: u64,
}

/// The group of warnings about the file as a whole.
pub(crate) const WHOLE_FILE: usize = usize::MAX;

impl Warnings {
    pub(crate) fn new(cap: usize) -> Self {
        Self { list: Vec::new(), index: HashMap::new(), cap, dropped: 0 }
    }

    /// Adds a warning, or counts it to the one of the same kind and group. Place and message are only made for
    /// the first of a group.
    pub(crate) fn add<M: Into<Cow<'static, str>>>(
        &mut self,
        kind: WarningKind,
        group: usize,
        make: impl FnOnce() -> (Place, M),
    ) {
        self.add_many(kind, group, 1, make);
    }

    /// As [`add`](Self::add), for `count` of them at once.
    pub(crate) fn add_many<M: Into<Cow<'static, str>>>(
        &mut self,
        kind: WarningKind,
        group: usize,
        count: u64,
        make: impl FnOnce() -> (Place, M),
    ) {
        if let Some(&found) = self.index.get(&(kind, group)) {
            self.list[found].count += count;
        } else if self.list.len() < self.cap {
            let (place, message) = make();
            self.list.push(Warning { kind, place, count, message: message.into() });
            self.index.insert((kind, group), self.list.len() - 1);
        } else {
            self.dropped += count;
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<Warning>, u64) {
        (self.list, self.dropped)
    }
}
