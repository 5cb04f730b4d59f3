//! Damaged copies of all samples: whatever happens to a file, reading it ends, does not panic, and loses no
//! reading silently.

use std::fs;

use greenbutton::{Document, Limits, inspect, read};

/// xorshift64: the same mutations on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

fn check(document: &Document) {
    let tally = document.tally;
    assert_eq!(tally.found, tally.kept + tally.superseded + tally.duplicates + tally.unreadable, "{tally:?}");
    let report = inspect::render(document, 60);
    assert!(report.lines().all(|line| line.chars().count() <= 60));
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const PIECES: [&[u8]; 12] = [
        b"<",
        b">",
        b"&",
        b"\"",
        b"-",
        b"99999999999999999999",
        b"<IntervalReading>",
        b"</entry>",
        b"<!--",
        b"\xff",
        b"</value><value>",
        b",",
    ];
    for _ in 0..=random.below(6) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            // Digits stay digits, so that the file stays readable and its values are what is odd.
            1..=3 => {
                let digits = bytes.iter().skip(at).position(u8::is_ascii_digit);
                if let Some(digit) = digits {
                    bytes[at + digit] = b'0' + u8::try_from(random.below(10)).unwrap();
                }
            }
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(at..(at + 1 + random.below(200)).min(bytes.len()))),
            6 if random.below(2) == 0 => {
                drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied()))
            }
            _ => {
                let copy: Vec<u8> = bytes[at..(at + 1 + random.below(500)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
        }
    }
}

#[test]
#[cfg(feature = "zip")]
fn damaged_archives_are_read_or_refused() {
    let sample = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/Gas.xml")).unwrap();
    let whole = crate::archives::archive(&[("a.xml", &sample), ("b.csv", b"DATE,USAGE (kWh)\n2024-01-01,1\n")]);
    let mut random = Random(7);
    let mut read_ok = 0;
    for _ in 0..500 {
        let mut bytes = whole.clone();
        mutate(&mut bytes, &mut random);
        if let Ok(document) = read(&bytes[..], &Limits::default()) {
            read_ok += 1;
            check(&document);
        }
    }
    assert!(read_ok > 0);
}

#[test]
fn damaged_samples_are_read_or_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut read_ok, mut refused) = (0, 0);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "xml" || ext == "csv")) {
        let whole = fs::read(file).unwrap();
        // Large samples are much of the same.
        for _ in 0..(2_000_000 / whole.len()).clamp(8, 200) {
            let mut bytes = whole.clone();
            mutate(&mut bytes, &mut random);
            match read(&bytes[..], &Limits::default()) {
                Ok(document) => {
                    read_ok += 1;
                    check(&document);
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
    assert!(read_ok > 100 && refused > 100, "{read_ok} read, {refused} refused");
}
