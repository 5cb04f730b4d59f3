//! How much a file may ask of the reader.

/// Bounds on what one call reads. A file over one of them is refused with [`Error::Limit`](crate::Error::Limit),
/// which names the field. The defaults take decades of 15-minute data for a household and refuse hostile files
/// before they cost much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text read, over all files of an archive. Default 1 GiB.
    pub bytes: u64,
    /// Depth of nested elements. Default 64; ESPI itself needs about ten.
    pub depth: usize,
    /// Bytes of one tag, text or comment. Default 1 MiB.
    pub token_bytes: usize,
    /// Attributes of one element. Default 64.
    pub attributes: usize,
    /// Atom entries. Default 500,000.
    pub entries: usize,
    /// Elements of one resource other than interval readings (a bill with its lines). Default 20,000.
    pub resource_elements: usize,
    /// Readings, or rows of a CSV file. Default 5,000,000 (about 600 MB of memory in the result).
    pub readings: usize,
    /// Warnings kept; those beyond are counted in [`Document::warnings_dropped`](crate::Document). Default 1,000.
    pub warnings: usize,
    /// Compressed bytes of an archive, which are held in memory. Default 64 MiB.
    pub archive_bytes: u64,
    /// Files in an archive. Default 200.
    pub archive_files: usize,
    /// Bytes of text per compressed byte of one file of an archive. Default 200; feeds compress about 30 to 1.
    /// Files of less than 1 MiB are not held to it.
    pub archive_ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 30,
            depth: 64,
            token_bytes: 1 << 20,
            attributes: 64,
            entries: 500_000,
            resource_elements: 20_000,
            readings: 5_000_000,
            warnings: 1_000,
            archive_bytes: 64 << 20,
            archive_files: 200,
            archive_ratio: 200,
        }
    }
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Bounds on what is read.
    pub limits: Limits,
    /// The zone that a CSV export's local times are in. Such files do not say; without it the readings keep
    /// their wall-clock times, marked as such ([`Clock::Local`](crate::Clock)).
    pub time_zone: Option<jiff::tz::TimeZone>,
}
