//! The program's log: one line for one event, whatever was put into it; and panics.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};

use connect_server::origin::{self, RequestId};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// As `CONNECT_LOG_FORMAT` says; text without it. An error is one sentence for the person who
    /// starts us.
    pub fn parse(word: Option<&str>) -> Result<Self, String> {
        match word {
            None | Some("" | "text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(other) => {
                Err(format!("The environment's CONNECT_LOG_FORMAT={other} is not a valid value: text or json."))
            }
        }
    }
}

/// Writes events to what `writer` makes, one line for each. `colours` are for a terminal.
pub fn layer<S, W>(
    format: Format,
    colours: bool,
    writer: impl Fn() -> W + Send + Sync + 'static,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    let colours = colours && format == Format::Text;
    let layer =
        tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(move || OneLine { to: writer(), colours });
    match format {
        Format::Text => layer.boxed(),
        // Flat, so that every event has its message in the same place; spans hold the request's id.
        Format::Json => layer.json().flatten_event(true).with_current_span(false).boxed(),
    }
}

/// Every event comes as one `write`. What would break its line, or make a terminal show another text
/// than the line has, is escaped as in JSON.
struct OneLine<W> {
    to: W,
    colours: bool,
}

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let hostile = |c: char| breaks(c) && !(self.colours && c == '\u{1b}');
        if line.contains(hostile) {
            let mut escaped = String::with_capacity(line.len() + 32);
            for c in line.chars() {
                if hostile(c) {
                    escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
                } else {
                    escaped.push(c);
                }
            }
            escaped.push('\n');
            self.to.write_all(escaped.as_bytes())?;
        } else {
            self.to.write_all(text.as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Control characters, line separators that are none, and marks that turn the direction of text.
fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Logs panics with their place and the request's id, without their message: that may hold a value
/// that is secret. With `RUST_BACKTRACE=1` there is the way to it as well.
pub fn hook_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let origin = origin::current();
        let backtrace = Backtrace::capture();
        tracing::error!(
            request = origin.request.as_ref().map(RequestId::as_str),
            place = panic.location().map(tracing::field::display),
            backtrace =
                (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace)),
            "a panic"
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_text_or_json() {
        assert_eq!(Format::parse(None), Ok(Format::Text));
        assert_eq!(Format::parse(Some("json")), Ok(Format::Json));
        assert!(Format::parse(Some("xml")).unwrap_err().contains("CONNECT_LOG_FORMAT=xml"));
    }

    #[test]
    fn colours_are_kept_where_there_are_some() {
        for (colours, line) in [(true, "\u{1b}[1ma\\u000ab\n"), (false, "\\u001b[1ma\\u000ab\n")] {
            let mut out = Vec::new();
            OneLine { to: &mut out, colours }.write_all("\u{1b}[1ma\nb\n".as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }
}
