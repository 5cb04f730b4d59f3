//! How fast a large feed is read: `cargo run --release --example throughput -- 500` (megabytes).
//!
//! The feed is made while it is read, so the memory that is used is the reader's and the result's.

use std::{
    io::{self, Read, Write as _},
    time::Instant,
};

use greenbutton::{Limits, read};

/// A feed of one series with as many readings as make up `left` bytes.
struct Feed {
    left: usize,
    start: i64,
    buffer: Vec<u8>,
    at: usize,
}

const HEAD: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>
    <UsagePoint xmlns="http://naesb.org/espi"><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>
    <MeterReading xmlns="http://naesb.org/espi"/>
    <ReadingType xmlns="http://naesb.org/espi"><flowDirection>1</flowDirection><uom>72</uom></ReadingType>
    <IntervalBlock xmlns="http://naesb.org/espi">"#;

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() && self.left > 0 {
            self.buffer.clear();
            self.at = 0;
            while self.buffer.len() < 64 * 1024 {
                let (start, value) = (self.start, self.start % 997);
                writeln!(
                    self.buffer,
                    "<IntervalReading>\n\t<cost>{value}</cost>\n\t<ReadingQuality>\n\t\t<quality>17</quality>\n\t\
                     </ReadingQuality>\n\t<timePeriod>\n\t\t<duration>900</duration>\n\t\t<start>{start}</start>\n\t\
                     </timePeriod>\n\t<value>{value}</value>\n</IntervalReading>"
                )?;
                self.start += 900;
            }
            self.left = self.left.saturating_sub(self.buffer.len());
            if self.left == 0 {
                self.buffer.extend_from_slice(b"</IntervalBlock></content></entry></feed>");
            }
        }
        let count = (self.buffer.len() - self.at).min(into.len());
        into[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let megabytes: usize = std::env::args().nth(1).map_or(Ok(100), |argument| argument.parse())?;
    let feed = Feed { left: megabytes * 1_000_000, start: 0, buffer: HEAD.as_bytes().to_vec(), at: 0 };
    let began = Instant::now();
    let document = read(feed, &Limits::default())?;
    let seconds = began.elapsed().as_secs_f64();
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not known here");
    writeln!(
        io::stdout(),
        "{megabytes} MB, {} readings, {seconds:.2} s, {:.0} MB/s, {peak}",
        document.tally.kept,
        megabytes as f64 / seconds
    )?;
    Ok(())
}
