//! How long a search takes, key by key: the name of every utility of the directory, and its slug, typed one letter
//! after the other.
//!
//! ```text
//! cargo run --release -p connect-core --example search
//! ```

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for a person at a terminal")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use connect_core::directory::Directory;

/// As many rows as the modal shows.
const ROWS: usize = 20;

fn main() {
    let started = Instant::now();
    let directory = Directory::embedded().unwrap();
    let loaded = started.elapsed();
    let mut keys: Vec<(Duration, String)> = Vec::new();
    for utility in directory.all() {
        for text in [&utility.name, &utility.slug] {
            for (start, letter) in text.char_indices() {
                let query = &text[..start + letter.len_utf8()];
                let started = Instant::now();
                black_box(directory.search(black_box(query), ROWS));
                keys.push((started.elapsed(), query.to_owned()));
            }
        }
    }
    keys.sort();
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let at = |part: usize| ms(keys[(keys.len() - 1) * part / 100].0);
    println!("{} utilities, loaded in {:.0} ms; {} keys", directory.all().len(), ms(loaded), keys.len());
    println!("median {:.3} ms, 99 % below {:.3} ms, slowest {:.3} ms", at(50), at(99), at(100));
    if let Some((_, query)) = keys.last() {
        println!("the slowest: {query:?}");
    }
}
