//! How readings are kept: a month of a series in as few bytes as it takes.
//!
//! A chunk is a version byte and a deflate stream of numbers (LEB128; signed ones zigzag): starts,
//! durations and qualities as runs, because they hardly ever change, then the values, as
//! differences where that is shorter. Measured on the sample files: 1.3 bytes a reading of 15
//! minutes, 1.7 an hourly one (`cargo test -p connect-core chunk -- --nocapture`).

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Quality, Reading, Window};

const VERSION: u8 = 1;
/// Most readings of a chunk: a month of two-second readings is 1 339 200. Bounds what a broken chunk
/// can make us allocate.
pub const MAX_READINGS: u64 = 1_500_000;
/// Longest unpacked form: ten bytes for each of four numbers.
const MAX_BYTES: u64 = MAX_READINGS * 40;

/// A month of readings of one series, packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk(pub Vec<u8>);

/// A stored chunk could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chunk of readings is damaged")]
pub struct ChunkError;

/// Number of the UTC month that a reading belongs to by its start: months since January 1970.
pub fn month_of(start: i64) -> i32 {
    let Ok(at) = Timestamp::from_second(start) else { return if start < 0 { i32::MIN } else { i32::MAX } };
    let date = TimeZone::UTC.to_datetime(at).date();
    (i32::from(date.year()) - 1970) * 12 + i32::from(date.month()) - 1
}

/// The time of a UTC month: the reverse of [`month_of`].
pub fn month_window(month: i32) -> Window {
    let begin = |months: i64| {
        let first = Date::constant(1970, 1, 1).saturating_add(months.months());
        TimeZone::UTC.to_timestamp(first.at(0, 0, 0, 0)).map_or(i64::MAX, Timestamp::as_second)
    };
    Window { from: begin(i64::from(month)), to: begin(i64::from(month) + 1) }
}

impl Chunk {
    /// Packs readings, which are sorted by start.
    pub fn pack(readings: &[Reading]) -> Self {
        let mut numbers = Vec::with_capacity(readings.len() * 2 + 32);
        put(&mut numbers, readings.len() as u64);
        let mut end = 0;
        put_runs(
            &mut numbers,
            readings.iter().map(|reading| {
                let gap = reading.start.wrapping_sub(end);
                end = reading.end();
                zigzag(gap)
            }),
        );
        put_runs(&mut numbers, readings.iter().map(|reading| u64::from(reading.duration)));
        put_runs(&mut numbers, readings.iter().map(|reading| quality_code(reading.quality)));
        let plain = values(readings, |raw, _| raw);
        let differences = values(readings, i64::wrapping_sub);
        let (plain, differences) = (deflate(&plain), deflate(&differences));
        let (mode, values) = if plain.len() < differences.len() { (0, plain) } else { (1, differences) };
        let numbers = deflate(&numbers);
        let mut out = vec![VERSION, mode];
        put(&mut out, numbers.len() as u64);
        out.extend_from_slice(&numbers);
        out.extend_from_slice(&values);
        Self(out)
    }

    /// The readings, as they were packed.
    pub fn unpack(&self) -> Result<Vec<Reading>, ChunkError> {
        let [VERSION, mode, rest @ ..] = self.0.as_slice() else { return Err(ChunkError) };
        let mut rest = rest;
        let length = usize::try_from(take(&mut rest)?).map_err(|_| ChunkError)?;
        let (numbers, values) = rest.split_at_checked(length).ok_or(ChunkError)?;
        let (numbers, values) = (inflate(numbers)?, inflate(values)?);
        let (mut numbers, mut values) = (numbers.as_slice(), values.as_slice());
        let count = take(&mut numbers)?;
        if count > MAX_READINGS {
            return Err(ChunkError);
        }
        let gaps = take_runs(&mut numbers, count)?;
        let durations = take_runs(&mut numbers, count)?;
        let qualities = take_runs(&mut numbers, count)?;
        let (mut end, mut raw) = (0i64, 0i64);
        let mut readings = Vec::with_capacity(gaps.len());
        for ((gap, duration), quality) in gaps.into_iter().zip(durations).zip(qualities) {
            let value = unzigzag(take(&mut values)?);
            raw = if *mode == 0 { value } else { raw.wrapping_add(value) };
            let reading = Reading {
                start: end.wrapping_add(unzigzag(gap)),
                duration: u32::try_from(duration).map_err(|_| ChunkError)?,
                raw,
                quality: quality_of(quality)?,
            };
            end = reading.end();
            readings.push(reading);
        }
        Ok(readings)
    }
}

fn values(readings: &[Reading], value: impl Fn(i64, i64) -> i64) -> Vec<u8> {
    let mut out = Vec::with_capacity(readings.len() * 2);
    let mut before = 0;
    for reading in readings {
        put(&mut out, zigzag(value(reading.raw, before)));
        before = reading.raw;
    }
    out
}

/// Part of the stored form: a code is never given to another quality.
fn quality_code(quality: Quality) -> u64 {
    match quality {
        Quality::Validated => 0,
        Quality::Measured => 1,
        Quality::Estimated => 2,
        Quality::Projected => 3,
    }
}

fn quality_of(code: u64) -> Result<Quality, ChunkError> {
    [Quality::Validated, Quality::Measured, Quality::Estimated, Quality::Projected]
        .into_iter()
        .find(|quality| quality_code(*quality) == code)
        .ok_or(ChunkError)
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(from: &mut &[u8]) -> Result<u64, ChunkError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first().ok_or(ChunkError)?;
        *from = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(ChunkError)
}

/// Runs of equal numbers: their count, then each with its length.
fn put_runs(out: &mut Vec<u8>, numbers: impl Iterator<Item = u64>) {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((last, count)) if *last == number => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    put(out, runs.len() as u64);
    for (number, count) in runs {
        put(out, number);
        put(out, count);
    }
}

fn take_runs(from: &mut &[u8], expected: u64) -> Result<Vec<u64>, ChunkError> {
    let runs = take(from)?;
    let mut numbers = Vec::new();
    for _ in 0..runs {
        let (number, count) = (take(from)?, take(from)?);
        let total =
            (numbers.len() as u64).checked_add(count).filter(|total| *total <= expected).ok_or(ChunkError)?;
        numbers.resize(usize::try_from(total).map_err(|_| ChunkError)?, number);
    }
    if numbers.len() as u64 == expected { Ok(numbers) } else { Err(ChunkError) }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, ChunkError> {
    let mut out = Vec::new();
    let limited = DeflateDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut out).map_err(|_| ChunkError)?;
    if limited as u64 > MAX_BYTES { Err(ChunkError) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 15-minute values of a real home (Wh), of OpenESPI's `test_usage_data.xml` (Apache-2.0).
    const REAL: &str = include_str!("testdata/quarter_hours.txt");

    fn real() -> Vec<Reading> {
        let values = REAL.lines().filter(|line| !line.starts_with('#')).map(|line| line.parse().unwrap());
        (0..)
            .zip(values)
            .map(|(i, raw)| Reading {
                start: 1_330_578_000 + i * 900,
                duration: 900,
                raw,
                quality: Quality::Measured,
            })
            .collect()
    }

    #[test]
    fn readings_come_back_as_they_went_in() {
        let odd = [
            Reading { start: -5, duration: 1, raw: i64::MIN, quality: Quality::Projected },
            Reading { start: 0, duration: u32::MAX, raw: i64::MAX, quality: Quality::Validated },
            // It overlaps the one before.
            Reading { start: 10, duration: 900, raw: -1, quality: Quality::Estimated },
            Reading { start: i64::MAX, duration: 900, raw: 0, quality: Quality::Measured },
        ];
        for readings in [&[][..], &odd, &real()] {
            assert_eq!(Chunk::pack(readings).unpack().unwrap(), readings);
        }
    }

    #[test]
    fn a_real_month_takes_less_than_two_bytes_a_reading() {
        let readings = real();
        let packed = Chunk::pack(&readings).0.len();
        println!("{} readings in {packed} bytes", readings.len());
        assert!(packed < 2 * readings.len(), "{packed}");
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let whole = Chunk::pack(&real()[..200]).0;
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let _ = Chunk(bytes).unpack();
            assert!(Chunk(whole[..at].to_vec()).unpack().is_err(), "cut at {at}");
        }
        let bomb = deflate(&vec![0; 8_000_000]);
        let mut bytes = vec![VERSION, 0];
        put(&mut bytes, bomb.len() as u64);
        bytes.extend_from_slice(&bomb);
        assert_eq!(Chunk(bytes).unpack(), Err(ChunkError));
    }

    #[test]
    fn months_are_counted_from_1970() {
        assert_eq!([0, 2_678_399, 2_678_400, 1_330_578_000, -1].map(month_of), [0, 0, 1, 506, -1]);
        assert_eq!(month_window(1), Window { from: 2_678_400, to: 5_097_600 });
        for month in [-1, 0, 506, 675] {
            let Window { from, to } = month_window(month);
            assert_eq!([from - 1, from, to - 1, to].map(month_of), [month - 1, month, month, month + 1]);
        }
    }
}
