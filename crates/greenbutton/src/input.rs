//! From bytes to text: what kind of file it is, its encoding, and how much of it may be read.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::error::{Error, LimitHit, NotGreenButton};

/// Enough to see past a byte order mark, white space and an XML declaration.
const HEAD_BYTES: usize = 4096;
const BUFFER_BYTES: usize = 64 * 1024;

/// What the first bytes of a file say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xml,
    Text,
    Zip,
}

/// Refuses to read more than `left` bytes, with the error `hit`.
pub(crate) struct ByteLimit<'a, R> {
    inner: R,
    left: &'a mut u64,
    hit: LimitHit,
}

impl<'a, R> ByteLimit<'a, R> {
    pub(crate) fn new(inner: R, left: &'a mut u64, hit: LimitHit) -> Self {
        Self { inner, left, hit }
    }
}

impl<R: Read> Read for ByteLimit<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        *self.left = self.left.checked_sub(count as u64).ok_or(self.hit)?;
        Ok(count)
    }
}

/// The input, with its first bytes looked at and put back.
pub(crate) struct Input<R> {
    pub(crate) kind: Kind,
    /// Whether the encoding is neither said nor UTF-8.
    pub(crate) encoding_is_guessed: bool,
    encoding: Option<&'static Encoding>,
    pub(crate) reader: io::Chain<Cursor<Vec<u8>>, R>,
}

impl<R: Read> Input<R> {
    /// Reads the head and decides what it is.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::NotGreenButton`], [`Error::Encoding`], or a failing input.
    pub(crate) fn open(mut reader: R) -> Result<Self, Error> {
        let mut head = Vec::new();
        let taken = reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
        taken.map_err(|error| Error::from_io(error, crate::Place::default()))?;
        if head.is_empty() {
            return Err(Error::Empty);
        }
        let kind = kind_by_magic(&head)?;
        let (mut kind, mut encoding_of_text, mut encoding_is_guessed) = (kind, None, false);
        if kind.is_none() {
            let mut encoding = encoding(&head)?;
            let mut found = kind_by_text(&encoding.decode(&head).0)?;
            // Spreadsheets write CSV in the encoding of the machine. XML without a declaration is UTF-8.
            if found == Kind::Text && encoding == encoding_rs::UTF_8 && !is_utf8(&head) {
                (encoding, encoding_is_guessed) = (encoding_rs::WINDOWS_1252, true);
                found = kind_by_text(&encoding.decode(&head).0)?;
            }
            (kind, encoding_of_text) = (Some(found), Some(encoding));
        }
        let kind = kind.unwrap_or(Kind::Text);
        Ok(Self { kind, encoding_is_guessed, encoding: encoding_of_text, reader: Cursor::new(head).chain(reader) })
    }

    /// The input as UTF-8, without its byte order mark. What is not valid in its encoding becomes U+FFFD.
    pub(crate) fn into_text(self) -> impl BufRead {
        let decoder = DecodeReaderBytesBuilder::new()
            .encoding(self.encoding)
            .bom_override(true)
            .strip_bom(true)
            .utf8_passthru(false)
            .build(self.reader);
        BufReader::with_capacity(BUFFER_BYTES, decoder)
    }
}

/// Whether it is UTF-8, but for a character that the end of the head may have cut.
fn is_utf8(head: &[u8]) -> bool {
    std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn kind_by_magic(head: &[u8]) -> Result<Option<Kind>, Error> {
    let other = |kind| Err(Error::NotGreenButton(kind));
    match head {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Ok(Some(Kind::Zip)),
        [0x1f, 0x8b, ..] => other(NotGreenButton::Gzip),
        // The older kind of Excel file.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => other(NotGreenButton::Spreadsheet),
        [b'%', b'P', b'D', b'F', ..] => other(NotGreenButton::Pdf),
        _ => Ok(None),
    }
}

/// The encoding: by its byte order mark, by how `<` or ASCII letters lie, as an XML declaration says, else UTF-8.
fn encoding(head: &[u8]) -> Result<&'static Encoding, Error> {
    if let Some((found, _)) = Encoding::for_bom(head) {
        return Ok(found);
    }
    match head {
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] => return Err(Error::Encoding { label: "UTF-32".into() }),
        [0, low, 0, ..] if *low != 0 => return Ok(encoding_rs::UTF_16BE),
        [low, 0, next, 0, ..] if *low != 0 && *next != 0 => return Ok(encoding_rs::UTF_16LE),
        _ => {}
    }
    let ascii = String::from_utf8_lossy(head);
    let Some(declaration) = ascii.trim_start().strip_prefix("<?xml") else { return Ok(encoding_rs::UTF_8) };
    let declaration = declaration.split_once("?>").map_or("", |(inside, _)| inside);
    let Some((_, label)) = declaration.split_once("encoding") else { return Ok(encoding_rs::UTF_8) };
    let label = label.trim_start().trim_start_matches('=').trim_start();
    let label = label.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or("").trim();
    match Encoding::for_label(label.as_bytes()) {
        // A declaration that says UTF-16 and could be read here is in fact in an ASCII-like encoding.
        Some(found) if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE => Ok(encoding_rs::UTF_8),
        Some(found) => Ok(found),
        None => Err(Error::Encoding { label: label.chars().take(40).collect() }),
    }
}

fn kind_by_text(head: &str) -> Result<Kind, Error> {
    let other = |kind| Err(Error::NotGreenButton(kind));
    let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() {
        return if head.len() < HEAD_BYTES { Err(Error::Empty) } else { other(NotGreenButton::Unknown) };
    }
    // XHTML begins as XML does.
    let inside =
        start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(start, |(_, rest)| rest);
    let lower: String = inside.trim_start().chars().take(100).collect::<String>().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return other(NotGreenButton::WebPage);
    }
    if start.starts_with('<') {
        return Ok(Kind::Xml);
    }
    if start.starts_with(['{', '[']) {
        return other(NotGreenButton::Json);
    }
    // Text has hardly any control characters or undecodable bytes.
    let odd = head.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
    if odd * 20 > head.chars().count() {
        return other(NotGreenButton::Unknown);
    }
    Ok(Kind::Text)
}

/// Counts lines, and refuses tokens that are too long before they are in memory.
pub(crate) struct Guard<R> {
    inner: R,
    newlines: u64,
    ended: bool,
    token: usize,
    token_bytes: usize,
}

impl<R> Guard<R> {
    pub(crate) fn new(inner: R, token_bytes: usize) -> Self {
        Self { inner, newlines: 0, ended: false, token: 0, token_bytes }
    }

    /// The line that the next byte is on, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.newlines + 1
    }

    /// Whether the end has been met.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Starts counting the next token.
    pub(crate) fn next_token(&mut self) {
        self.token = 0;
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token > self.token_bytes {
            let allowed = self.token_bytes as u64;
            return Err(LimitHit { limit: "bytes of one tag or text", allowed }.into());
        }
        let buffer = self.inner.fill_buf()?;
        self.ended |= buffer.is_empty();
        Ok(buffer)
    }

    fn consume(&mut self, count: usize) {
        // Still buffered, so this reads nothing.
        if let Ok(buffer) = self.inner.fill_buf() {
            let consumed = &buffer[..count.min(buffer.len())];
            self.newlines += memchr::memchr_iter(b'\n', consumed).count() as u64;
        }
        self.token = self.token.saturating_add(count);
        self.inner.consume(count);
    }
}
